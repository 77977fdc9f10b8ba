#include <cctype>
#include <charconv>
#include <limits>
#include <string>
#include <system_error>

#include "absl/strings/charconv.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/lexer_impl.h"

namespace fluxgate::lang {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

int DigitValue(char c) {
  if (IsDigit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// The type of 0x1f: the smallest that has room for its digits, leading zeros among them. Octal
// digits count by what they could hold.
Scalar::Written Unsigned(absl::string_view digits, int base) {
  const size_t bits = digits.size() * (base == 16 ? 4 : base == 8 ? 3 : 1);
  if (bits <= 8) return Scalar::Written::kUInt8;
  if (bits <= 16) return Scalar::Written::kUInt16;
  return bits <= 32 ? Scalar::Written::kUInt32 : Scalar::Written::kUInt64;
}

// Out of range upwards: downwards a number is zero.
bool TooLarge(const absl::from_chars_result& result, double value) {
  return result.ec == std::errc::result_out_of_range && value > 1;
}

}  // namespace

absl::Status Lexer::LexInteger(absl::string_view digits, int base, size_t length) {
  const auto begin = static_cast<int32_t>(position_);
  uint64_t value = 0;
  constexpr auto kMax = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  for (const char c : digits) {
    const auto digit = static_cast<uint64_t>(DigitValue(c));
    if (value > (kMax + 1 - digit) / static_cast<uint64_t>(base)) {
      value = kMax + 2;
      break;
    }
    value = value * static_cast<uint64_t>(base) + digit;
  }
  // -9223372036854775808 is the one number whose digits alone do not fit.
  const bool negated = !list.tokens.empty() && list.tokens.back().Is("-") && !space_before_;
  if (value > kMax + 1 || (value == kMax + 1 && !(negated && base == 10))) {
    return Error(begin, begin + static_cast<int32_t>(length),
                 absl::StrCat("the integer ", text_.substr(position_, std::min<size_t>(length, 40)),
                              length > 40 ? "…" : "",
                              " is too large for Int64; write it as a float (1.0e19)"));
  }
  Token& token = Emit(TokenKind::kNumber, length);
  token.value = static_cast<int32_t>(list.values.size());
  const Scalar number(static_cast<int64_t>(value));
  list.values.push_back(base == 10 ? Value(number) : Value(number.As(Unsigned(digits, base))));
  return absl::OkStatus();
}

absl::Status Lexer::LexFloat(std::string digits, bool single, size_t length) {
  const auto begin = static_cast<int32_t>(position_);
  Value value;
  bool infinite = false;
  if (single) {
    float f = 0;
    const auto result = absl::from_chars(digits.data(), digits.data() + digits.size(), f);
    infinite = TooLarge(result, static_cast<double>(f));
    value = Value::Float32(f);
  } else {
    double d = 0;
    const auto result = absl::from_chars(digits.data(), digits.data() + digits.size(), d);
    infinite = TooLarge(result, d);
    value = Value::Float64(d);
  }
  if (infinite) {
    return Error(begin, begin + static_cast<int32_t>(length), "overflow in numeric constant");
  }
  Token& token = Emit(TokenKind::kNumber, length);
  token.value = static_cast<int32_t>(list.values.size());
  list.values.push_back(std::move(value));
  return absl::OkStatus();
}

absl::Status Lexer::LexNumber() {
  const auto begin = static_cast<int32_t>(position_);
  // Reads digits (with _ between them) of `base` from offset `i` on; returns the offset behind.
  std::string digits;
  auto read_digits = [&](size_t i, int base) {
    while (DigitValue(At(i)) < base || (At(i) == '_' && DigitValue(At(i + 1)) < base)) {
      if (At(i) != '_') digits.push_back(At(i));
      ++i;
    }
    return i;
  };
  auto error = [&](size_t length, absl::string_view message) {
    return Error(begin, begin + static_cast<int32_t>(length), message);
  };

  if (At() == '0' && (At(1) == 'x' || At(1) == 'b' || At(1) == 'o')) {
    const int base = At(1) == 'x' ? 16 : At(1) == 'b' ? 2 : 8;
    const size_t end = read_digits(2, base);
    if (digits.empty() || std::isalnum(static_cast<unsigned char>(At(end)))) {
      return error(end + 1, "invalid numeric constant");
    }
    return LexInteger(digits, base, end);
  }

  size_t i = read_digits(0, 10);
  bool is_float = false, single = false;
  // In 1:3... and 1..2 the dot is not the number's.
  if (At(i) == '.' && At(i + 1) != '.') {
    // 1.+x could be 1 .+ x or 1. + x.
    static constexpr absl::string_view kOperatorStart = "+-*/\\^%&|<>=!~'";
    const CodePoint next = DecodeUtf8(text_, position_ + i + 1);
    if (!IsDigit(At(i + 1)) && next.length > 0 &&
        ((At(i + 1) != '\0' && kOperatorStart.find(At(i + 1)) != absl::string_view::npos) ||
         next.value == U'÷' || next.value == U'≤' || next.value == U'≥')) {
      return error(i + 2, absl::StrCat("invalid syntax `", text_.substr(position_, i + 2),
                                       "`; add a space to make it clear"));
    }
    if (next.length > 0 && IsIdentifierStart(next.value) && At(i + 1) != 'e' && At(i + 1) != 'f') {
      return error(i + 1, "a number that ends with `.` cannot be multiplied implicitly");
    }
    is_float = true;
    if (digits.empty()) digits.push_back('0');
    digits.push_back('.');
    i = read_digits(i + 1, 10);
  }
  const char e = At(i);
  const size_t sign = At(i + 1) == '+' || At(i + 1) == '-' ? 1 : 0;
  if ((e == 'e' || e == 'E' || e == 'f') && IsDigit(At(i + 1 + sign))) {
    is_float = true;
    single = e == 'f';
    digits.push_back('e');
    if (sign == 1) digits.push_back(At(i + 1));
    i = read_digits(i + 1 + sign, 10);
  }
  if (!is_float) return LexInteger(digits, 10, i);
  if (At(i) == '.' && IsDigit(At(i + 1))) return error(i + 2, "invalid numeric constant");
  // from_chars knows no leading '+' in exponents but reads one after 'e'.
  return LexFloat(std::move(digits), single, i);
}

}  // namespace fluxgate::lang
