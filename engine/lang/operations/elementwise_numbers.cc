// abs, sign, rounding, tests, min and max: what keeps the kind of number.
#include <cmath>

#include "engine/lang/operations/elementwise_rows.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

using Exprs = absl::Span<const ir::Expr>;
using Scalars = absl::Span<const Scalar>;
using ir::OpKind;

// f in the argument's own precision.
template <typename F>
Value KeepFloat(const Scalar& x, F f) {
  if (x.dtype() == DType::kFloat32) {
    return Value(Scalar(static_cast<float>(f(static_cast<float>(x.AsDouble())))));
  }
  return Value(Scalar(static_cast<double>(f(x.AsDouble()))));
}

Scalar Number(int64_t v, DType dtype) { return Scalar(v).ConvertTo(dtype); }

ir::Expr Constant(ir::Expr like, DType dtype, double v) {
  if (!like.ok()) return like;
  return {like.builder(), like.builder().Scalar(dtype, v)};
}
ir::Expr IsEqualTo(ir::Expr x, double v) {
  if (!x.ok()) return x;
  return ir::Apply(OpKind::kEq, x, Constant(x, x.dtype(), v));
}
ir::Expr Parity(ir::Expr x, double v) {
  if (!x.ok()) return x;
  const ir::Expr w = Widen(x);
  return IsEqualTo(ir::Apply(OpKind::kMod, w, Constant(w, w.dtype(), 2)), v);
}

template <OpKind op>
ir::Expr Emit1(Exprs x) {
  return ir::Apply(op, x[0]);
}
template <OpKind op>
ir::Expr Fold(Exprs x) {
  ir::Expr result = x[0];
  for (size_t i = 1; i < x.size(); ++i) result = ir::Apply(op, result, x[i]);
  return result;
}
template <BinaryOp op>
absl::StatusOr<Value> Operator(Scalars x) {
  return NumberOperator(op, x[0], x[1]);
}
template <BinaryOp op>
ir::Expr EmitOperator(Exprs x) {
  return OperatorExpression(op, x[0], x[1]);
}

// The greater (sign 1) or lesser (-1) of the numbers, promoted; NaN when one is.
absl::StatusOr<Value> Extreme(Scalars x, int sign) {
  Scalar best = x[0];
  DType dtype = x[0].dtype();
  for (const Scalar& s : x.subspan(1)) {
    dtype = Promote(dtype, s.dtype());
    if (best.is_float() && std::isnan(best.AsDouble())) continue;
    const int order = CompareNumbers(s, best);
    if (order == sign || order == 2) best = s;
    if (order == 0 && s.is_float() && s.AsDouble() == 0 &&
        std::signbit(s.AsDouble()) == (sign < 0)) {
      best = s;
    }
  }
  return Value(best.ConvertTo(dtype));
}

#define ROUNDING(NAME, FN, OP)                                  \
  Elementwise {                                                 \
    NAME, 1, 1,                                                 \
        [](Scalars x) -> absl::StatusOr<Value> {                \
          if (!x[0].is_float()) return Value(x[0]);             \
          return KeepFloat(x[0], [](auto v) { return FN(v); }); \
        },                                                      \
        Emit1<OpKind::OP>                                       \
  }
#define TEST(NAME, CONDITION, EMIT)              \
  Elementwise {                                  \
    NAME, 1, 1,                                  \
        [](Scalars x) -> absl::StatusOr<Value> { \
          const Scalar& s = x[0];                \
          return Value::Bool(CONDITION);         \
        },                                       \
        [](Exprs x) { return EMIT; }             \
  }

absl::StatusOr<Value> AbsNumber(Scalars x) {
  if (x[0].dtype() == DType::kBool) return Value(x[0]);
  if (x[0].is_float()) return KeepFloat(x[0], [](auto v) { return std::abs(v); });
  if (x[0].AsInt64() >= 0) return Value(x[0]);
  return NumberOperator(BinaryOp::kSub, Number(0, x[0].dtype()), x[0]);
}

absl::StatusOr<Value> SignNumber(Scalars x) {
  if (!x[0].is_float()) {
    const int64_t v = x[0].AsInt64();
    return Value(Number(v > 0 ? 1 : v < 0 ? -1 : 0, x[0].dtype()));
  }
  return KeepFloat(x[0], [](auto v) {
    return v > 0 ? decltype(v)(1) : v < 0 ? decltype(v)(-1) : v;
  });
}

absl::StatusOr<Value> ClampNumber(Scalars x) {
  const DType dtype = Promote(x[0].dtype(), Promote(x[1].dtype(), x[2].dtype()));
  const Scalar& s = CompareNumbers(x[0], x[2]) == 1    ? x[2]
                    : CompareNumbers(x[0], x[1]) == -1 ? x[1]
                                                       : x[0];
  return Value(s.ConvertTo(dtype));
}

}  // namespace

std::vector<Elementwise> NumberRows() {
  return {
      Elementwise{"abs", 1, 1, AbsNumber, Emit1<OpKind::kAbs>},
      Elementwise{"abs2", 1, 1,
                  [](Scalars x) { return NumberOperator(BinaryOp::kMul, x[0], x[0]); },
                  [](Exprs x) { return OperatorExpression(BinaryOp::kMul, x[0], x[0]); }},
      Elementwise{"sign", 1, 1, SignNumber, Emit1<OpKind::kSign>},
      Elementwise{"identity", 1, 1, [](Scalars x) -> absl::StatusOr<Value> { return Value(x[0]); },
                  [](Exprs x) { return x[0]; }},
      Elementwise{"real", 1, 1, [](Scalars x) -> absl::StatusOr<Value> { return Value(x[0]); },
                  [](Exprs x) { return x[0]; }},
      Elementwise{"conj", 1, 1, [](Scalars x) -> absl::StatusOr<Value> { return Value(x[0]); },
                  [](Exprs x) { return x[0]; }},
      ROUNDING("floor", std::floor, kFloor),
      ROUNDING("ceil", std::ceil, kCeil),
      ROUNDING("trunc", std::trunc, kTrunc),
      ROUNDING("round", std::nearbyint, kRound),
      TEST("isnan", s.is_float() && std::isnan(s.AsDouble()), ir::Apply(OpKind::kIsNan, x[0])),
      TEST("isinf", s.is_float() && std::isinf(s.AsDouble()), ir::Apply(OpKind::kIsInf, x[0])),
      TEST("isfinite", !s.is_float() || std::isfinite(s.AsDouble()),
           ir::Apply(OpKind::kIsFinite, x[0])),
      TEST("iszero", s.AsDouble() == 0, IsEqualTo(x[0], 0)),
      TEST("isone", s.AsDouble() == 1, IsEqualTo(x[0], 1)),
      TEST("isodd",
           s.is_float() ? std::fmod(std::abs(s.AsDouble()), 2) == 1 : (s.AsInt64() & 1) != 0,
           Parity(x[0], 1)),
      TEST("iseven", s.is_float() ? std::fmod(s.AsDouble(), 2) == 0 : (s.AsInt64() & 1) == 0,
           Parity(x[0], 0)),
      TEST("isinteger", !s.is_float() || s.AsDouble() == std::floor(s.AsDouble()),
           ir::Apply(OpKind::kEq, x[0], ir::Apply(OpKind::kFloor, x[0]))),
      TEST(
          "signbit", s.is_float() ? std::signbit(s.AsDouble()) : s.AsInt64() < 0,
          ir::Apply(OpKind::kLt, x[0], Constant(x[0], x[0].ok() ? x[0].dtype() : DType::kBool, 0))),
      Elementwise{"max", 1, -1, [](Scalars x) { return Extreme(x, 1); }, Fold<OpKind::kMax>},
      Elementwise{"min", 1, -1, [](Scalars x) { return Extreme(x, -1); }, Fold<OpKind::kMin>},
      Elementwise{"clamp", 3, 3, ClampNumber,
                  [](Exprs x) {
                    return ir::Apply(OpKind::kMin, ir::Apply(OpKind::kMax, x[0], x[1]), x[2]);
                  }},
      Elementwise{"muladd", 3, 3,
                  [](Scalars x) -> absl::StatusOr<Value> {
                    const auto product = NumberOperator(BinaryOp::kMul, x[0], x[1]);
                    if (!product.ok()) return product;
                    return NumberOperator(BinaryOp::kAdd, product->scalar(), x[2]);
                  },
                  [](Exprs x) {
                    return OperatorExpression(BinaryOp::kAdd,
                                              OperatorExpression(BinaryOp::kMul, x[0], x[1]), x[2]);
                  }},
      Elementwise{"mod", 2, 2, Operator<BinaryOp::kMod>, EmitOperator<BinaryOp::kMod>},
      Elementwise{"rem", 2, 2, Operator<BinaryOp::kRem>, EmitOperator<BinaryOp::kRem>},
      Elementwise{"div", 2, 2, Operator<BinaryOp::kIDiv>, EmitOperator<BinaryOp::kIDiv>},
      Elementwise{"fld", 2, 2, Operator<BinaryOp::kFld>, EmitOperator<BinaryOp::kFld>},
      Elementwise{"cld", 2, 2, Operator<BinaryOp::kCld>, EmitOperator<BinaryOp::kCld>},
      Elementwise{"xor", 2, 2, Operator<BinaryOp::kXor>, EmitOperator<BinaryOp::kXor>},
      Elementwise{"copysign", 2, 2,
                  [](Scalars x) -> absl::StatusOr<Value> {
                    const double sign = x[1].AsDouble();
                    if (x[0].is_float()) {
                      return KeepFloat(x[0], [&](auto v) {
                        return std::copysign(v, static_cast<decltype(v)>(sign));
                      });
                    }
                    const int64_t v = std::abs(x[0].AsInt64());
                    return Value(Number(std::signbit(sign) ? -v : v, x[0].dtype()));
                  },
                  [](Exprs x) {
                    const ir::Expr magnitude = ir::Abs(x[0]);
                    return ir::Select(ir::Apply(OpKind::kLt, x[1], Constant(x[1], DType::kBool, 0)),
                                      -magnitude, magnitude);
                  }},
  };
}

}  // namespace fluxgate::lang
