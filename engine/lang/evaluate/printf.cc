#include "engine/lang/evaluate/printf.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

constexpr int kMaxWidth = 1000;

// One conversion, "%-8.3f", taken off the front of `format`.
struct Conversion {
  std::string options;  // between % and the letter: "-8.3"
  char letter = 0;
};

// Digits off the front of `format`; false when the number is too large.
bool TakeNumber(absl::string_view& format, std::string& options) {
  size_t n = 0;
  while (n < format.size() && absl::ascii_isdigit(format[n])) ++n;
  int number = 0;
  if (n > 0 && (!absl::SimpleAtoi(format.substr(0, n), &number) || number > kMaxWidth))
    return false;
  absl::StrAppend(&options, format.substr(0, n));
  format.remove_prefix(n);
  return true;
}

absl::StatusOr<Conversion> TakeConversion(absl::string_view& format) {
  Conversion conversion;
  format.remove_prefix(1);
  const size_t flags = std::min(format.find_first_not_of("-+ 0#"), format.size());
  conversion.options = std::string(format.substr(0, std::min<size_t>(flags, 5)));
  format.remove_prefix(flags);
  bool small = TakeNumber(format, conversion.options);
  if (!format.empty() && format[0] == '.') {
    conversion.options += '.';
    format.remove_prefix(1);
    small = small && TakeNumber(format, conversion.options);
  }
  if (!small) {
    return ArgumentError(absl::StrCat("a width or precision in a format is at most ", kMaxWidth));
  }
  if (format.empty() ||
      absl::string_view("diuxXoeEfFgGaAcs").find(format[0]) == absl::string_view::npos) {
    return ArgumentError("invalid format string: '%' needs one of d i u x o e f g a c s %");
  }
  conversion.letter = format[0];
  format.remove_prefix(1);
  return conversion;
}

template <typename T>
std::string Formatted(const std::string& spec, T value) {
  std::string text(static_cast<size_t>(std::snprintf(nullptr, 0, spec.c_str(), value)), '\0');
  std::snprintf(text.data(), text.size() + 1, spec.c_str(), value);
  return text;
}

absl::StatusOr<std::string> Convert(Evaluator& eval, const Conversion& conversion,
                                    const Value& value) {
  const std::string spec = absl::StrCat("%", conversion.options);
  switch (conversion.letter) {
    case 'c':
    case 's': {
      FG_ASSIGN_OR_RETURN(const std::string text, eval.PrintText(value));
      return Formatted(spec + "s", text.c_str());
    }
    case 'd':
    case 'i':
    case 'u':
    case 'x':
    case 'X':
    case 'o': {
      long long integer = 0;
      if (value.is_number() && !value.scalar().is_float()) {
        integer = value.scalar().AsInt64();
      } else {
        FG_ASSIGN_OR_RETURN(const double number, ToDouble(eval, value, "a number to print"));
        if (!(std::fabs(number) < 0x1p63)) {
          return ArgumentError(absl::StrCat(number, " is no integer that can be printed"));
        }
        integer = std::llrint(number);
      }
      return Formatted(absl::StrCat(spec, "ll", std::string(1, conversion.letter)), integer);
    }
    default: {
      FG_ASSIGN_OR_RETURN(const double number, ToDouble(eval, value, "a number to print"));
      return Formatted(spec + conversion.letter, number);
    }
  }
}

}  // namespace

absl::StatusOr<std::string> FormatPrintf(Evaluator& eval, absl::string_view format,
                                         absl::Span<const Value> values) {
  std::string text;
  size_t used = 0;
  while (!format.empty()) {
    const size_t plain = std::min(format.find('%'), format.size());
    absl::StrAppend(&text, format.substr(0, plain));
    format.remove_prefix(plain);
    if (format.empty()) break;
    if (format.substr(0, 2) == "%%") {
      text += '%';
      format.remove_prefix(2);
      continue;
    }
    FG_ASSIGN_OR_RETURN(const Conversion conversion, TakeConversion(format));
    if (used == values.size()) {
      return ArgumentError("the format asks for more values than there are");
    }
    FG_ASSIGN_OR_RETURN(const std::string part, Convert(eval, conversion, values[used++]));
    text += part;
    FG_RETURN_IF_ERROR(eval.CheckElements(static_cast<int64_t>(text.size()), 1));
  }
  if (used < values.size()) {
    return ArgumentError("there are more values than the format asks for");
  }
  return text;
}

}  // namespace fluxgate::lang
