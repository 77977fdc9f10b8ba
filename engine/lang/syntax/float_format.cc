#include "engine/lang/syntax/float_format.h"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fluxgate::lang {
namespace {

constexpr int kCompactDigits = 6;

struct Decimal {
  bool negative = false;
  std::string digits;  // without zeros at either end; "0" for zero
  int exponent = 0;    // value = 0.digits × 10^exponent
};

// Reads "d.ddde±xx".
Decimal Parse(absl::string_view text) {
  Decimal d;
  if (text[0] == '-') {
    d.negative = true;
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  absl::string_view tail = text.substr(e + 1);
  if (tail[0] == '+') tail.remove_prefix(1);
  std::from_chars(tail.data(), tail.data() + tail.size(), exponent);
  for (const char c : text.substr(0, e)) {
    if (c != '.') d.digits.push_back(c);
  }
  d.exponent = exponent + 1;
  while (d.digits.size() > 1 && d.digits.back() == '0') d.digits.pop_back();
  return d;
}

// Julia writes 1.0e-5 and 1.0e6, but 0.0001 and 100000.0 without an exponent.
std::string Layout(const Decimal& d, char exponent_sign, bool always_exponent) {
  std::string text = d.negative ? "-" : "";
  const auto n = static_cast<int>(d.digits.size());
  const int point = d.exponent;
  const bool plain = d.digits == "0" || (-4 < point && point <= 6);
  if (!plain) {
    absl::StrAppend(&text, d.digits.substr(0, 1), ".", n > 1 ? d.digits.substr(1) : "0",
                    std::string(1, exponent_sign), point - 1);
    return text;
  }
  if (d.digits == "0") {
    absl::StrAppend(&text, "0.0");
  } else if (point <= 0) {
    absl::StrAppend(&text, "0.", std::string(static_cast<size_t>(-point), '0'), d.digits);
  } else if (point >= n) {
    absl::StrAppend(&text, d.digits, std::string(static_cast<size_t>(point - n), '0'), ".0");
  } else {
    absl::StrAppend(&text, d.digits.substr(0, static_cast<size_t>(point)), ".",
                    d.digits.substr(static_cast<size_t>(point)));
  }
  if (always_exponent) absl::StrAppend(&text, std::string(1, exponent_sign), "0");
  return text;
}

template <typename T>
std::string Special(T v, absl::string_view suffix) {
  if (std::isnan(v)) return absl::StrCat("NaN", suffix);
  return absl::StrCat(v < 0 ? "-Inf" : "Inf", suffix);
}

template <typename T>
Decimal Shortest(T v) {
  char buffer[40];
  const auto [end, error] =
      std::to_chars(buffer, buffer + sizeof(buffer), v, std::chars_format::scientific);
  return Parse(absl::string_view(buffer, static_cast<size_t>(end - buffer)));
}

// Rounds to `count` digits. What is removed is exactly half only if the value is that decimal;
// otherwise a trailing 5 stands for more digits and rounds up, as in Julia's Ryu.
void RoundDigits(int count, double value, Decimal* d) {
  if (static_cast<int>(d->digits.size()) <= count) return;
  const auto n = static_cast<size_t>(count);
  const std::string removed = d->digits.substr(n);
  bool up = removed[0] >= '5';
  if (removed == "5") {
    char exact[80];
    std::snprintf(exact, sizeof(exact), "%.50e", std::fabs(value));
    const std::string digits = Parse(exact).digits;
    if (digits == d->digits) up = (d->digits[n - 1] - '0') % 2 == 1;
  }
  d->digits.resize(n);
  size_t i = n;
  while (up && i > 0) {
    --i;
    up = d->digits[i] == '9';
    d->digits[i] = up ? '0' : static_cast<char>(d->digits[i] + 1);
  }
  if (up) {
    d->digits.insert(d->digits.begin(), '1');
    ++d->exponent;
  }
  while (d->digits.size() > 1 && d->digits.back() == '0') d->digits.pop_back();
}

template <typename T>
std::string Compact(T v) {
  if (!std::isfinite(v)) return Special(v, "");
  Decimal d = Shortest(v);
  RoundDigits(kCompactDigits, static_cast<double>(v), &d);
  return Layout(d, std::is_same_v<T, float> ? 'f' : 'e', false);
}

}  // namespace

std::string FormatFloat(double v) {
  return std::isfinite(v) ? Layout(Shortest(v), 'e', false) : Special(v, "");
}

std::string FormatFloat(float v, Float32Style style) {
  const bool lone = style == Float32Style::kLone;
  if (!std::isfinite(v)) return Special(v, lone ? "32" : "");
  return Layout(Shortest(v), style == Float32Style::kPrinted ? 'e' : 'f', lone);
}

std::string FormatCompact(double v) { return Compact(v); }
std::string FormatCompact(float v) { return Compact(v); }

}  // namespace fluxgate::lang
