#include "engine/autodiff/vjp_rules.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fluxgate::autodiff {

using ir::Expr;
using ir::NodeId;
using ir::OpKind;

namespace {

Expr IsZero(Expr x) { return Apply(OpKind::kEq, x, x.Number(0)); }

// x^n, with a product where Julia's literal power is one.
Expr ConstantPower(Expr x, double n) {
  if (n == 0) return BroadcastTo(x.Number(1), x.shape());
  if (n == 1) return x;
  if (n == 2) return x * x;
  return Pow(x, n);
}

void PowVjp(VjpRule& rule, Expr ct, Expr a, Expr b, Expr y) {
  if (rule.wants(0)) {
    const absl::optional<double> n = UniformConstant(rule.builder().graph(), b.id());
    if (!n.has_value()) {
      // At 0^0 the derivative is 0, not the 0 * Inf that the formula gives.
      const Expr singular = Apply(OpKind::kAnd, IsZero(a), IsZero(b));
      const Expr base = Select(singular, a.Number(1), a);
      rule.Set(0, ct * (b * Pow(base, b - 1)));
    } else if (*n == 0) {
      rule.SetZero(0);
    } else {
      rule.Set(0, ct * (ConstantPower(a, *n - 1) * *n));
    }
  }
  if (rule.wants(1)) {
    // log 1 stands in for log 0, so that neither this nor its own derivatives are NaN at 0^p.
    const Expr base = Select(IsZero(a), a.Number(1), Abs(a));
    rule.Set(1, ct * (y * Log(base)));
  }
}

}  // namespace

VjpRule::VjpRule(ir::Builder& builder, NodeId id, NodeId cotangent,
                 absl::InlinedVector<bool, 3> wanted)
    : builder_(builder),
      node_(builder.node(id)),
      id_(id),
      ct_(cotangent),
      wanted_(std::move(wanted)),
      cotangents_(node_.operands.size(), ir::kNoNode) {}

void VjpRule::Set(int i, Expr cotangent) {
  if (!cotangent.ok()) return;  // The builder keeps the error.
  const Expr x = operand(i);
  if (cotangent.dtype() != x.dtype() || cotangent.shape() != x.shape()) {
    builder_.Fail(absl::InternalError(
        absl::StrCat("the gradient rule of ", GetOpInfo(node_.op).name, " gives ",
                     DTypeName(cotangent.dtype()), cotangent.shape().ToString(),
                     " for an operand of ", DTypeName(x.dtype()), x.shape().ToString())));
    return;
  }
  cotangents_[i] = cotangent.id();
}

void VjpRule::SetZero(int i) {
  const Expr x = operand(i);
  Set(i, {builder_, builder_.Full(x.dtype(), x.shape(), 0)});
}

void VjpRule::Apply() {
  const Expr ct = this->ct(), y = value();
  const Expr a = num_operands() > 0 ? operand(0) : Expr();
  const Expr b = num_operands() > 1 ? operand(1) : Expr();
  // Unary rules are reached only when their operand is wanted.
  switch (node_.op) {
    // ---- Elementwise, one operand ----
    case OpKind::kNeg:
      return Set(0, -ct);
    case OpKind::kAbs:
      return Set(0, ct * Sign(a));
    case OpKind::kSign:
    case OpKind::kFloor:
    case OpKind::kCeil:
    case OpKind::kRound:
    case OpKind::kTrunc:
      return SetZero(0);
    case OpKind::kExp:
      return Set(0, ct * y);
    case OpKind::kExp2:
      return Set(0, ct * (y * std::log(2.0)));
    case OpKind::kExpm1:
      return Set(0, ct * Exp(a));
    case OpKind::kLog:
      return Set(0, ct / a);
    case OpKind::kLog1p:
      return Set(0, ct / (a + 1));
    case OpKind::kLog2:
      return Set(0, ct / (a * std::log(2.0)));
    case OpKind::kLog10:
      return Set(0, ct / (a * std::log(10.0)));
    case OpKind::kSqrt:
      return Set(0, ct / (2 * y));
    case OpKind::kCbrt:
      return Set(0, ct / (3 * Square(y)));
    case OpKind::kSin:
      return Set(0, ct * ir::Apply(OpKind::kCos, a));
    case OpKind::kCos:
      return Set(0, -(ct * ir::Apply(OpKind::kSin, a)));
    case OpKind::kTan:
      return Set(0, ct * (1 + Square(y)));
    case OpKind::kAsin:
      return Set(0, ct / Sqrt(1 - Square(a)));
    case OpKind::kAcos:
      return Set(0, -(ct / Sqrt(1 - Square(a))));
    case OpKind::kAtan:
      return Set(0, ct / (1 + Square(a)));
    case OpKind::kSinh:
      return Set(0, ct * ir::Apply(OpKind::kCosh, a));
    case OpKind::kCosh:
      return Set(0, ct * ir::Apply(OpKind::kSinh, a));
    case OpKind::kTanh:
      return Set(0, ct * (1 - Square(y)));
    case OpKind::kAsinh:
      return Set(0, ct / Sqrt(Square(a) + 1));
    case OpKind::kAcosh:
      return Set(0, ct / (Sqrt(a - 1) * Sqrt(a + 1)));
    case OpKind::kAtanh:
      return Set(0, ct / (1 - Square(a)));
    case OpKind::kSigmoid:
      return Set(0, ct * (y * (1 - y)));
    case OpKind::kSoftplus:
      return Set(0, ct * Sigmoid(a));
    case OpKind::kErf:
      return Set(0, ct * (Exp(-Square(a)) * (2 / std::sqrt(M_PI))));
    case OpKind::kBarrier:
      return Set(0, ct);
    case OpKind::kStopGradient:
    case OpKind::kNot:
    case OpKind::kIsNan:
    case OpKind::kIsInf:
    case OpKind::kIsFinite:
      return;

    // ---- Elementwise, two operands ----
    case OpKind::kAdd:
      if (wants(0)) Set(0, ct);
      if (wants(1)) Set(1, ct);
      return;
    case OpKind::kSub:
      if (wants(0)) Set(0, ct);
      if (wants(1)) Set(1, -ct);
      return;
    case OpKind::kMul:
      if (wants(0)) Set(0, ct * b);
      if (wants(1)) Set(1, ct * a);
      return;
    case OpKind::kDiv:
      if (wants(0)) Set(0, ct / b);
      if (wants(1)) Set(1, -(ct * (y / b)));
      return;
    case OpKind::kPow:
      return PowVjp(*this, ct, a, b, y);
    // Of equals the second operand takes the cotangent of max, the first that of min (ChainRules).
    case OpKind::kMax:
      if (wants(0)) Set(0, Select(a > b, ct, ct.Number(0)));
      if (wants(1)) Set(1, Select(a > b, ct.Number(0), ct));
      return;
    case OpKind::kMin:
      if (wants(0)) Set(0, Select(a > b, ct.Number(0), ct));
      if (wants(1)) Set(1, Select(a > b, ct, ct.Number(0)));
      return;
    case OpKind::kRem:
      if (wants(0)) Set(0, ct);
      if (wants(1)) Set(1, -(ct * ir::Apply(OpKind::kTrunc, a / b)));
      return;
    case OpKind::kMod:
      if (wants(0)) Set(0, ct);
      if (wants(1)) Set(1, -(ct * ir::Apply(OpKind::kFloor, a / b)));
      return;
    case OpKind::kIDiv:
      if (wants(0)) SetZero(0);
      if (wants(1)) SetZero(1);
      return;
    case OpKind::kAtan2: {
      const Expr norm = Square(a) + Square(b);
      if (wants(0)) Set(0, ct * (b / norm));
      if (wants(1)) Set(1, -(ct * (a / norm)));
      return;
    }
    case OpKind::kEq:
    case OpKind::kNe:
    case OpKind::kLt:
    case OpKind::kLe:
    case OpKind::kAnd:
    case OpKind::kOr:
    case OpKind::kXor:
      return;

    // ---- Leaves, and what gives integers ----
    case OpKind::kInput:
    case OpKind::kConstant:
    case OpKind::kIota:
    case OpKind::kRandom:
    case OpKind::kArgMax:
    case OpKind::kArgMin:
      return;

    case OpKind::kCast:
      return Set(0, Cast(ct, a.dtype()));
    case OpKind::kSelect:
      if (wants(1)) Set(1, Select(a, ct, ct.Number(0)));
      if (wants(2)) Set(2, Select(a, ct.Number(0), ct));
      return;

    case OpKind::kReshape:
      return Set(0, Reshape(ct, a.shape()));
    case OpKind::kBroadcast:
      return Set(0, {builder_, builder_.SumTo(ct.id(), a.shape())});
    case OpKind::kPermute:
      return PermuteVjp(*this);
    case OpKind::kSlice:
      return SliceVjp(*this);
    case OpKind::kPadSlice:
      return PadSliceVjp(*this);
    case OpKind::kUpdateSlice:
      return UpdateSliceVjp(*this);
    case OpKind::kConcat:
      return ConcatVjp(*this);
    case OpKind::kGather:
      return GatherVjp(*this);
    case OpKind::kScatterAdd:
      return ScatterAddVjp(*this);

    case OpKind::kSum:
      return Set(0, BroadcastTo(ct, a.shape()));
    case OpKind::kProd:
      return ProdVjp(*this);
    case OpKind::kReduceMax:
      return ExtremumVjp(*this, OpKind::kArgMax);
    case OpKind::kReduceMin:
      return ExtremumVjp(*this, OpKind::kArgMin);
    case OpKind::kCumSum:
      return CumSumVjp(*this);

    case OpKind::kMatMul:
      return MatMulVjp(*this);
  }
}

}  // namespace fluxgate::autodiff
