// Functions of strings. Positions in a string are byte offsets from 1, as in Julia.
#include <algorithm>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/text.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {

absl::StatusOr<std::string> TextOf(absl::string_view function, const Value& v) {
  if (v.is(Kind::kString)) return v.text();
  if (v.is(Kind::kChar)) {
    std::string text;
    AppendUtf8(v.character(), &text);
    return text;
  }
  return MethodError(function, {v});
}

std::vector<char32_t> CodePoints(absl::string_view text) {
  std::vector<char32_t> points;
  for (size_t i = 0; i < text.size();) {
    const CodePoint point = DecodeUtf8(text, i);
    points.push_back(point.length == 0 ? static_cast<uint8_t>(text[i]) : point.value);
    i += std::max(point.length, 1);
  }
  return points;
}

std::string FromCodePoints(absl::Span<const char32_t> points) {
  std::string text;
  for (char32_t point : points) AppendUtf8(point, &text);
  return text;
}

bool IsSpace(char32_t c) { return c == ' ' || (c >= 0x09 && c <= 0x0d) || c == 0x85 || c == 0xa0; }

namespace {

using nn::Arguments;

absl::StatusOr<Value> StringList(std::vector<std::string> parts) {
  std::vector<Value> values;
  for (std::string& part : parts) values.push_back(Value::String(std::move(part)));
  auto list = std::make_shared<List>(std::move(values));
  list->element_type = Value(std::const_pointer_cast<Type>(BuiltinType("String")));
  return Value(std::move(list));
}

// A predicate of characters: a character, a collection of them, or a function.
using CharTest = std::function<absl::StatusOr<bool>(char32_t)>;
absl::StatusOr<CharTest> MakeCharTest(Evaluator& eval, const Value& v) {
  if (v.is(Kind::kChar)) {
    return CharTest([c = v.character()](char32_t other) { return c == other; });
  }
  if (IsCallable(v)) {
    return CharTest([&eval, v](char32_t c) -> absl::StatusOr<bool> {
      FG_ASSIGN_OR_RETURN(const Value answer, Call1(eval, v, Value::Char(c)));
      return ToBool(eval, answer);
    });
  }
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
  std::vector<char32_t> allowed;
  for (const Value& element : elements) {
    if (!element.is(Kind::kChar)) return MethodError("strip", {v});
    allowed.push_back(element.character());
  }
  return CharTest([allowed](char32_t c) {
    return std::find(allowed.begin(), allowed.end(), c) != allowed.end();
  });
}

// ---- Cutting and joining ----

absl::StatusOr<Value> SplitText(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const std::string text, TextOf("split", x[0]));
  int64_t limit = 0;
  if (const Value* given = x.Keyword("limit")) {
    FG_ASSIGN_OR_RETURN(limit, ToInteger(eval, *given, "split"));
  }
  // Without a separator blanks separate and empty parts are left out.
  FG_ASSIGN_OR_RETURN(const bool keep_empty, BoolKeyword(eval, x, "keepempty", x.size() > 1));
  std::vector<std::string> parts;
  auto add = [&](absl::string_view part) {
    if (keep_empty || !part.empty()) parts.emplace_back(part);
  };
  absl::string_view rest = text;
  if (x.size() > 1 && x[1].is(Kind::kString)) {
    const std::string& separator = x[1].text();
    if (separator.empty()) {
      for (char32_t c : CodePoints(text)) add(FromCodePoints({&c, 1}));
      return StringList(std::move(parts));
    }
    for (size_t at; (at = rest.find(separator)) != absl::string_view::npos &&
                    (limit == 0 || static_cast<int64_t>(parts.size()) < limit - 1);) {
      add(rest.substr(0, at));
      rest.remove_prefix(at + separator.size());
    }
    add(rest);
    return StringList(std::move(parts));
  }
  CharTest separates = [](char32_t c) { return IsSpace(c); };
  if (x.size() > 1) {
    FG_ASSIGN_OR_RETURN(separates, MakeCharTest(eval, x[1]));
  }
  size_t begin = 0;
  for (size_t i = 0; i < text.size();) {
    FG_RETURN_IF_ERROR(StepInLoop(eval, static_cast<int64_t>(i)));
    const CodePoint point = DecodeUtf8(text, i);
    const size_t next = i + std::max(point.length, 1);
    if (limit == 0 || static_cast<int64_t>(parts.size()) < limit - 1) {
      FG_ASSIGN_OR_RETURN(const bool here, separates(point.value));
      if (here) {
        add(rest.substr(begin, i - begin));
        begin = next;
      }
    }
    i = next;
  }
  add(rest.substr(begin));
  return StringList(std::move(parts));
}

absl::StatusOr<Value> Join(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[0]));
  std::string between, last;
  if (x.size() > 1) {
    FG_ASSIGN_OR_RETURN(between, eval.PrintText(x[1]));
  }
  last = between;
  if (x.size() > 2) {
    FG_ASSIGN_OR_RETURN(last, eval.PrintText(x[2]));
  }
  std::string text;
  for (size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) text += i + 1 == elements.size() ? last : between;
    FG_ASSIGN_OR_RETURN(const std::string part, eval.PrintText(elements[i]));
    FG_RETURN_IF_ERROR(StepInLoop(eval, static_cast<int64_t>(i)));
    FG_RETURN_IF_ERROR(
        eval.CheckElements(static_cast<int64_t>(text.size() + between.size() + part.size()), 1));
    text += part;
  }
  return Value::String(std::move(text));
}

absl::StatusOr<Value> Replace(Evaluator& eval, const Arguments& x) {
  if (!x[0].is(Kind::kString)) {
    // On a collection: replace(v, old => new, ...) element by element.
    FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, x[0]));
    for (Value& element : elements) {
      for (size_t i = 1; i < x.size(); ++i) {
        const auto* pair = x[i].As<Pair>();
        if (pair == nullptr) return MethodError("replace", x.positional);
        if (!IsEqualKey(element, pair->first)) continue;
        element = pair->second;
        break;
      }
    }
    return CollectElements(eval, std::move(elements), ShapeOf(x[0]));
  }
  int64_t count = -1;
  if (const Value* given = x.Keyword("count")) {
    FG_ASSIGN_OR_RETURN(count, ToInteger(eval, *given, "replace"));
  }
  std::vector<std::pair<std::string, std::string>> pairs;
  for (size_t i = 1; i < x.size(); ++i) {
    const auto* pair = x[i].As<Pair>();
    if (pair == nullptr) return MethodError("replace", x.positional);
    FG_ASSIGN_OR_RETURN(std::string from, TextOf("replace", pair->first));
    FG_ASSIGN_OR_RETURN(std::string to, TextOf("replace", pair->second));
    pairs.emplace_back(std::move(from), std::move(to));
  }
  absl::string_view rest = x[0].text();
  std::string text;
  while (!rest.empty()) {
    const auto match = std::find_if(pairs.begin(), pairs.end(), [&](const auto& pair) {
      return !pair.first.empty() && absl::StartsWith(rest, pair.first);
    });
    if (match == pairs.end() || count == 0) {
      FG_RETURN_IF_ERROR(StepInLoop(eval, static_cast<int64_t>(rest.size())));
      text += rest[0];
      rest.remove_prefix(1);
      continue;
    }
    FG_RETURN_IF_ERROR(
        eval.CheckElements(static_cast<int64_t>(text.size() + match->second.size()), 1));
    text += match->second;
    rest.remove_prefix(match->first.size());
    --count;
  }
  return Value::String(std::move(text));
}

// strip, lstrip, rstrip; with a test of characters first or a collection of them second.
Definitions::Call StripWith(bool left, bool right) {
  return [left, right](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    const bool function_first = x.size() == 2 && IsCallable(x[0]);
    CharTest test = [](char32_t c) { return IsSpace(c); };
    if (x.size() == 2) {
      FG_ASSIGN_OR_RETURN(test, MakeCharTest(eval, function_first ? x[0] : x[1]));
    }
    FG_ASSIGN_OR_RETURN(const std::string text, TextOf("strip", x[function_first ? 1 : 0]));
    const std::vector<char32_t> points = CodePoints(text);
    size_t begin = 0, end = points.size();
    while (left && begin < end) {
      FG_ASSIGN_OR_RETURN(const bool drop, test(points[begin]));
      if (!drop) break;
      ++begin;
    }
    while (right && begin < end) {
      FG_ASSIGN_OR_RETURN(const bool drop, test(points[end - 1]));
      if (!drop) break;
      --end;
    }
    return Value::String(FromCodePoints(absl::MakeSpan(points).subspan(begin, end - begin)));
  };
}

Definitions::Call PadWith(bool left) {
  return [left](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(std::string text, eval.PrintText(x[0]));
    FG_ASSIGN_OR_RETURN(const int64_t width, ToInteger(eval, x[1], "lpad"));
    FG_RETURN_IF_ERROR(eval.CheckElements(width, 2 * sizeof(char32_t)));
    std::vector<char32_t> fill = {' '};
    if (x.size() > 2) {
      FG_ASSIGN_OR_RETURN(const std::string given, TextOf("lpad", x[2]));
      fill = CodePoints(given);
      if (fill.empty()) return ArgumentError("cannot pad with an empty string");
    }
    std::vector<char32_t> padding;
    for (int64_t i = TextWidth(text); i < width; ++i) {
      padding.push_back(fill[padding.size() % fill.size()]);
    }
    return Value::String(left ? FromCodePoints(padding) + text : text + FromCodePoints(padding));
  };
}

// ---- Looking ----

Definitions::Call Compare(bool (*holds)(absl::string_view, absl::string_view),
                          absl::string_view name) {
  return
      [holds, name = std::string(name)](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
        if (x.size() == 1) {  // startswith("x") is a function.
          const Value fixed = x[0];
          return MakeNative(
              name, 1, 1,
              [holds, fixed, name](Evaluator&, absl::Span<const Value> y) -> absl::StatusOr<Value> {
                FG_ASSIGN_OR_RETURN(const std::string text, TextOf(name, y[0]));
                FG_ASSIGN_OR_RETURN(const std::string part, TextOf(name, fixed));
                return Value::Bool(holds(text, part));
              });
        }
        FG_ASSIGN_OR_RETURN(const std::string text, TextOf(name, x[0]));
        FG_ASSIGN_OR_RETURN(const std::string part, TextOf(name, x[1]));
        return Value::Bool(holds(text, part));
      };
}
bool StartsWith(absl::string_view text, absl::string_view part) {
  return absl::StartsWith(text, part);
}
bool EndsWith(absl::string_view text, absl::string_view part) { return absl::EndsWith(text, part); }
bool Contains(absl::string_view text, absl::string_view part) {
  return text.find(part) != absl::string_view::npos;
}
bool IsContained(absl::string_view part, absl::string_view text) { return Contains(text, part); }

}  // namespace

std::vector<Builtin> StringFunctionBuiltins() {
  Definitions d;
  d.Add("split", 1, 2, SplitText, {"limit", "keepempty"});
  d.Add("join", 1, 3, Join);
  d.Add("replace", 1, -1, Replace, {"count"});
  d.Add("strip", 1, 2, StripWith(true, true));
  d.Add("lstrip", 1, 2, StripWith(true, false));
  d.Add("rstrip", 1, 2, StripWith(false, true));
  d.Add("chomp", 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(std::string text, TextOf("chomp", x[0]));
    if (absl::EndsWith(text, "\n")) text.pop_back();
    if (absl::EndsWith(text, "\r")) text.pop_back();
    return Value::String(std::move(text));
  });
  d.Add("lpad", 2, 3, PadWith(true));
  d.Add("rpad", 2, 3, PadWith(false));
  d.Add("startswith", 1, 2, Compare(StartsWith, "startswith"));
  d.Add("endswith", 1, 2, Compare(EndsWith, "endswith"));
  d.Add("contains", 1, 2, Compare(Contains, "contains"));
  d.Add("occursin", 1, 2, Compare(IsContained, "occursin"));
  d.Add("sizeof", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (IsText(x[0])) {
      FG_ASSIGN_OR_RETURN(const std::string text, TextOf("sizeof", x[0]));
      return Value::Int(static_cast<int64_t>(text.size()));
    }
    FG_ASSIGN_OR_RETURN(const Value operand, NumericOperand(eval, "sizeof", x[0]));
    return Value::Int(ShapeOf(operand).num_elements() * SizeOf(NumericDType(operand)));
  });
  return d.Take();
}

std::vector<Builtin> StringBuiltins() {
  Definitions d;
  d.Append(StringFunctionBuiltins());
  d.Append(CharacterBuiltins());
  d.Append(NumberTextBuiltins());
  d.Append(PrintingBuiltins());
  return d.Take();
}

}  // namespace fluxgate::lang
