#include "engine/optim/rule.h"

// Plain descent and its kin (Optimisers' src/rules.jl).

namespace fluxgate::optim {
namespace {

using ir::Expr;
using Kind = RuleField::Kind;

// Descent(eta = 0.1f0): dx * η
Expr EmitDescent(Frame& f) { return f.dx * f.T(0); }

// Momentum(eta = 0.01, rho = 0.9): v = ρ v + η dx; v
Expr EmitMomentum(Frame& f) {
  const Expr eta = f.T(0), rho = f.T(1);
  return f.Store(0, rho * f.State(0) + eta * f.dx);
}

// Nesterov(eta = 0.001, rho = 0.9): -ρ² v + (1 + ρ) η dx; v = ρ v - η dx
Expr EmitNesterov(Frame& f) {
  const Expr eta = f.T(0), rho = f.T(1), velocity = f.State(0);
  const Expr step = -(rho * rho) * velocity + (1 + rho) * eta * f.dx;
  f.Store(0, rho * velocity - eta * f.dx);
  return step;
}

// Rprop(eta = 1f-3, ell = (5f-1, 1.2f0), gamma = (1f-6, 50f0)): a step size per element, grown
// while the gradient keeps its sign and shrunk when it changes; step * sign(g)
Expr EmitRprop(Frame& f) {
  const Expr shrink = f.T(1), grow = f.T(2), least = f.T(3), most = f.T(4);
  const Expr product = f.State(0) * f.dx;
  const Expr rate = f.State(1);
  const Expr new_rate = f.Store(1, Select(product > 0, Min(rate * grow, most),
                                          Select(product < 0, Max(rate * shrink, least), rate)));
  const Expr gradient = f.Store(0, Select(product < 0, f.dx.Number(0), f.dx));
  return new_rate * Sign(gradient);
}

}  // namespace

std::vector<Rule> DescentRules() {
  return {
      {"Descent", {{"eta", Kind::kRate, 0.1, 0, true}}, {}, EmitDescent},
      {"Momentum",
       {{"eta", Kind::kRate, 0.01}, {"rho", Kind::kNumber, 0.9}},
       {StateKind::kZeros},
       EmitMomentum},
      {"Nesterov",
       {{"eta", Kind::kRate, 0.001}, {"rho", Kind::kNumber, 0.9}},
       {StateKind::kZeros},
       EmitNesterov},
      {"Rprop",
       {{"eta", Kind::kRate, 1e-3, 0, true},
        {"ell", Kind::kPair, 0.5, 1.2, true},
        {"gamma", Kind::kPair, 1e-6, 50, true}},
       {StateKind::kZeros, StateKind::kRates},
       EmitRprop},
  };
}

}  // namespace fluxgate::optim
