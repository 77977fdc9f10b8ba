#include "tests/seeds/compare.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace fluxgate::seeds {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// A text with each computed number replaced by #, blanks collapsed, and the numbers. Digits that
// belong to a name (Float32) or to dims (2×5, 5-element) stay.
struct Skeleton {
  std::string text;
  std::vector<double> numbers;
};

Skeleton Dissect(absl::string_view text) {
  Skeleton result;
  for (size_t i = 0; i < text.size();) {
    const char c = text[i];
    const bool in_name = i > 0 && (std::isalnum(static_cast<unsigned char>(text[i - 1])) ||
                                   (text[i - 1] & 0x80) != 0);
    const bool sign = c == '-' && i + 1 < text.size() && IsDigit(text[i + 1]);
    if (!in_name && (IsDigit(c) || sign)) {
      size_t end = i + (sign ? 1 : 0);
      while (end < text.size() && (IsDigit(text[end]) || text[end] == '.')) ++end;
      const bool dims =
          end < text.size() && ((text[end] & 0x80) != 0 || text.substr(end, 8) == "-element");
      if (!dims) {
        std::string number(text.substr(i, end - i));
        bool single = false;  // 0.1f0: a Float32
        if (end < text.size() && (text[end] == 'e' || text[end] == 'f')) {
          size_t exponent = end + 1;
          if (exponent < text.size() && text[exponent] == '-') ++exponent;
          if (exponent < text.size() && IsDigit(text[exponent])) {
            while (exponent < text.size() && IsDigit(text[exponent])) ++exponent;
            absl::StrAppend(&number, "e", text.substr(end + 1, exponent - end - 1));
            single = text[end] == 'f';
            end = exponent;
          }
        }
        double value = 0;
        if (absl::SimpleAtod(number, &value)) {
          result.numbers.push_back(value);
          result.text += single ? "#f" : "#";
          i = end;
          continue;
        }
      }
    }
    const bool blank = c == ' ' || c == '\n';
    if (!(blank && !result.text.empty() && result.text.back() == ' ')) {
      result.text += blank ? ' ' : c;
    }
    ++i;
  }
  return result;
}

bool Close(double expected, double actual, double tolerance) {
  if (expected == actual) return true;
  if (tolerance > 0) return std::fabs(expected - actual) <= tolerance;
  // Two units in the last place of Float32.
  const auto e = static_cast<float>(expected);
  const float unit = std::nextafter(std::fabs(e), INFINITY) - std::fabs(e);
  return std::fabs(expected - actual) <= 2.0 * static_cast<double>(unit);
}

}  // namespace

std::string Difference(const Step& step, absl::string_view actual) {
  if (step.check == Check::kNone || !step.output) return "";
  const std::string& expected = *step.output;
  auto report = [&](absl::string_view what) {
    return absl::StrCat(step.block, " step ", step.index, ": ", what, "\ninput:    ", step.input,
                        "\nexpected: ", expected, "\nactual:   ", actual);
  };
  if (step.check == Check::kText) return expected == actual ? "" : report("the text differs");
  const Skeleton a = Dissect(expected), b = Dissect(actual);
  if (a.text != b.text) {
    return report(
        absl::StrCat("the text between the numbers differs (", a.text, " / ", b.text, ")"));
  }
  if (step.check == Check::kShape) return "";
  for (size_t i = 0; i < a.numbers.size(); ++i) {
    if (!Close(a.numbers[i], b.numbers[i], step.tolerance)) {
      return report(absl::StrCat("number ", i + 1, " is too far away"));
    }
  }
  return "";
}

}  // namespace fluxgate::seeds
