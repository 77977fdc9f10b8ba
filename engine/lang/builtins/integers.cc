// gcd, factorial, digits, limits of number types, evalpoly.
#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/numbers.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::StatusOr<DType> TypeOrValueDType(absl::string_view name, const Value& v) {
  if (const Type* type = v.As<Type>()) {
    if (const absl::optional<DType> dtype = DTypeOfType(*type)) return *dtype;
  } else if (IsNumeric(v)) {
    return NumericDType(v);
  }
  return MethodError(name, {v});
}

Value Limit(DType dtype, bool greatest) {
  switch (dtype) {
    case DType::kBool:
      return Value::Bool(greatest);
    case DType::kInt32:
      return Value(Scalar(greatest ? std::numeric_limits<int32_t>::max()
                                   : std::numeric_limits<int32_t>::min()));
    case DType::kInt64:
      return Value::Int(greatest ? std::numeric_limits<int64_t>::max()
                                 : std::numeric_limits<int64_t>::min());
    case DType::kFloat32:
      return Value::Float32(greatest ? std::numeric_limits<float>::infinity()
                                     : -std::numeric_limits<float>::infinity());
    case DType::kFloat64:
      break;
  }
  return Value::Float64(greatest ? std::numeric_limits<double>::infinity()
                                 : -std::numeric_limits<double>::infinity());
}

// The distance to the next float.
absl::StatusOr<Value> Epsilon(const Value& v) {
  if (v.is(Kind::kType) || !IsNumeric(v)) {
    DType dtype = DType::kFloat64;
    if (v.is(Kind::kType)) {
      FG_ASSIGN_OR_RETURN(dtype, TypeOrValueDType("eps", v));
    }
    if (dtype == DType::kFloat32) return Value::Float32(std::numeric_limits<float>::epsilon());
    if (dtype == DType::kFloat64) return Value::Float64(std::numeric_limits<double>::epsilon());
    return MethodError("eps", {v});
  }
  if (!v.is_number() || !v.scalar().is_float()) return MethodError("eps", {v});
  if (v.scalar().dtype() == DType::kFloat32) {
    const float x = std::abs(static_cast<float>(v.scalar().AsDouble()));
    return Value::Float32(std::nextafter(x, std::numeric_limits<float>::infinity()) - x);
  }
  const double x = std::abs(v.scalar().AsDouble());
  return Value::Float64(std::nextafter(x, std::numeric_limits<double>::infinity()) - x);
}

absl::StatusOr<std::vector<int64_t>> Integers(Evaluator& eval, const Arguments& x) {
  std::vector<Value> values(x.positional.begin(), x.positional.end());
  if (values.size() == 1 && (IsNumericArray(values[0]) || values[0].is(Kind::kTuple))) {
    FG_ASSIGN_OR_RETURN(values, ElementsOf(eval, values[0]));
  }
  std::vector<int64_t> integers;
  for (const Value& v : values) {
    FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, v, "the argument"));
    integers.push_back(i);
  }
  return integers;
}

int64_t Gcd(int64_t a, int64_t b) {
  uint64_t x = a < 0 ? 0 - static_cast<uint64_t>(a) : static_cast<uint64_t>(a);
  uint64_t y = b < 0 ? 0 - static_cast<uint64_t>(b) : static_cast<uint64_t>(b);
  return static_cast<int64_t>(std::gcd(x, y));
}

absl::Status Overflow(absl::string_view what) { return JuliaError("OverflowError", what); }

absl::StatusOr<Value> Factorial(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "the argument"));
  if (n < 0) {
    return JuliaError("DomainError", absl::StrCat("with ", n, ":\n`n` must not be negative."));
  }
  if (n > 20) {
    return Overflow(absl::StrCat(n,
                                 " is too large to look up in the table; consider using "
                                 "`factorial(big(",
                                 n, "))` instead"));
  }
  int64_t result = 1;
  for (int64_t i = 2; i <= n; ++i) result *= i;
  return Value::Int(result);
}

absl::StatusOr<Value> Binomial(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "the argument"));
  FG_ASSIGN_OR_RETURN(int64_t k, ToInteger(eval, x[1], "the argument"));
  if (k < 0 || (n >= 0 && k > n)) return Value::Int(0);
  if (n < 0) return ArgumentError("binomial of a negative number is not supported");
  k = std::min(k, n - k);
  absl::int128 result = 1;
  for (int64_t i = 1; i <= k; ++i) {
    result = result * (n - k + i) / i;
    if (result > std::numeric_limits<int64_t>::max()) {
      return Overflow(absl::StrCat("binomial(", n, ", ", k, ") overflows"));
    }
  }
  return Value::Int(static_cast<int64_t>(result));
}

absl::StatusOr<Value> Digits(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(int64_t n, ToInteger(eval, x[0], "the argument"));
  int64_t base = 10, pad = 1;
  if (const Value* v = x.Keyword("base")) {
    FG_ASSIGN_OR_RETURN(base, ToInteger(eval, *v, "base"));
  }
  if (const Value* v = x.Keyword("pad")) {
    FG_ASSIGN_OR_RETURN(pad, ToInteger(eval, *v, "pad"));
  }
  if (base < 2 || pad > 4096) return ArgumentError("base must be at least 2, pad at most 4096");
  std::vector<Value> digits;
  for (; n != 0; n /= base) digits.push_back(Value::Int(n % base));
  while (static_cast<int64_t>(digits.size()) < pad) digits.push_back(Value::Int(0));
  return MakeVector(eval, digits);
}

// Horner's rule from the highest coefficient.
absl::StatusOr<Value> EvalPoly(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> coefficients, ElementsOf(eval, x[1]));
  if (coefficients.empty()) return ArgumentError("evalpoly needs coefficients");
  Value result = coefficients.back();
  for (size_t i = coefficients.size() - 1; i-- > 0;) {
    FG_ASSIGN_OR_RETURN(result, BinaryOperator(eval, BinaryOp::kMul, result, x[0]));
    FG_ASSIGN_OR_RETURN(result, BinaryOperator(eval, BinaryOp::kAdd, result, coefficients[i]));
  }
  return result;
}

absl::StatusOr<Value> PowerMod(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const int64_t b, ToInteger(eval, x[0], "the argument"));
  FG_ASSIGN_OR_RETURN(int64_t e, ToInteger(eval, x[1], "the exponent"));
  FG_ASSIGN_OR_RETURN(const int64_t m, ToInteger(eval, x[2], "the modulus"));
  if (m == 0) return JuliaError("DivideError", "integer division error");
  if (e < 0) return ArgumentError("the exponent must not be negative");
  absl::int128 base = b % m, result = 1 % m;
  for (; e > 0; e >>= 1, base = base * base % m) {
    if (e & 1) result = result * base % m;
  }
  if (result != 0 && (result < 0) != (m < 0)) result += m;
  return Value::Int(static_cast<int64_t>(result));
}

}  // namespace

std::vector<Builtin> IntegerBuiltins() {
  Definitions d;
  for (const bool greatest : {true, false}) {
    d.Add(greatest ? "typemax" : "typemin", 1, 1,
          [greatest](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
            FG_ASSIGN_OR_RETURN(const DType t,
                                TypeOrValueDType(greatest ? "typemax" : "typemin", x[0]));
            return Limit(t, greatest);
          });
    d.Add(greatest ? "floatmax" : "floatmin", 0, 1,
          [greatest](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
            DType t = DType::kFloat64;
            if (x.size() == 1) {
              FG_ASSIGN_OR_RETURN(t, TypeOrValueDType(greatest ? "floatmax" : "floatmin", x[0]));
            }
            if (t == DType::kFloat32) {
              return Value::Float32(greatest ? std::numeric_limits<float>::max()
                                             : std::numeric_limits<float>::min());
            }
            return Value::Float64(greatest ? std::numeric_limits<double>::max()
                                           : std::numeric_limits<double>::min());
          });
  }
  d.Add("eps", 0, 1,
        [](Evaluator&, const Arguments& x) { return Epsilon(x.size() == 0 ? Value() : x[0]); });
  d.Add("gcd", 1, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const std::vector<int64_t> v, Integers(eval, x));
    int64_t result = 0;
    for (const int64_t i : v) result = Gcd(result, i);
    return Value::Int(result);
  });
  d.Add("lcm", 1, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const std::vector<int64_t> v, Integers(eval, x));
    int64_t result = 1;
    for (const int64_t i : v) {
      if (i == 0) return Value::Int(0);
      if (__builtin_mul_overflow(result / Gcd(result, i), std::abs(i), &result)) {
        return Overflow("lcm overflows");
      }
    }
    return Value::Int(result);
  });
  d.Add("factorial", 1, 1, Factorial);
  d.Add("binomial", 2, 2, Binomial);
  d.Add("digits", 1, 1, Digits, {"base", "pad"});
  d.Add("ndigits", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "the argument"));
    return Value::Int(static_cast<int64_t>(absl::StrCat(n).size()) - (n < 0 ? 1 : 0));
  });
  d.Add("powermod", 3, 3, PowerMod);
  d.Add("isqrt", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "the argument"));
    if (n < 0) {
      return JuliaError("DomainError", absl::StrCat("with ", n, ":\nisqrt needs n ≥ 0."));
    }
    auto r = static_cast<int64_t>(std::sqrt(static_cast<double>(n)));
    while (r > 0 && r > n / r) --r;
    while ((r + 1) <= n / (r + 1)) ++r;
    return Value::Int(r);
  });
  d.Add("divrem", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(Value q, BinaryOperator(eval, BinaryOp::kIDiv, x[0], x[1]));
    FG_ASSIGN_OR_RETURN(Value r, BinaryOperator(eval, BinaryOp::kRem, x[0], x[1]));
    return Tuple::Of({std::move(q), std::move(r)});
  });
  d.Add("fldmod", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(Value q, BinaryOperator(eval, BinaryOp::kFld, x[0], x[1]));
    FG_ASSIGN_OR_RETURN(Value r, BinaryOperator(eval, BinaryOp::kMod, x[0], x[1]));
    return Tuple::Of({std::move(q), std::move(r)});
  });
  d.Add("mod1", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const Value m, BinaryOperator(eval, BinaryOp::kMod, x[0], x[1]));
    FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(m));
    return s.AsDouble() == 0 ? x[1] : m;
  });
  d.Add("ispow2", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "the argument"));
    return Value::Bool(n > 0 && (n & (n - 1)) == 0);
  });
  d.Add("nextpow", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t base, ToInteger(eval, x[0], "the base"));
    FG_ASSIGN_OR_RETURN(const double n, ToDouble(eval, x[1], "the argument"));
    if (base < 2 || !(n > 0) || n > 1e18) return ArgumentError("nextpow needs a > 1 and x > 0");
    int64_t power = 1;
    while (static_cast<double>(power) < n && power < (int64_t{1} << 61) / base) power *= base;
    return Value::Int(power);
  });
  d.Add("count_ones", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "the argument"));
    return Value::Int(std::popcount(static_cast<uint64_t>(n)));
  });
  d.Add("evalpoly", 2, 2, EvalPoly);
  for (const bool one : {false, true}) {
    d.Add(one ? "one" : "zero", 1, 1,
          [one](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            if (IsNumericArray(x[0])) {
              const Shape shape = ShapeOf(x[0]);
              FG_ASSIGN_OR_RETURN(Tensor t, Tensor::Zeros(NumericDType(x[0]), shape));
              if (one) return MethodError("one", {x[0]});
              return NewArray(eval, std::move(t));
            }
            if (x[0].is(Kind::kString) && one) return Value::String("");
            FG_ASSIGN_OR_RETURN(const DType t, TypeOrValueDType(one ? "one" : "zero", x[0]));
            return Value(Scalar(int64_t{one}).ConvertTo(t));
          });
    if (one) d.Alias("oneunit");
  }
  for (const bool up : {true, false}) {
    d.Add(up ? "nextfloat" : "prevfloat", 1, 1,
          [up](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(x[0]));
            const double to = up ? std::numeric_limits<double>::infinity()
                                 : -std::numeric_limits<double>::infinity();
            if (s.dtype() == DType::kFloat32) {
              return Value::Float32(
                  std::nextafter(static_cast<float>(s.AsDouble()), static_cast<float>(to)));
            }
            return Value::Float64(std::nextafter(s.AsDouble(), to));
          });
  }
  return d.Take();
}

}  // namespace fluxgate::lang
