#include <cmath>

#include "engine/optim/rule.h"

// Rules that change the gradient for those after them in a chain (Optimisers' src/rules.jl).

namespace fluxgate::optim {
namespace {

using ir::Expr;
using Kind = RuleField::Kind;

// WeightDecay(lambda = 5e-4): dx + λ x
Expr EmitWeightDecay(Frame& f) { return f.dx + f.T(0) * f.x; }

// SignDecay(lambda = 1e-3): dx + λ sign(x)
Expr EmitSignDecay(Frame& f) { return f.dx + f.T(0) * Sign(f.x); }

// ClipGrad(delta = 10): clamp(dx, -δ, δ)
Expr EmitClipGrad(Frame& f) { return Min(Max(f.dx, -f.T(0)), f.T(0)); }

// ‖dx‖ₚ over all elements of the array; `p` decides which formula.
Expr Norm(Expr dx, double p) {
  const Expr size = Abs(dx);
  if (p == 2) return Sqrt(Sum(Square(dx)));
  if (p == 1) return Sum(size);
  if (p == 0) return Sum(Select(size > 0, size.Number(1), size.Number(0)));
  if (std::isinf(p)) {
    ir::Builder& b = dx.builder();
    const ir::OpKind op = p > 0 ? ir::OpKind::kReduceMax : ir::OpKind::kReduceMin;
    return {b, b.Reduce(op, size.id(), {})};
  }
  return Pow(Sum(Pow(size, p)), 1 / p);
}

// ClipNorm(omega = 10, p = 2; throw = true): dx min(ω / ‖dx‖ₚ, 1) for this array. With
// `throw` a norm that is not finite stops the step.
Expr EmitClipNorm(Frame& f) {
  if (!f.dx.ok()) return f.dx;
  const Expr norm = Cast(Norm(f.dx, f.rule.Find("p")->scalar().AsDouble()), DType::kFloat64);
  if (f.Flag("throw")) f.norms.push_back(norm);
  return f.dx * Cast(Min(f.Exact(0) / norm, 1), f.x.dtype());
}

}  // namespace

std::vector<Rule> ModifierRules() {
  return {
      {"WeightDecay", {{"lambda", Kind::kNumber, 5e-4}}, {}, EmitWeightDecay},
      {"SignDecay", {{"lambda", Kind::kNumber, 1e-3}}, {}, EmitSignDecay},
      {"ClipGrad", {{"delta", Kind::kNumber, 10}}, {}, EmitClipGrad},
      {"ClipNorm",
       {{"omega", Kind::kNumber, 10}, {"p", Kind::kNumber, 2}, {"throw", Kind::kFlag, 1}},
       {},
       EmitClipNorm},
  };
}

}  // namespace fluxgate::optim
