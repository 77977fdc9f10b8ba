// exp, log, sin and their kin: a float of each number.
#include <cmath>
#include <limits>

#include "engine/lang/operations/elementwise_rows.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

using Exprs = absl::Span<const ir::Expr>;
using Scalars = absl::Span<const Scalar>;
using ir::OpKind;

constexpr double kPi = 3.14159265358979323846;

// f in the precision of the argument: Float32 stays Float32, the rest becomes Float64.
template <typename F>
Value InFloat(const Scalar& x, F f) {
  if (x.dtype() == DType::kFloat32) {
    return Value(Scalar(static_cast<float>(f(static_cast<float>(x.AsDouble())))));
  }
  return Value(Scalar(static_cast<double>(f(x.AsDouble()))));
}

ir::Expr Float(ir::Expr x) {
  if (!x.ok() || IsFloat(x.dtype())) return x;
  return ir::Cast(x, DType::kFloat64);
}

template <typename F>
Value InFloat2(const Scalar& x, const Scalar& y, F f) {
  const DType dtype = Promote(x.dtype(), y.dtype());
  if (dtype == DType::kFloat32) {
    return Value(Scalar(
        static_cast<float>(f(static_cast<float>(x.AsDouble()), static_cast<float>(y.AsDouble())))));
  }
  return Value(Scalar(static_cast<double>(f(x.AsDouble(), y.AsDouble()))));
}

bool NotNegative(double x) { return !(x < 0); }
bool AboveMinusOne(double x) { return !(x < -1); }
bool Finite(double x) { return !std::isinf(x); }
bool WithinOne(double x) { return !(std::abs(x) > 1); }
bool AtLeastOne(double x) { return !(x < 1); }

#define ROW(NAME, OP, FN, DOMAIN)                                          \
  Elementwise {                                                            \
    NAME, 1, 1,                                                            \
        [](Scalars x) -> absl::StatusOr<Value> {                           \
          return InFloat(x[0], [](auto v) { return FN(v); });              \
        },                                                                 \
        [](Exprs x) { return ir::Apply(OpKind::OP, Float(x[0])); }, DOMAIN \
  }
#define FORMULA(NAME, FN, EMIT, DOMAIN)                    \
  Elementwise {                                            \
    NAME, 1, 1,                                            \
        [](Scalars x) -> absl::StatusOr<Value> {           \
          return InFloat(x[0], [](auto v) { return FN; }); \
        },                                                 \
        [](Exprs x) {                                      \
          const ir::Expr v = Float(x[0]);                  \
          return EMIT;                                     \
        },                                                 \
        DOMAIN                                             \
  }

absl::StatusOr<Value> LogNumber(Scalars x) {
  if (x.size() == 1) return InFloat(x[0], [](auto v) { return std::log(v); });
  if (x[0].AsDouble() < 0 || x[1].AsDouble() < 0) {
    return DomainError("log", x[0].AsDouble() < 0 ? x[0] : x[1]);
  }
  if (x[0].AsDouble() == 2) return InFloat2(x[0], x[1], [](auto, auto v) { return std::log2(v); });
  if (x[0].AsDouble() == 10) {
    return InFloat2(x[0], x[1], [](auto, auto v) { return std::log10(v); });
  }
  return InFloat2(x[0], x[1], [](auto b, auto v) { return std::log(v) / std::log(b); });
}

absl::StatusOr<Value> AtanNumber(Scalars x) {
  if (x.size() == 1) return InFloat(x[0], [](auto v) { return std::atan(v); });
  return InFloat2(x[0], x[1], [](auto y, auto v) { return std::atan2(y, v); });
}

ir::Expr HypotExpression(ir::Expr a, ir::Expr b) {
  a = Float(a);
  b = Float(b);
  return ir::Sqrt(a * a + b * b);
}

// The library's cube root is off by a bit even where the result is a whole number; one step of
// Newton's method mends that.
double CubeRoot(double x) {
  const double r = std::cbrt(x);
  if (r == 0 || !std::isfinite(r)) return r;
  return r - std::fma(r * r, r, -x) / (3 * r * r);
}

double SinPi(double x) {
  const double r = std::fmod(x, 2.0);
  return r == std::trunc(r) ? std::copysign(0.0, x) : std::sin(kPi * r);
}
double CosPi(double x) {
  const double r = std::fmod(std::abs(x), 2.0);
  return r == 0.5 || r == 1.5 ? 0.0 : std::cos(kPi * r);
}

}  // namespace

std::vector<Elementwise> MathRows() {
  return {
      ROW("exp", kExp, std::exp, nullptr),
      ROW("exp2", kExp2, std::exp2, nullptr),
      ROW("expm1", kExpm1, std::expm1, nullptr),
      FORMULA("exp10", std::pow(10.0, static_cast<double>(v)), ir::Pow(v.Number(10.0), v), nullptr),
      Elementwise{"log", 1, 2, LogNumber,
                  [](Exprs x) {
                    return x.size() == 1 ? ir::Log(Float(x[0]))
                                         : ir::Log(Float(x[1])) / ir::Log(Float(x[0]));
                  },
                  NotNegative},
      ROW("log1p", kLog1p, std::log1p, AboveMinusOne),
      ROW("log2", kLog2, std::log2, NotNegative),
      ROW("log10", kLog10, std::log10, NotNegative),
      ROW("sqrt", kSqrt, std::sqrt, NotNegative),
      FORMULA("cbrt", CubeRoot(v), ir::Apply(OpKind::kCbrt, v), nullptr),
      ROW("sin", kSin, std::sin, Finite),
      ROW("cos", kCos, std::cos, Finite),
      ROW("tan", kTan, std::tan, Finite),
      ROW("asin", kAsin, std::asin, WithinOne),
      ROW("acos", kAcos, std::acos, WithinOne),
      Elementwise{"atan", 1, 2, AtanNumber,
                  [](Exprs x) {
                    return x.size() == 1 ? ir::Apply(OpKind::kAtan, Float(x[0]))
                                         : ir::Apply(OpKind::kAtan2, Float(x[0]), Float(x[1]));
                  },
                  nullptr},
      ROW("sinh", kSinh, std::sinh, nullptr),
      ROW("cosh", kCosh, std::cosh, nullptr),
      ROW("tanh", kTanh, std::tanh, nullptr),
      ROW("asinh", kAsinh, std::asinh, nullptr),
      ROW("acosh", kAcosh, std::acosh, AtLeastOne),
      ROW("atanh", kAtanh, std::atanh, WithinOne),
      FORMULA("sec", 1 / std::cos(v), 1.0 / ir::Apply(OpKind::kCos, v), nullptr),
      FORMULA("csc", 1 / std::sin(v), 1.0 / ir::Apply(OpKind::kSin, v), nullptr),
      FORMULA("cot", 1 / std::tan(v), 1.0 / ir::Apply(OpKind::kTan, v), nullptr),
      FORMULA("sech", 1 / std::cosh(v), 1.0 / ir::Apply(OpKind::kCosh, v), nullptr),
      FORMULA("sinpi", SinPi(v), ir::Apply(OpKind::kSin, v * kPi), Finite),
      FORMULA("cospi", CosPi(v), ir::Apply(OpKind::kCos, v * kPi), Finite),
      FORMULA(
          "sinc", v == 0 ? decltype(v)(1) : static_cast<decltype(v)>(SinPi(v) / (kPi * v)),
          ir::Select(ir::Apply(OpKind::kEq, v, v.Number(0)), v.Number(1),
                     ir::Apply(OpKind::kSin, v * kPi) /
                         ir::Select(ir::Apply(OpKind::kEq, v, v.Number(0)), v.Number(1), v * kPi)),
          nullptr),
      FORMULA("deg2rad", v * static_cast<decltype(v)>(kPi / 180), v * (kPi / 180), nullptr),
      FORMULA("rad2deg", v * static_cast<decltype(v)>(180 / kPi), v * (180 / kPi), nullptr),
      FORMULA("inv", 1 / v, 1.0 / v, nullptr),
      FORMULA("float", v, v, nullptr),
      Elementwise{"hypot", 2, 2,
                  [](Scalars x) -> absl::StatusOr<Value> {
                    return InFloat2(x[0], x[1], [](auto a, auto b) { return std::hypot(a, b); });
                  },
                  [](Exprs x) { return HypotExpression(x[0], x[1]); }, nullptr},
  };
}

}  // namespace fluxgate::lang
