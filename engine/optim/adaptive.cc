#include "engine/optim/rule.h"

// Rules with a rate per element from past gradients (Optimisers' src/rules.jl).

namespace fluxgate::optim {
namespace {

using ir::Expr;
using Kind = RuleField::Kind;

// RMSProp(eta = 0.001, rho = 0.9, epsilon = 1e-8; centred = false):
// q = ρ q + (1 - ρ) dx²; l = ρ l + (1 - ρ) dx if centred; dx η / (√(q - l²) + ϵ)
Expr EmitRmsProp(Frame& f) {
  const Expr eta = f.T(0), rho = f.T(1), epsilon = f.T(2);
  const Expr quad = f.Store(0, rho * f.State(0) + (1 - rho) * Square(f.dx));
  if (!f.Flag("centred")) return f.dx * eta / (Sqrt(quad) + epsilon);
  const Expr lin = f.Store(1, rho * f.State(1) + (1 - rho) * f.dx);
  return f.dx * eta / (Sqrt(quad - Square(lin)) + epsilon);
}

// AdaGrad(eta = 0.1, epsilon = 1e-8): a = a + dx², from ϵ; dx η / (√a + ϵ)
Expr EmitAdaGrad(Frame& f) {
  const Expr sum = f.Store(0, f.State(0) + Square(f.dx));
  return f.dx * f.T(0) / (Sqrt(sum) + f.T(1));
}

// AdaDelta(rho = 0.9, epsilon = 1e-8): a = ρ a + (1 - ρ) dx²; s = dx √(Δ + ϵ) / √(a + ϵ);
// Δ = ρ Δ + (1 - ρ) s²; s
Expr EmitAdaDelta(Frame& f) {
  const Expr rho = f.T(0), epsilon = f.T(1);
  const Expr sum = f.Store(0, rho * f.State(0) + (1 - rho) * Square(f.dx));
  const Expr step = f.dx * Sqrt(f.State(1) + epsilon) / Sqrt(sum + epsilon);
  f.Store(1, rho * f.State(1) + (1 - rho) * Square(step));
  return step;
}

}  // namespace

std::vector<Rule> AdaptiveRules() {
  return {
      {"RMSProp",
       {{"eta", Kind::kRate, 0.001},
        {"rho", Kind::kNumber, 0.9},
        {"epsilon", Kind::kNumber, 1e-8},
        {"centred", Kind::kFlag, 0}},
       {StateKind::kZeros, StateKind::kZerosIfCentred},
       EmitRmsProp},
      {"AdaGrad",
       {{"eta", Kind::kRate, 0.1}, {"epsilon", Kind::kNumber, 1e-8}},
       {StateKind::kEpsilons},
       EmitAdaGrad,
       {"ADAGrad"}},
      {"AdaDelta",
       {{"rho", Kind::kNumber, 0.9}, {"epsilon", Kind::kNumber, 1e-8}},
       {StateKind::kZeros, StateKind::kZeros},
       EmitAdaDelta,
       {"ADADelta"}},
  };
}

}  // namespace fluxgate::optim
