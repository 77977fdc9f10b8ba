// Functions of characters, and of strings character by character.
#include "engine/lang/syntax/characters.h"

#include <utf8proc.h>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/text.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

Definitions::Call MapChars(absl::string_view name, int32_t (*map)(int32_t), bool first_only) {
  return [map, first_only, name = std::string(name)](Evaluator& eval,
                                                     const Arguments& x) -> absl::StatusOr<Value> {
    if (x[0].is(Kind::kChar)) {
      return Value::Char(static_cast<char32_t>(map(static_cast<int32_t>(x[0].character()))));
    }
    FG_ASSIGN_OR_RETURN(const std::string text, TextOf(name, x[0]));
    std::vector<char32_t> points = CodePoints(text);
    for (size_t i = 0; i < points.size() && (i == 0 || !first_only); ++i) {
      FG_RETURN_IF_ERROR(StepInLoop(eval, static_cast<int64_t>(i)));
      points[i] = static_cast<char32_t>(map(static_cast<int32_t>(points[i])));
    }
    return Value::String(FromCodePoints(points));
  };
}

Definitions::Call TestChar(absl::string_view name, bool (*test)(char32_t)) {
  return [test, name = std::string(name)](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    if (!x[0].is(Kind::kChar)) return MethodError(name, x.positional);
    return Value::Bool(test(x[0].character()));
  };
}
utf8proc_category_t Category(char32_t c) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(c));
}
bool IsLetter(char32_t c) {
  const utf8proc_category_t category = Category(c);
  return category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_LO;
}
bool IsDigit(char32_t c) { return c >= '0' && c <= '9'; }
bool IsUpper(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_LU; }
bool IsLower(char32_t c) { return Category(c) == UTF8PROC_CATEGORY_LL; }
bool IsPunctuation(char32_t c) {
  const utf8proc_category_t category = Category(c);
  return category >= UTF8PROC_CATEGORY_PC && category <= UTF8PROC_CATEGORY_PO;
}

absl::StatusOr<Value> CharOf(Evaluator& eval, const Arguments& x) {
  // Registered under the type's name, so the type comes first.
  if (x[1].is(Kind::kChar)) return x[1];
  FG_ASSIGN_OR_RETURN(const int64_t point, ToInteger(eval, x[1], "Char"));
  if (point < 0 || point > 0x10ffff || (point >= 0xd800 && point < 0xe000)) {
    return ArgumentError(absl::StrCat("invalid code point: ", point));
  }
  return Value::Char(static_cast<char32_t>(point));
}

absl::StatusOr<Value> StringOf(Evaluator& eval, const Arguments& x) {
  if (x[1].is(Kind::kSymbol)) return Value::String(x[1].text());
  if (IsText(x[1])) {
    FG_ASSIGN_OR_RETURN(std::string text, TextOf("String", x[1]));
    return Value::String(std::move(text));
  }
  // String of a vector of characters.
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[1]));
  std::string text;
  for (const Value& element : elements) {
    if (!element.is(Kind::kChar)) return MethodError("String", x.positional.subspan(1));
    AppendUtf8(element.character(), &text);
  }
  return Value::String(std::move(text));
}

}  // namespace

std::vector<Builtin> CharacterBuiltins() {
  Definitions d;
  d.Add("uppercase", 1, 1, MapChars("uppercase", utf8proc_toupper, false));
  d.Add("lowercase", 1, 1, MapChars("lowercase", utf8proc_tolower, false));
  d.Add("uppercasefirst", 1, 1, MapChars("uppercasefirst", utf8proc_toupper, true));
  d.Add("lowercasefirst", 1, 1, MapChars("lowercasefirst", utf8proc_tolower, true));
  d.Add("isletter", 1, 1, TestChar("isletter", IsLetter));
  d.Add("isdigit", 1, 1, TestChar("isdigit", IsDigit));
  d.Add("isspace", 1, 1, TestChar("isspace", IsSpace));
  d.Add("isuppercase", 1, 1, TestChar("isuppercase", IsUpper));
  d.Add("islowercase", 1, 1, TestChar("islowercase", IsLower));
  d.Add("ispunct", 1, 1, TestChar("ispunct", IsPunctuation));
  d.Add("codepoint", 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    if (!x[0].is(Kind::kChar)) return MethodError("codepoint", x.positional);
    return Value::Int(x[0].character());
  });
  d.Add("Char", 2, 2, CharOf);
  d.Add("String", 2, 2, StringOf);
  return d.Take();
}

}  // namespace fluxgate::lang
