#include "engine/formula/algebra.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace fluxgate::formula {
namespace {

// A product of sums with more terms than this stays a product.
constexpr size_t kMaxMultipliedOut = 12;
// Whole numbers below it are exact.
constexpr double kExact = 9007199254740992.0;

bool IsWhole(double x) { return std::floor(x) == x && std::abs(x) < kExact; }

// Numbers that rounding alone keeps from a whole one, or sums from 0.
constexpr double kRounding = 4e-16;

double Tidied(double x) {
  const double whole = std::round(x);
  return std::abs(x - whole) <= kRounding * std::abs(x) ? whole : x;
}

double TidySum(double a, double b) {
  const double sum = a + b;
  return std::abs(sum) <= kRounding * std::max(std::abs(a), std::abs(b)) ? 0 : Tidied(sum);
}

uint64_t BitsOf(double x) {
  uint64_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}

}  // namespace

TermId Algebra::Intern(Term term) {
  Key key(term.kind, BitsOf(term.number), term.name, term.options, term.args);
  const auto [it, fresh] = ids_.emplace(std::move(key), static_cast<TermId>(terms_.size()));
  if (fresh) terms_.push_back(std::move(term));
  return it->second;
}

Dims Algebra::Broadcast(absl::Span<const TermId> ids) const {
  Dims dims;
  for (const TermId id : ids) {
    const Dims& other = at(id).dims;
    while (dims.size() < other.size()) dims.push_back(1);
    for (size_t d = 0; d < other.size(); ++d) dims[d] = std::max(dims[d], other[d]);
  }
  return dims;
}

TermId Algebra::Number(double value) {
  Term term;
  term.number = value == 0 ? 0 : Tidied(value);  // a zero without a sign
  term.polynomial = true;
  return Intern(std::move(term));
}

TermId Algebra::Symbol(absl::string_view name, Dims dims) {
  Term term;
  term.kind = Term::Kind::kSymbol;
  term.name = std::string(name);
  term.dims = std::move(dims);
  term.polynomial = true;
  term.degree = 1;
  return Intern(std::move(term));
}

TermId Algebra::Call(absl::string_view name, std::vector<TermId> args, Dims dims,
                     absl::string_view options) {
  Term term;
  term.kind = Term::Kind::kCall;
  term.name = std::string(name);
  term.options = std::string(options);
  term.polynomial = args.empty();
  term.args = std::move(args);
  term.dims = std::move(dims);
  return Intern(std::move(term));
}

TermId Algebra::Each(absl::string_view name, std::vector<TermId> args) {
  Dims dims = Broadcast(args);
  return Call(name, std::move(args), std::move(dims));
}

TermId Algebra::Vector(std::vector<TermId> elements) {
  Term term;
  term.kind = Term::Kind::kVector;
  term.dims = {static_cast<int64_t>(elements.size())};
  term.args = std::move(elements);
  return Intern(std::move(term));
}

std::pair<double, TermId> Algebra::Split(TermId id) {
  const Term& term = at(id);
  if (term.kind == Term::Kind::kNumber) return {term.number, Number(1)};
  if (term.kind != Term::Kind::kProduct || term.number == 1) return {1, id};
  const double coefficient = term.number;
  return {coefficient, Scaled(1, id)};
}

// `rest` with another coefficient in place of its own.
TermId Algebra::Scaled(double coefficient, TermId rest) {
  coefficient = Tidied(coefficient);
  if (coefficient == 0) return Number(0);
  if (IsNumber(rest)) return Number(coefficient);
  Term product;
  const Term& old = at(rest);
  if (old.kind == Term::Kind::kProduct) {
    product = old;
    if (coefficient == 1 && product.args.size() == 1) return product.args[0];
  } else {
    if (coefficient == 1) return rest;
    product.kind = Term::Kind::kProduct;
    product.args = {rest};
    product.dims = old.dims;
    product.polynomial = old.polynomial;
    product.degree = old.degree;
  }
  product.number = coefficient;
  return Intern(std::move(product));
}

TermId Algebra::SumOf(std::map<TermId, double> terms) {
  Term sum;
  sum.kind = Term::Kind::kSum;
  sum.polynomial = true;
  std::vector<TermId> parts;
  for (const auto& [rest, coefficient] : terms) {
    if (coefficient != 0) parts.push_back(Scaled(coefficient, rest));
  }
  if (parts.empty()) return Number(0);
  if (parts.size() == 1) return parts[0];
  std::sort(parts.begin(), parts.end());
  for (const TermId part : parts) {
    sum.polynomial = sum.polynomial && at(part).polynomial;
    sum.degree = std::max(sum.degree, at(part).degree);
  }
  sum.dims = Broadcast(parts);
  sum.args = std::move(parts);
  return Intern(std::move(sum));
}

TermId Algebra::Add(TermId a, TermId b) {
  if (IsNumber(a, 0)) return b;
  if (IsNumber(b, 0)) return a;
  if (at(a).kind == Term::Kind::kVector && at(b).kind == Term::Kind::kVector &&
      at(a).args.size() == at(b).args.size()) {
    std::vector<TermId> elements;
    for (size_t i = 0; i < at(a).args.size(); ++i) {
      elements.push_back(Add(at(a).args[i], at(b).args[i]));
    }
    return Vector(std::move(elements));
  }
  std::map<TermId, double> terms;
  for (const TermId side : {a, b}) {
    const std::vector<TermId> parts =
        at(side).kind == Term::Kind::kSum ? at(side).args : std::vector<TermId>{side};
    for (const TermId part : parts) {
      const std::pair<double, TermId> split = Split(part);
      double& coefficient = terms[split.second];
      coefficient = TidySum(coefficient, split.first);
    }
  }
  return SumOf(std::move(terms));
}

TermId Algebra::ProductOf(double coefficient, const std::map<TermId, TermId>& powers) {
  std::vector<TermId> factors, others;
  for (const auto& [base, exponent] : powers) {
    const TermId power = Power(base, exponent);
    // What was collected may have come down to a number, x^0, or to powers of other bases,
    // ((2x)^0.5)^2.
    const bool own = at(power).kind == Term::Kind::kPower
                         ? at(power).args[0] == base
                         : power == base && at(base).kind != Term::Kind::kProduct;
    if (IsNumber(power)) {
      coefficient *= at(power).number;
    } else {
      (own ? factors : others).push_back(power);
    }
  }
  if (!others.empty()) {
    TermId product = Number(coefficient);
    for (const TermId factor : factors) product = Multiply(product, factor);
    for (const TermId other : others) product = Multiply(product, other);
    return product;
  }
  if (coefficient == 0 || factors.empty()) return Number(coefficient);
  std::sort(factors.begin(), factors.end());
  if (factors.size() == 1) {
    const Term& only = at(factors[0]);
    if (only.kind != Term::Kind::kSum) return Scaled(coefficient, factors[0]);
    std::map<TermId, double> terms;
    const std::vector<TermId> parts = only.args;
    for (const TermId part : parts) {
      const std::pair<double, TermId> split = Split(part);
      terms[split.second] += coefficient * split.first;
    }
    return SumOf(std::move(terms));
  }
  Term product;
  product.kind = Term::Kind::kProduct;
  product.number = Tidied(coefficient);
  product.polynomial = true;
  for (const TermId factor : factors) {
    product.polynomial = product.polynomial && at(factor).polynomial;
    product.degree += at(factor).degree;
  }
  product.dims = Broadcast(factors);
  product.args = std::move(factors);
  return Intern(std::move(product));
}

bool Algebra::MultiplyOut(TermId a, TermId b, TermId* result) {
  if (a == b || !at(a).polynomial || !at(b).polynomial) return false;
  if (at(a).kind != Term::Kind::kSum && at(b).kind != Term::Kind::kSum) return false;
  const auto parts_of = [&](TermId id) {
    return at(id).kind == Term::Kind::kSum ? at(id).args : std::vector<TermId>{id};
  };
  const std::vector<TermId> left = parts_of(a), right = parts_of(b);
  if (left.size() * right.size() > kMaxMultipliedOut) return false;
  // A power of a sum is shorter as it is.
  for (const TermId part : {a, b}) {
    for (const TermId factor : at(part).args) {
      if (at(part).kind != Term::Kind::kProduct) break;
      const Term& power = at(factor);
      const TermId base = power.kind == Term::Kind::kPower ? power.args[0] : factor;
      if (at(base).kind == Term::Kind::kSum) return false;
    }
    if (at(part).kind == Term::Kind::kPower && at(at(part).args[0]).kind == Term::Kind::kSum) {
      return false;
    }
  }
  TermId total = Number(0);
  for (const TermId x : left) {
    for (const TermId y : right) total = Add(total, Multiply(x, y));
  }
  *result = total;
  return true;
}

TermId Algebra::Multiply(TermId a, TermId b) {
  if (IsNumber(a, 0) || IsNumber(b, 0)) return Number(0);
  if (IsNumber(a, 1)) return b;
  if (IsNumber(b, 1)) return a;
  for (const auto& [scalar, vector] : {std::make_pair(a, b), std::make_pair(b, a)}) {
    if (at(vector).kind != Term::Kind::kVector || !at(scalar).dims.empty()) continue;
    std::vector<TermId> elements = at(vector).args;
    for (TermId& element : elements) element = Multiply(scalar, element);
    return Vector(std::move(elements));
  }
  TermId result;
  if (MultiplyOut(a, b, &result)) return result;
  double coefficient = 1;
  std::map<TermId, TermId> powers;
  for (const TermId side : {a, b}) {
    const Term& term = at(side);
    if (term.kind == Term::Kind::kNumber || term.kind == Term::Kind::kProduct) {
      coefficient *= term.number;
    }
    std::vector<TermId> factors;
    if (term.kind == Term::Kind::kProduct) {
      factors = term.args;
    } else if (term.kind != Term::Kind::kNumber) {
      factors = {side};
    }
    for (const TermId factor : factors) {
      const bool power = at(factor).kind == Term::Kind::kPower;
      const TermId base = power ? at(factor).args[0] : factor;
      const TermId exponent = power ? at(factor).args[1] : Number(1);
      const auto [it, fresh] = powers.emplace(base, exponent);
      if (!fresh) it->second = Add(it->second, exponent);
    }
  }
  return ProductOf(coefficient, powers);
}

TermId Algebra::Power(TermId base, TermId exponent) {
  if (IsNumber(exponent, 0)) return Number(1);
  if (IsNumber(exponent, 1) || IsNumber(base, 1)) return base;
  if (IsNumber(exponent)) {
    const double n = at(exponent).number;
    if (IsNumber(base)) {
      const double b = at(base).number, value = std::pow(b, n);
      // √2 says more than its digits, 2^-1 less.
      if (IsWhole(n) || IsWhole(value) || !IsWhole(b) || std::isnan(value)) return Number(value);
    } else if (IsWhole(n) && at(base).kind == Term::Kind::kPower) {
      const TermId inner = at(base).args[0];
      return Power(inner, Multiply(at(base).args[1], exponent));
    } else if (IsWhole(n) && at(base).kind == Term::Kind::kProduct) {
      const double coefficient = std::pow(at(base).number, n);
      const std::vector<TermId> factors = at(base).args;
      TermId product = Number(coefficient);
      for (const TermId factor : factors) product = Multiply(product, Power(factor, exponent));
      return product;
    }
  }
  Term power;
  power.kind = Term::Kind::kPower;
  power.args = {base, exponent};
  power.dims = Broadcast(power.args);
  if (IsNumber(exponent)) {
    const double n = at(exponent).number;
    power.polynomial = at(base).polynomial && IsWhole(n) && n > 0;
    power.degree = at(base).degree * n;
  }
  return Intern(std::move(power));
}

}  // namespace fluxgate::formula
