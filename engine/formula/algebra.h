#ifndef FLUXGATE_ENGINE_FORMULA_ALGEBRA_H_
#define FLUXGATE_ENGINE_FORMULA_ALGEBRA_H_

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/tensor/shape.h"

namespace fluxgate::formula {

// Position of a term in its Algebra. Equal terms have equal ids.
using TermId = int32_t;

// A number, or what algebra makes of names and numbers:
//
//   sum      of terms that differ in more than a coefficient, at most one of them a number
//   product  of a coefficient and of powers with different bases
//   power    to an exponent that is not 1; of a power only where (x^a)^b is not x^(a b)
//   call     of a function; opaque. Without arguments: a constant such as π
//   vector   of elements
struct Term {
  enum class Kind : uint8_t { kNumber, kSymbol, kCall, kVector, kPower, kProduct, kSum };
  Kind kind = Kind::kNumber;
  double number = 0;         // the number, or a product's coefficient
  std::string name;          // of a symbol or a function
  std::string options;       // of a call: what follows the arguments, "; dims = 1"
  std::vector<TermId> args;  // a call's arguments, base and exponent, factors, a sum's terms
  Dims dims;                 // as broadcasting sees it: a number has none
  bool polynomial = false;   // made of numbers, symbols, and their sums, products and whole powers
  double degree = 0;         // in symbols, for the order in which a sum is written
};

// Makes terms and keeps them in the simplest form that it knows: like terms and equal bases are
// collected, constants folded, small polynomials multiplied out.
class Algebra {
 public:
  const Term& at(TermId id) const { return terms_[id]; }

  TermId Number(double value);
  TermId Symbol(absl::string_view name, Dims dims = {});
  // `dims` are those of the result.
  TermId Call(absl::string_view name, std::vector<TermId> args, Dims dims,
              absl::string_view options = "");
  // The same for a function of each element.
  TermId Each(absl::string_view name, std::vector<TermId> args);
  TermId Vector(std::vector<TermId> elements);

  TermId Add(TermId a, TermId b);
  TermId Multiply(TermId a, TermId b);
  TermId Power(TermId base, TermId exponent);
  TermId Negate(TermId a) { return Multiply(Number(-1), a); }
  TermId Subtract(TermId a, TermId b) { return Add(a, Negate(b)); }
  TermId Divide(TermId a, TermId b) { return Multiply(a, Power(b, Number(-1))); }

  bool IsNumber(TermId id, double value) const {
    return at(id).kind == Term::Kind::kNumber && at(id).number == value;
  }
  bool IsNumber(TermId id) const { return at(id).kind == Term::Kind::kNumber; }
  // The shape that broadcasting gives the terms together.
  Dims Broadcast(absl::Span<const TermId> ids) const;

 private:
  using Key = std::tuple<Term::Kind, uint64_t, std::string, std::string, std::vector<TermId>>;

  TermId Intern(Term term);
  // A coefficient and the rest: 3x is 3 and x, 5 is 5 and 1.
  std::pair<double, TermId> Split(TermId id);
  TermId Scaled(double coefficient, TermId rest);
  TermId SumOf(std::map<TermId, double> terms);
  // REQUIRES: bases are no products; exponents are not 0.
  TermId ProductOf(double coefficient, const std::map<TermId, TermId>& powers);
  // The product of two sums, or of a sum and a term, multiplied out if that stays short.
  bool MultiplyOut(TermId a, TermId b, TermId* result);

  std::deque<Term> terms_;  // references to terms stay good
  std::map<Key, TermId> ids_;
};

}  // namespace fluxgate::formula

#endif  // FLUXGATE_ENGINE_FORMULA_ALGEBRA_H_
