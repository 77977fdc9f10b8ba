#ifndef FLUXGATE_ENGINE_IR_EXPR_H_
#define FLUXGATE_ENGINE_IR_EXPR_H_

#include <cmath>

#include "engine/ir/builder.h"

namespace fluxgate::ir {

// A node with its builder, so that rules, layers, losses and optimisers are written as formulas:
//
//   Expr m = beta1 * m0 + (1 - beta1) * dx;
//
// A C++ number takes the float type of the other operand (Float64 beside an integer tensor), as
// Julia code written with T(0.5). Operators broadcast.
class Expr {
 public:
  Expr() = default;
  Expr(Builder& builder, NodeId id) : builder_(&builder), id_(id) {}

  Builder& builder() const { return *builder_; }
  NodeId id() const { return id_; }
  bool ok() const { return id_ != kNoNode; }
  // REQUIRES: ok().
  DType dtype() const { return builder_->dtype(id_); }
  const Shape& shape() const { return builder_->shape(id_); }

  // A scalar of this expression's float type.
  Expr Number(double value) const {
    if (!ok()) return *this;
    return {*builder_, builder_->Scalar(ToFloat(dtype()), value)};
  }

 private:
  Builder* builder_ = nullptr;
  NodeId id_ = kNoNode;
};

inline Expr Apply(OpKind op, Expr x) { return {x.builder(), x.builder().Unary(op, x.id())}; }
inline Expr Apply(OpKind op, Expr a, Expr b) {
  return {a.builder(), a.builder().Binary(op, a.id(), b.id())};
}

#define FLUXGATE_EXPR_BINARY(symbol, op)                                                      \
  inline Expr operator symbol(Expr a, Expr b) { return Apply(OpKind::op, a, b); }             \
  inline Expr operator symbol(Expr a, double b) { return Apply(OpKind::op, a, a.Number(b)); } \
  inline Expr operator symbol(double a, Expr b) { return Apply(OpKind::op, b.Number(a), b); }
FLUXGATE_EXPR_BINARY(+, kAdd)
FLUXGATE_EXPR_BINARY(-, kSub)
FLUXGATE_EXPR_BINARY(*, kMul)
FLUXGATE_EXPR_BINARY(/, kDiv)
FLUXGATE_EXPR_BINARY(<, kLt)
FLUXGATE_EXPR_BINARY(<=, kLe)
#undef FLUXGATE_EXPR_BINARY
inline Expr operator>(Expr a, double b) { return Apply(OpKind::kLt, a.Number(b), a); }
inline Expr operator>=(Expr a, double b) { return Apply(OpKind::kLe, a.Number(b), a); }
inline Expr operator>(Expr a, Expr b) { return Apply(OpKind::kLt, b, a); }
inline Expr operator>=(Expr a, Expr b) { return Apply(OpKind::kLe, b, a); }
inline Expr operator-(Expr x) { return Apply(OpKind::kNeg, x); }

inline Expr Exp(Expr x) { return Apply(OpKind::kExp, x); }
inline Expr Log(Expr x) { return Apply(OpKind::kLog, x); }
inline Expr Sqrt(Expr x) { return Apply(OpKind::kSqrt, x); }
inline Expr Abs(Expr x) { return Apply(OpKind::kAbs, x); }
inline Expr Sign(Expr x) { return Apply(OpKind::kSign, x); }
inline Expr Tanh(Expr x) { return Apply(OpKind::kTanh, x); }
inline Expr Sigmoid(Expr x) { return Apply(OpKind::kSigmoid, x); }
inline Expr Softplus(Expr x) { return Apply(OpKind::kSoftplus, x); }
inline Expr Erf(Expr x) { return Apply(OpKind::kErf, x); }
inline Expr Square(Expr x) { return x * x; }
inline Expr Max(Expr a, Expr b) { return Apply(OpKind::kMax, a, b); }
inline Expr Max(Expr a, double b) { return Apply(OpKind::kMax, a, a.Number(b)); }
inline Expr Min(Expr a, Expr b) { return Apply(OpKind::kMin, a, b); }
inline Expr Min(Expr a, double b) { return Apply(OpKind::kMin, a, a.Number(b)); }
inline Expr Clamp(Expr x, double lo, double hi) { return Min(Max(x, lo), hi); }
inline Expr Pow(Expr a, Expr b) { return Apply(OpKind::kPow, a, b); }
inline Expr Pow(Expr a, double b) { return Apply(OpKind::kPow, a, a.Number(b)); }
inline Expr Select(Expr condition, Expr a, Expr b) {
  return {a.builder(), a.builder().Select(condition.id(), a.id(), b.id())};
}
inline Expr Cast(Expr x, DType dtype) { return {x.builder(), x.builder().Cast(x.id(), dtype)}; }
inline Expr StopGradient(Expr x) { return Apply(OpKind::kStopGradient, x); }
inline Expr Sum(Expr x, absl::Span<const int> dims = {}) {
  return {x.builder(), x.builder().Sum(x.id(), dims)};
}
inline Expr Mean(Expr x, absl::Span<const int> dims = {}) {
  return {x.builder(), x.builder().Mean(x.id(), dims)};
}
inline Expr ReduceMax(Expr x, absl::Span<const int> dims) {
  return {x.builder(), x.builder().Reduce(OpKind::kReduceMax, x.id(), dims)};
}
inline Expr MatMul(Expr a, Expr b, bool transpose_a = false, bool transpose_b = false) {
  return {a.builder(), a.builder().MatMul(a.id(), b.id(), transpose_a, transpose_b)};
}
inline Expr Reshape(Expr x, Shape shape) {
  return {x.builder(), x.builder().Reshape(x.id(), std::move(shape))};
}
inline Expr BroadcastTo(Expr x, Shape shape) {
  return {x.builder(), x.builder().BroadcastTo(x.id(), std::move(shape))};
}
inline Expr Transpose(Expr x) { return {x.builder(), x.builder().Transpose(x.id())}; }

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_EXPR_H_
