// Tuples, dictionaries, sets and structs.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lang/display/impl.h"
#include "engine/lang/display/text.h"
#include "engine/lang/showable.h"
#include "engine/lang/syntax/characters.h"
#include "engine/nn/layer.h"
#include "engine/nn/show.h"
#include "engine/optim/update.h"

namespace fluxgate::lang {
namespace {

// The element type that stands at `index` of a known tuple type; null when it says nothing.
TypePtr Parameter(const TypePtr& known, absl::string_view name, size_t index) {
  if (known == nullptr || known->name != name || index >= known->parameters.size()) return nullptr;
  return known->parameters[index].type;
}

std::string PadRight(std::string text, int width) {
  const int missing = width - TextWidth(text);
  if (missing > 0) text.append(static_cast<size_t>(missing), ' ');
  return text;
}

// The first `width` columns, the last of them an ellipsis when something was cut.
std::string Truncate(const std::string& text, int width) {
  if (TextWidth(text) <= width) return text;
  std::string result;
  int used = 0;
  for (size_t i = 0; i < text.size();) {
    const auto length = static_cast<size_t>(std::max(1, DecodeUtf8(text, i).length));
    const std::string character = text.substr(i, length);
    used += TextWidth(character);
    if (used > width - 1) break;
    result += character;
    i += length;
  }
  return result + "…";
}

// Every built-in exception has a message; Julia's has one or fields, and shows what it has.
bool IsHidden(const Struct& object, size_t field) {
  if (!object.type->builtin || object.type->supertype != "Exception") return false;
  const bool message = field + 1 == object.fields.size();
  const std::string& name = object.type->name;
  if (object.fields.size() == 1) {
    return object.fields[0].is_nothing() || name == "DivideError" || name == "OutOfMemoryError" ||
           name == "StackOverflowError" || name == "InterruptException";
  }
  const bool known = !object.fields[0].is_nothing();
  if (name == "DomainError" && known) return false;
  return message == known;
}

}  // namespace

std::string Printer::ShowTuple(const Tuple& tuple, const ShowContext& context) {
  std::string text = "(";
  for (size_t i = 0; i < tuple.elements.size(); ++i) {
    ShowContext inner = context;
    inner.known = Parameter(context.known, "Tuple", i);
    absl::StrAppend(&text, i > 0 ? ", " : "", Show(tuple.elements[i], inner));
  }
  return absl::StrCat(text, tuple.elements.size() == 1 ? ",)" : ")");
}

std::string Printer::ShowNamedTuple(const NamedTuple& tuple, const ShowContext& context) {
  if (tuple.as_pairs) return ShowPairs(tuple, context);
  if (tuple.names.empty()) return "NamedTuple()";
  ShowContext inner = context;
  inner.known = nullptr;
  std::string text = "(";
  for (size_t i = 0; i < tuple.names.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", tuple.names[i], " = ", Show(tuple.values[i], inner));
  }
  return absl::StrCat(text, tuple.names.size() == 1 ? ",)" : ")");
}

// Base.Pairs{Symbol, Int64, Tuple{Symbol}, @NamedTuple{a::Int64}}(:a => 1)
std::string Printer::ShowPairs(const NamedTuple& tuple, const ShowContext& context) {
  const Value plain = NamedTuple::Of(tuple.names, tuple.values);
  ShowContext inner = context;
  inner.known = ElementType(plain);
  const std::vector<TypePtr> symbols(tuple.names.size(), BuiltinType("Symbol"));
  std::string text =
      absl::StrCat("Base.Pairs{Symbol, ", inner.known->ToString(), ", ",
                   MakeType("Tuple", symbols)->ToString(), ", ", TypeOf(plain)->ToString(), "}(");
  for (size_t i = 0; i < tuple.names.size(); ++i) {
    absl::StrAppend(&text, i > 0 ? ", " : "", QuoteSymbol(tuple.names[i]), " => ",
                    Show(tuple.values[i], inner));
  }
  return text + ")";
}

std::string Printer::ShowPair(const Pair& pair, const ShowContext& context) {
  ShowContext first = context, second = context;
  first.known = Parameter(context.known, "Pair", 0);
  second.known = Parameter(context.known, "Pair", 1);
  const std::string left = Show(pair.first, first);
  return absl::StrCat(pair.first.is(Kind::kPair) ? absl::StrCat("(", left, ")") : left, " => ",
                      Show(pair.second, second));
}

std::string Printer::ShowDict(const Value& value, const ShowContext& context) {
  const TypePtr type = TypeOf(value);
  const TypePtr key = Parameter(type, "Dict", 0), item = Parameter(type, "Dict", 1);
  const auto entries = value.As<Dict>()->Entries();
  if (entries.empty()) return absl::StrCat(type->ToString(), "()");
  const bool implied =
      key != nullptr && item != nullptr && IsImpliedByElements(*key) && IsImpliedByElements(*item);
  std::string text = absl::StrCat(implied ? "Dict" : type->ToString(), "(");
  ShowContext first = context, second = context;
  first.known = key;
  second.known = item;
  bool comma = false;
  for (const auto& [k, v] : entries) {
    absl::StrAppend(&text, comma ? ", " : "", Show(k, first), " => ", Show(v, second));
    comma = true;
    if (static_cast<int64_t>(text.size()) > budget_) return text + ", …)";
  }
  return text + ")";
}

std::string Printer::ShowSet(const Value& value, const ShowContext& context) {
  const TypePtr type = TypeOf(value);
  const auto entries = value.As<Set>()->members.Entries();
  if (entries.empty()) return absl::StrCat(type->ToString(), "()");
  const TypePtr element = Parameter(type, "Set", 0);
  ShowContext inner = context;
  inner.known = element;
  return absl::StrCat(
      "Set(",
      ShowElements(Shape({static_cast<int64_t>(entries.size())}),
                   element == nullptr || IsImpliedByElements(*element) ? "" : element->ToString(),
                   context.limit,
                   [&](int64_t i) { return Show(entries[static_cast<size_t>(i)].first, inner); }),
      ")");
}

std::string Printer::ShowStruct(const Value& value, const ShowContext& context) {
  const Struct& object = *value.As<Struct>();
  if (StructShow* own = StructShow::Current()) {
    if (absl::optional<std::string> text = own->Show(value)) return *std::move(text);
  }
  ShowContext inner = context;
  inner.known = nullptr;
  auto repr = [&](const Value& v) { return Show(v, inner); };
  if (nn::FindLayer(*object.type) != nullptr) return nn::ReprLayer(object, repr);
  if (optim::IsRule(value) || optim::IsLeaf(value)) return optim::ShowRule(object, repr);
  std::string text = absl::StrCat(TypeOf(value)->ToString(), "(");
  const char* comma = "";
  for (size_t i = 0; i < object.fields.size(); ++i) {
    if (IsHidden(object, i)) continue;
    absl::StrAppend(&text, std::exchange(comma, ", "), Show(object.fields[i], inner));
  }
  return text + ")";
}

std::string Printer::DisplayDict(const Value& value) {
  const auto entries = value.As<Dict>()->Entries();
  ShowContext context;
  context.limit = true;
  if (entries.empty()) return ShowDict(value, context);
  const TypePtr type = TypeOf(value);
  return DisplayEntries(type->ToString(), entries, Parameter(type, "Dict", 0),
                        Parameter(type, "Dict", 1));
}

std::string Printer::DisplayPairs(const NamedTuple& tuple) {
  std::vector<std::pair<Value, Value>> entries;
  for (size_t i = 0; i < tuple.names.size(); ++i) {
    entries.emplace_back(Value::Symbol(tuple.names[i]), tuple.values[i]);
  }
  return DisplayEntries("pairs(::NamedTuple)", entries, nullptr,
                        ElementType(Tuple::Of(tuple.values)));
}

std::string Printer::DisplayEntries(absl::string_view title,
                                    absl::Span<const std::pair<Value, Value>> entries, TypePtr key,
                                    TypePtr mapped) {
  std::string text =
      absl::StrCat(title, " with ", entries.size(), entries.size() == 1 ? " entry" : " entries",
                   entries.empty() ? "" : ":");
  ShowContext first, second;
  first.limit = second.limit = true;
  first.known = std::move(key);
  second.known = std::move(mapped);
  const size_t rows = static_cast<size_t>(std::max(2, options_.rows - 4));
  const int columns = std::max(10, options_.columns - 6);
  const size_t shown = entries.size() > rows ? rows - 1 : entries.size();
  std::vector<std::string> keys;
  int width = 0;
  for (size_t i = 0; i < shown; ++i) {
    keys.push_back(Truncate(Show(entries[i].first, first), columns / 3));
    width = std::max(width, TextWidth(keys.back()));
  }
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, "\n  ", PadRight(keys[i], width), " => ",
                    Truncate(Show(entries[i].second, second), columns - width));
  }
  if (shown < entries.size()) absl::StrAppend(&text, "\n  ", PadRight("⋮", width), " => ⋮");
  return text;
}

std::string Printer::DisplaySet(const Value& value) {
  const auto entries = value.As<Set>()->members.Entries();
  ShowContext context;
  context.limit = true;
  if (entries.empty()) return ShowSet(value, context);
  const TypePtr type = TypeOf(value);
  context.known = Parameter(type, "Set", 0);
  std::string text = absl::StrCat(type->ToString(), " with ", entries.size(),
                                  entries.size() == 1 ? " element:" : " elements:");
  const size_t rows = static_cast<size_t>(std::max(2, options_.rows - 4));
  const size_t shown = entries.size() > rows ? rows - 1 : entries.size();
  for (size_t i = 0; i < shown; ++i) {
    absl::StrAppend(&text, "\n  ",
                    Truncate(Show(entries[i].first, context), std::max(10, options_.columns - 4)));
  }
  if (shown < entries.size()) text += "\n  ⋮";
  return text;
}

}  // namespace fluxgate::lang
