#include "engine/optim/rule.h"

// Adam and the rules made from it (Optimisers' src/rules.jl). Hyperparameters 0 eta, 1 and 2 beta,
// then what the rule adds; state 0 and 1 the moments m and v, 2 and 3 the powers of β.

namespace fluxgate::optim {
namespace {

using ir::Expr;
using Kind = RuleField::Kind;

struct Moments {
  Expr eta, beta1, beta2;
  Expr m, v;            // m = β₁ m + (1 - β₁) dx, v = β₂ v + (1 - β₂) dx²
  Expr power1, power2;  // β₁ᵗ and β₂ᵗ of this step
};

Expr FirstMoment(Frame& f) {
  const Expr beta1 = f.T(1);
  return f.Store(0, beta1 * f.State(0) + (1 - beta1) * f.dx);
}

void RaisePowers(Frame& f) {
  f.Store(2, f.State(2) * f.T(1));
  f.Store(3, f.State(3) * f.T(2));
}

Moments Advance(Frame& f) {
  Moments a;
  a.eta = f.T(0);
  a.beta1 = f.T(1);
  a.beta2 = f.T(2);
  a.m = FirstMoment(f);
  a.v = f.Store(1, a.beta2 * f.State(1) + (1 - a.beta2) * Square(f.dx));
  a.power1 = f.State(2);
  a.power2 = f.State(3);
  RaisePowers(f);
  return a;
}

// m / (1 - β₁ᵗ) / (√(v / (1 - β₂ᵗ)) + ϵ)
Expr Corrected(const Moments& a, Expr epsilon) {
  return a.m / (1 - a.power1) / (Sqrt(a.v / (1 - a.power2)) + epsilon);
}

// Adam(eta = 0.001, beta = (0.9, 0.999), epsilon = 1e-8)
Expr EmitAdam(Frame& f) {
  const Moments a = Advance(f);
  return Corrected(a, f.T(3)) * a.eta;
}

// AdamW(eta = 0.001, beta = (0.9, 0.999), lambda = 0, epsilon = 1e-8; couple = true): with s Adam's
// step for η = 1: η (s + λ x) if coupled, else η s + λ x
Expr EmitAdamW(Frame& f) {
  const Moments a = Advance(f);
  const Expr lambda = f.T(3);
  const Expr step = Corrected(a, f.T(4));
  return f.Flag("couple") ? a.eta * (step + lambda * f.x) : a.eta * step + lambda * f.x;
}

// RAdam(eta = 0.001, beta = (0.9, 0.999), epsilon = 1e-8): ρ∞ = 2 / (1 - β₂) - 1,
// ρ = ρ∞ - 2 t β₂ᵗ / (1 - β₂ᵗ); Adam's step times √((ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ)) if ρ > 4, else
// m / (1 - β₁ᵗ) η
Expr EmitRAdam(Frame& f) {
  const Moments a = Advance(f);
  const Expr count = f.State(4);
  f.Store(4, count + Expr(count.builder(), count.builder().Scalar(DType::kInt64, 1)));
  const Expr limit = 2 / (1 - a.beta2) - 1;
  const Expr two_t = f.x.ok() ? 2 * Cast(count, f.x.dtype()) : count;
  const Expr rho = limit - two_t * a.power2 / (1 - a.power2);
  const Expr large = rho > 4;
  const Expr safe = Select(large, rho, rho.Number(5));
  const Expr factor = Sqrt((safe - 4) * (safe - 2) * limit / ((limit - 4) * (limit - 2) * safe));
  return Select(large, Corrected(a, f.T(3)) * a.eta * factor, a.m / (1 - a.power1) * a.eta);
}

// AdaMax(eta = 0.001, beta = (0.9, 0.999), epsilon = 1e-8): u = max(β₂ u, |dx|);
// η / (1 - β₁ᵗ) m / (u + ϵ)
Expr EmitAdaMax(Frame& f) {
  const Expr m = FirstMoment(f);
  const Expr u = f.Store(1, Max(f.T(2) * f.State(1), Abs(f.dx)));
  const Expr step = f.T(0) / (1 - f.State(2)) * m / (u + f.T(3));
  RaisePowers(f);
  return step;
}

// OAdam(eta = 0.001, beta = (0.5, 0.9), epsilon = 1e-8): s = η m̂ / (√v̂ + ϵ); 2 s - s of last time
Expr EmitOAdam(Frame& f) {
  const Moments a = Advance(f);
  const Expr previous = f.State(4);
  const Expr term =
      f.Store(4, a.eta * a.m / (1 - a.power1) / (Sqrt(a.v / (1 - a.power2)) + f.T(3)));
  return 2 * term - previous;
}

// AMSGrad(eta = 0.001, beta = (0.9, 0.999), epsilon = 1e-8): v̂ = max(v̂, v), all from ϵ and without
// correction; η m / (√v̂ + ϵ)
Expr EmitAmsGrad(Frame& f) {
  const Expr beta2 = f.T(2);
  const Expr m = FirstMoment(f);
  const Expr v = f.Store(1, beta2 * f.State(1) + (1 - beta2) * Square(f.dx));
  const Expr largest = f.Store(2, Max(f.State(2), v));
  return f.T(0) * m / (Sqrt(largest) + f.T(3));
}

// NAdam(eta = 0.001, beta = (0.9, 0.999), epsilon = 1e-8):
// (β₁ m / (1 - β₁ β₁ᵗ) + (1 - β₁) dx / (1 - β₁ᵗ)) / (√(v β₂ / (1 - β₂ᵗ)) + ϵ) η
Expr EmitNAdam(Frame& f) {
  const Moments a = Advance(f);
  return (a.beta1 * a.m / (1 - a.beta1 * a.power1) + (1 - a.beta1) * f.dx / (1 - a.power1)) /
         (Sqrt(a.v * a.beta2 / (1 - a.power2)) + f.T(3)) * a.eta;
}

// AdaBelief(eta = 0.001, beta = (0.9, 0.999), epsilon = 1e-16): s = β₂ s + (1 - β₂)(dx - m)² + ϵ;
// η m̂ / (√ŝ + ϵ)
Expr EmitAdaBelief(Frame& f) {
  const Expr beta2 = f.T(2), epsilon = f.T(3);
  const Expr m = FirstMoment(f);
  const Expr s = f.Store(1, beta2 * f.State(1) + (1 - beta2) * Square(f.dx - m) + epsilon);
  const Expr step = f.T(0) * m / (1 - f.State(2)) / (Sqrt(s / (1 - f.State(3))) + epsilon);
  RaisePowers(f);
  return step;
}

// Lion(eta = 0.001, beta = (0.9, 0.999)): m = β₂ dx + (1 - β₂) m; η sign((β₂ - β₁) dx + β₁ m)
Expr EmitLion(Frame& f) {
  const Expr beta1 = f.T(1), beta2 = f.T(2);
  const Expr m = f.Store(0, beta2 * f.dx + (1 - beta2) * f.State(0));
  return f.T(0) * Sign((beta2 - beta1) * f.dx + beta1 * m);
}

std::vector<RuleField> Fields(double beta1 = 0.9, double beta2 = 0.999, double epsilon = 1e-8) {
  return {{"eta", Kind::kRate, 0.001},
          {"beta", Kind::kPair, beta1, beta2},
          {"epsilon", Kind::kNumber, epsilon}};
}

}  // namespace

std::vector<Rule> AdamRules() {
  constexpr StateKind kZeros = StateKind::kZeros, kPowers = StateKind::kBetaPowers,
                      kEpsilons = StateKind::kEpsilons;
  return {
      {"Adam", Fields(), {kZeros, kZeros, kPowers}, EmitAdam, {"ADAM"}},
      {"AdamW",
       {{"eta", Kind::kRate, 0.001},
        {"beta", Kind::kPair, 0.9, 0.999},
        {"lambda", Kind::kNumber, 0},
        {"epsilon", Kind::kNumber, 1e-8},
        {"couple", Kind::kFlag, 1}},
       {kZeros, kZeros, kPowers},
       EmitAdamW,
       {"ADAMW"}},
      {"RAdam", Fields(), {kZeros, kZeros, kPowers, StateKind::kCount}, EmitRAdam, {"RADAM"}},
      {"AdaMax", Fields(), {kZeros, kZeros, kPowers}, EmitAdaMax},
      {"OAdam", Fields(0.5, 0.9), {kZeros, kZeros, kPowers, kZeros}, EmitOAdam, {"OADAM"}},
      {"AMSGrad", Fields(), {kEpsilons, kEpsilons, kEpsilons}, EmitAmsGrad},
      {"NAdam", Fields(), {kZeros, kZeros, kPowers}, EmitNAdam, {"NADAM"}},
      {"AdaBelief", Fields(0.9, 0.999, 1e-16), {kZeros, kZeros, kPowers}, EmitAdaBelief},
      {"Lion",
       {{"eta", Kind::kRate, 0.001}, {"beta", Kind::kPair, 0.9, 0.999}},
       {kZeros},
       EmitLion},
  };
}

}  // namespace fluxgate::optim
