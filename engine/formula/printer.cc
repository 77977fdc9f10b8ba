#include "engine/formula/printer.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fluxgate::formula {
namespace {

using Kind = Term::Kind;

constexpr size_t kMaxBytes = 16 * 1024;
constexpr int kMaxDepth = 100;

// How tightly a text holds together; what is looser than its place wants gets parentheses.
enum Level { kComparisonLevel, kSumLevel, kProductLevel, kPowerLevel, kAtomLevel };

std::string Digits(double x) {
  if (std::isnan(x)) return "NaN";
  if (std::isinf(x)) return x > 0 ? "Inf" : "-Inf";
  if (std::floor(x) == x && std::abs(x) < 1e15) return absl::StrCat(static_cast<int64_t>(x));
  char digits[64];
  return std::string(digits, std::to_chars(digits, digits + sizeof(digits), x).ptr);
}

// A coefficient as a fraction where that says more: 1/3, but 0.1.
struct Fraction {
  double numerator, denominator;
};
Fraction AsFraction(double x) {
  if (std::floor(x) == x || !std::isfinite(x)) return {x, 1};
  for (const double q : {2.0, 4.0, 8.0, 16.0}) {
    if (std::floor(x * q) == x * q) return {x * q, q};
  }
  if (Digits(x).size() <= 7) return {x, 1};
  for (double q = 3; q < 1000; ++q) {
    const double p = std::round(x * q);
    if (p != 0 && std::abs(p / q - x) <= 2e-16 * std::abs(x)) return {p, q};
  }
  return {x, 1};
}

class Printer {
 public:
  explicit Printer(const Algebra& algebra) : algebra_(algebra) {}

  absl::StatusOr<std::string> Run(TermId term) {
    dots_ = HasArrays(term);
    std::string text = Text(term, kComparisonLevel);
    if (too_long_) {
      return absl::ResourceExhaustedError(absl::StrCat("the formula is longer than ", kMaxBytes,
                                                       " bytes or nested deeper than ", kMaxDepth,
                                                       ", which nobody would read"));
    }
    return text;
  }

 private:
  const Term& at(TermId id) const { return algebra_.at(id); }

  bool HasArrays(TermId term) const {
    std::vector<TermId> pending = {term};
    std::vector<bool> seen(static_cast<size_t>(term) + 1);
    while (!pending.empty()) {
      const TermId id = pending.back();
      pending.pop_back();
      // The elements of a vector that is written out are numbers.
      if (!at(id).dims.empty() && at(id).kind != Kind::kVector) return true;
      for (const TermId part : at(id).args) {
        // Parts have been made before what they are part of.
        if (!seen[part]) pending.push_back(part);
        seen[part] = true;
      }
    }
    return false;
  }

  std::string Operator(absl::string_view name) const {
    return absl::StrCat(" ", dots_ ? "." : "", name, " ");
  }

  // Every text goes through here, so that what has no end is noticed.
  std::string Parenthesised(std::string text, Level level, Level wanted) {
    if (level < wanted) text = absl::StrCat("(", text, ")");
    written_ += text.size();
    if (written_ > kMaxBytes * kMaxDepth || text.size() > kMaxBytes) too_long_ = true;
    return text;
  }

  std::string Text(TermId id, Level wanted) {
    Level level = kAtomLevel;
    std::string text = Bare(id, &level);
    return Parenthesised(std::move(text), level, wanted);
  }

  // Without parentheses around, and how tightly it holds together.
  std::string Bare(TermId id, Level* level) {
    if (depth_ == kMaxDepth) too_long_ = true;
    if (too_long_) return "";
    ++depth_;
    std::string text = Unwrapped(id, level);
    --depth_;
    return text;
  }

  std::string Unwrapped(TermId id, Level* level) {
    const Term& term = at(id);
    *level = kAtomLevel;
    switch (term.kind) {
      case Kind::kNumber:
        return Product(term.number, {}, level);
      case Kind::kSymbol:
        return term.name;
      case Kind::kCall:
        return CallText(term, level);
      case Kind::kVector:
        return absl::StrCat("[", List(term.args), "]");
      case Kind::kPower:
        return Product(1, {id}, level);
      case Kind::kProduct:
        return Product(term.number, term.args, level);
      case Kind::kSum:
        break;
    }
    *level = kSumLevel;
    return SumText(term);
  }

  std::string List(const std::vector<TermId>& terms) {
    std::vector<std::string> texts;
    for (const TermId term : terms) texts.push_back(Text(term, kComparisonLevel));
    return absl::StrJoin(texts, ", ");
  }

  // A comparison, a logical operation, or a product of matrices.
  std::string InfixText(const Term& call, Level* level) {
    const bool product = call.name == "*", logical = call.name == "&" || call.name == "|";
    *level = product ? kProductLevel : kComparisonLevel;
    const Level wanted = product ? kAtomLevel : logical ? kPowerLevel : kSumLevel;
    return absl::StrCat(Text(call.args[0], wanted), product ? " * " : Operator(call.name),
                        Text(call.args[1], wanted));
  }

  std::string CallText(const Term& call, Level* level) {
    const std::string& name = call.name;
    if (call.args.empty()) return absl::StrCat(name, call.options);
    if (name == "'") return absl::StrCat(Text(call.args[0], kAtomLevel), "'");
    if (name == "[]") return absl::StrCat(Text(call.args[0], kAtomLevel), call.options);
    if (name == "!") return absl::StrCat(dots_ ? ".!" : "!", Text(call.args[0], kAtomLevel));
    if (!absl::ascii_isalpha(static_cast<unsigned char>(name[0])) &&
        static_cast<unsigned char>(name[0]) < 0x80) {
      return InfixText(call, level);
    }
    // Functions of whole arrays have no dot.
    const bool whole =
        name == "sum" || name == "vec" || name == "only" || name == "reshape" || name == "fill";
    return absl::StrCat(name, dots_ && !whole ? "." : "", "(", List(call.args), call.options, ")");
  }

  // A base to an exponent that is not negative.
  std::string PowerText(TermId base, double exponent, TermId symbolic, Level* level) {
    if (symbolic < 0 && exponent == 1) return Bare(base, level);
    if (symbolic < 0 && exponent == 0.5) {
      *level = kAtomLevel;
      return absl::StrCat(dots_ ? "sqrt.(" : "sqrt(", Text(base, kComparisonLevel), ")");
    }
    *level = kPowerLevel;
    const std::string power = dots_ ? " .^ " : "^";
    const bool negative = IsNegative(base);
    std::string text =
        negative ? absl::StrCat("(", Text(base, kComparisonLevel), ")") : Text(base, kAtomLevel);
    if (symbolic >= 0) return absl::StrCat(text, power, Text(symbolic, kAtomLevel));
    const Fraction fraction = AsFraction(exponent);
    if (fraction.denominator == 1) return absl::StrCat(text, power, Digits(exponent));
    if (Digits(exponent).size() <= 4) return absl::StrCat(text, power, Digits(exponent));
    return absl::StrCat(text, power, "(", Digits(fraction.numerator), " / ",
                        Digits(fraction.denominator), ")");
  }

  bool IsNegative(TermId id) const {
    return (at(id).kind == Kind::kNumber || at(id).kind == Kind::kProduct) && at(id).number < 0;
  }

  // Constants, then names, functions, and sums last: 2π * x * exp(x) * (x + 1).
  int Rank(TermId factor) const {
    const TermId base = at(factor).kind == Kind::kPower ? at(factor).args[0] : factor;
    const Term& term = at(base);
    if (term.kind == Kind::kSymbol) return 1;
    if (term.kind == Kind::kSum) return 3;
    const bool constant = term.kind == Kind::kCall && at(factor).kind == Kind::kCall &&
                          term.dims.empty() &&
                          std::all_of(term.args.begin(), term.args.end(),
                                      [&](TermId a) { return at(a).kind == Kind::kNumber; });
    return constant ? 0 : 2;
  }

  // The factors' powers, multiplied. `number` comes first, and is left out when it is 1.
  std::string Multiplied(double number, const std::vector<std::pair<TermId, double>>& powers,
                         Level* level) {
    std::vector<std::string> texts;
    bool first_is_name = false;
    for (const auto& [factor, exponent] : powers) {
      const bool power = at(factor).kind == Kind::kPower;
      const TermId base = power ? at(factor).args[0] : factor;
      const TermId symbolic =
          power && !algebra_.IsNumber(at(factor).args[1]) ? at(factor).args[1] : TermId{-1};
      Level own = kAtomLevel;
      std::string text = PowerText(base, exponent, symbolic, &own);
      const bool alone = powers.size() == 1 && number == 1;
      if (alone) *level = own;
      if (!alone) text = Parenthesised(std::move(text), own, kPowerLevel);
      if (texts.empty()) {
        // 2x, 2sin(x) and 2(x + 1), but 2 * 3^x, 2 * e3 and 2 * f0.
        const char c = text[0], next = text.size() > 1 ? text[1] : '\0';
        const bool exponent_like = (c == 'e' || c == 'E' || c == 'f' || c == 'p') &&
                                   !absl::ascii_isalpha(static_cast<unsigned char>(next));
        const bool word = absl::ascii_isalpha(static_cast<unsigned char>(c)) || c == '(' ||
                          static_cast<unsigned char>(c) >= 0x80;
        first_is_name = word && !exponent_like && !(dots_ && own != kAtomLevel);
      }
      texts.push_back(std::move(text));
    }
    const std::string times = Operator("*");
    std::string text = absl::StrJoin(texts, times);
    if (texts.empty()) {
      *level = number < 0 ? kProductLevel : kAtomLevel;
      return Digits(number);
    }
    if (number == 1) {
      if (texts.size() > 1) *level = kProductLevel;
      return text;
    }
    *level = kProductLevel;
    const std::string digits = Digits(number);
    const bool juxtaposed =
        first_is_name && digits.find('e') == std::string::npos && std::isfinite(number);
    return absl::StrCat(digits, juxtaposed ? "" : times, text);
  }

  std::string Product(double coefficient, std::vector<TermId> factors, Level* level) {
    std::stable_sort(factors.begin(), factors.end(),
                     [&](TermId a, TermId b) { return Rank(a) < Rank(b); });
    std::vector<std::pair<TermId, double>> above, below;
    for (const TermId factor : factors) {
      double exponent = 1;
      if (at(factor).kind == Kind::kPower && algebra_.IsNumber(at(factor).args[1])) {
        exponent = at(at(factor).args[1]).number;
      }
      (exponent < 0 ? below : above).emplace_back(factor, std::abs(exponent));
    }
    const Fraction fraction = AsFraction(std::abs(coefficient));
    std::string text = Multiplied(fraction.numerator, above, level);
    if (!below.empty() || fraction.denominator != 1) {
      if (*level <= kSumLevel) text = absl::StrCat("(", text, ")");
      Level under = kAtomLevel;
      std::string divisor = Multiplied(fraction.denominator, below, &under);
      text =
          absl::StrCat(text, Operator("/"), Parenthesised(std::move(divisor), under, kPowerLevel));
      *level = kProductLevel;
    }
    if (!std::signbit(coefficient)) return text;
    if (*level <= kSumLevel) text = absl::StrCat("(", text, ")");
    *level = kProductLevel;
    return absl::StrCat("-", text);
  }

  std::string SumText(const Term& sum) {
    std::vector<TermId> terms = sum.args;
    // From the highest degree down; what has no name in it comes last.
    const auto order = [&](TermId id) {
      return at(id).kind == Kind::kNumber ? -1.0 : std::max(0.0, at(id).degree);
    };
    std::stable_sort(terms.begin(), terms.end(),
                     [&](TermId a, TermId b) { return order(a) > order(b); });
    // 1 - x rather than -x + 1.
    if (terms.size() == 2 && IsNegative(terms[0]) && !IsNegative(terms[1])) {
      std::swap(terms[0], terms[1]);
    }
    std::string text = Text(terms[0], kProductLevel);
    for (size_t i = 1; i < terms.size(); ++i) {
      const std::string term = Text(terms[i], kProductLevel);
      const bool minus = !term.empty() && term[0] == '-';
      absl::StrAppend(&text, Operator(minus ? "-" : "+"), minus ? term.substr(1) : term);
    }
    return text;
  }

  const Algebra& algebra_;
  bool dots_ = false;
  bool too_long_ = false;
  int depth_ = 0;
  size_t written_ = 0;
};

}  // namespace

absl::StatusOr<std::string> Print(const Algebra& algebra, TermId term) {
  return Printer(algebra).Run(term);
}

}  // namespace fluxgate::formula
