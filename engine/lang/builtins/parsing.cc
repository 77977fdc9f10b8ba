// Numbers in text: parse and tryparse.
#include <algorithm>
#include <cerrno>
#include <cstdlib>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/text.h"
#include "engine/lang/display/text.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::optional<Value> ParseNumber(absl::string_view text, DType dtype, int base) {
  const std::string trimmed(absl::StripAsciiWhitespace(text));
  if (dtype == DType::kBool) {
    if (trimmed == "true" || trimmed == "1") return Value::Bool(true);
    if (trimmed == "false" || trimmed == "0") return Value::Bool(false);
    return absl::nullopt;
  }
  if (IsFloat(dtype)) {
    std::string plain = trimmed;
    std::replace(plain.begin(), plain.end(), 'f', 'e');  // 1f0
    double value = 0;
    if (!absl::SimpleAtod(absl::StrContains(trimmed, "Inf") || absl::StrContains(trimmed, "inf")
                              ? trimmed
                              : plain,
                          &value)) {
      return absl::nullopt;
    }
    return Value(Scalar(value).ConvertTo(dtype));
  }
  char* end = nullptr;
  errno = 0;
  const int64_t value = std::strtoll(trimmed.c_str(), &end, base);
  if (trimmed.empty() || *end != '\0' || errno == ERANGE) return absl::nullopt;
  if (dtype == DType::kInt32 && value != static_cast<int32_t>(value)) return absl::nullopt;
  return Value(Scalar(value).ConvertTo(dtype));
}

absl::Status CannotParse(const std::string& text, const Type& type, DType dtype, int base) {
  const std::string quoted = QuoteString(text);
  if (IsFloat(dtype)) {
    return ArgumentError(absl::StrCat("cannot parse ", quoted, " as ", type.ToString()));
  }
  absl::string_view digits = absl::StripAsciiWhitespace(text);
  if (digits.empty()) return ArgumentError("input string is empty or only contains whitespace");
  if (dtype == DType::kBool) {
    return ArgumentError(absl::StrCat("invalid Bool representation: ", quoted));
  }
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  if (digits.empty()) return ArgumentError("premature end of integer: " + quoted);
  for (const char32_t c : CodePoints(digits)) {
    const int value = c >= '0' && c <= '9'   ? static_cast<int>(c) - '0'
                      : c >= 'a' && c <= 'z' ? static_cast<int>(c) - 'a' + 10
                      : c >= 'A' && c <= 'Z' ? static_cast<int>(c) - 'A' + 10
                                             : 99;
    if (value >= base) {
      return ArgumentError(
          absl::StrCat("invalid base ", base, " digit ", QuoteChar(c), " in ", quoted));
    }
  }
  return JuliaError("OverflowError", absl::StrCat("overflow: parsing ", quoted));
}

Definitions::Call ParseWith(bool try_only) {
  return [try_only](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    const auto* type = x[0].As<Type>();
    const absl::optional<DType> dtype = type == nullptr ? absl::nullopt : DTypeOfType(*type);
    if (!dtype || !IsText(x[1])) return MethodError("parse", x.positional);
    int64_t base = 10;
    if (const Value* given = x.Keyword("base")) {
      FG_ASSIGN_OR_RETURN(base, ToInteger(eval, *given, "parse"));
      if (base < 2 || base > 36) {
        return ArgumentError(absl::StrCat("invalid base: base must be 2 ≤ base ≤ 36, got ", base));
      }
    }
    FG_ASSIGN_OR_RETURN(const std::string text, TextOf("parse", x[1]));
    absl::optional<Value> number = ParseNumber(text, *dtype, static_cast<int>(base));
    if (number) return *number;
    if (try_only) return Value();
    return CannotParse(text, *type, *dtype, static_cast<int>(base));
  };
}

}  // namespace

std::vector<Builtin> NumberTextBuiltins() {
  Definitions d;
  d.Add("parse", 2, 2, ParseWith(false), {"base"});
  d.Add("tryparse", 2, 2, ParseWith(true), {"base"});
  return d.Take();
}

}  // namespace fluxgate::lang
