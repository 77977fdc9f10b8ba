#include "engine/nn/activations.h"

#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/layer.h"

namespace fluxgate::nn {
namespace {

using ir::Expr;
using Args = absl::Span<const Expr>;

// Kinks are written with the side that NNlib's table of derivatives takes: relu has derivative 0 at
// 0, elu 1. A branch that could overflow is computed from an operand that its own side made
// harmless, since the gradient of an unused infinity would be NaN.

// NNlib's oftf: converted to the float type of x.
Expr Float(Expr x) { return x.ok() ? Cast(x, ToFloat(x.dtype())) : x; }
Expr OfFloat(Expr x, Expr y) { return x.ok() && y.ok() ? Cast(y, ToFloat(x.dtype())) : y; }
// A number of x's own type, integers included.
Expr Same(Expr x, double value) {
  return x.ok() ? Expr(x.builder(), x.builder().Scalar(x.dtype(), value)) : x;
}
// The second argument as a float of x's type, or its default.
Expr Parameter(Args a, double value) {
  return a.size() > 1 ? OfFloat(a[0], a[1]) : a[0].Number(value);
}
Expr ClampOpen(Expr x, double lo, double hi) {  // derivative 0 at both ends
  return Select(x <= Same(x, lo), Same(x, lo), Select(x >= Same(x, hi), Same(x, hi), x));
}
// exp(x) - 1 where x is not above, and 0 elsewhere.
Expr NegativeExp(Expr above, Expr x) { return Exp(Select(above, x.Number(0), Float(x))) - 1; }

// σ(x) = 1 / (1 + exp(-x)); the op is safe at both ends.
Expr EmitSigmoid(Args a) { return Sigmoid(a[0]); }
// The same, but exactly 0 below -80; above 40 the op gives exactly 1 already.
Expr SigmoidFast(Expr x) { return Select(x < -80, x.Number(0), Sigmoid(x)); }
Expr EmitSigmoidFast(Args a) { return SigmoidFast(a[0]); }
// hardσ(x) = clamp((x + 3) / 6, 0, 1)
Expr EmitHardSigmoid(Args a) { return ClampOpen((a[0] + 3) / 6, 0, 1); }
// logσ(x) = -softplus(-x)
Expr EmitLogSigmoid(Args a) { return -Softplus(-Float(a[0])); }
// hardtanh(x) = clamp(x, -1, 1)
Expr EmitHardTanh(Args a) { return ClampOpen(a[0], -1, 1); }
// tanh_fast(x) ≈ tanh(x): the op's own kernel is as fast and within the 5 eps that NNlib allows.
Expr EmitTanh(Args a) { return Tanh(a[0]); }
// relu(x) = x < 0 ? 0 : x, keeping NaN
Expr EmitRelu(Args a) { return Select(a[0] <= Same(a[0], 0), Same(a[0], 0), a[0]); }
// leakyrelu(x, a = 0.01) = x > 0 ? x : a * x
Expr EmitLeakyRelu(Args a) {
  const Expr slope = a.size() > 1 ? a[1] : a[0].Number(0.01);
  return Select(a[0] > 0, Float(a[0]), OfFloat(a[0], slope * a[0]));
}
// relu6(x) = clamp(x, 0, 6)
Expr EmitRelu6(Args a) { return ClampOpen(a[0], 0, 6); }
// elu(x, α = 1) = x ≥ 0 ? x : α * (exp(x) - 1)
Expr EmitElu(Args a) {
  return Select(a[0] >= 0, Float(a[0]), Parameter(a, 1) * NegativeExp(a[0] >= 0, a[0]));
}
constexpr double kSqrt2OverPi = 0.79788456080286535588;
constexpr double kSqrt8OverPi = 1.59576912160573071176;
// gelu_tanh(x) = x/2 * (1 + tanh(√(2/π) * (x + 0.044715x³)))
Expr EmitGeluTanh(Args a) {
  const Expr x = a[0];
  return x / 2 * (1 + Tanh(kSqrt2OverPi * (x + 0.044715 * (x * x * x))));
}
// gelu_sigmoid(x) = x * σ(√(8/π) * x * (1 + 0.044715x²))
Expr EmitGeluSigmoid(Args a) {
  const Expr x = a[0];
  return x * SigmoidFast(kSqrt8OverPi * x * (x * x * 0.044715 + 1));
}
// gelu_erf(x) = x/2 * (1 + erf(x/√2))
Expr EmitGeluErf(Args a) { return a[0] / 2 * (1 + Erf(a[0] / std::sqrt(2.0))); }
// swish(x) = x * σ(x)
Expr EmitSwish(Args a) { return a[0] * SigmoidFast(a[0]); }
// hardswish(x) = x * hardσ(x), whose derivative at ±3 is that of the middle part
Expr EmitHardSwish(Args a) {
  const Expr y = (a[0] + 3) / 6;
  return a[0] * Select(y < 0, y.Number(0), Select(y > 1, y.Number(1), y));
}
// lisht(x) = x * tanh(x)
Expr EmitLisht(Args a) { return a[0] * Tanh(a[0]); }
// selu(x) = λ * (x > 0 ? x : α * (exp(x) - 1))
Expr EmitSelu(Args a) {
  constexpr double kLambda = 1.0507009873554804934193349852946;
  constexpr double kAlpha = 1.6732632423543772848170429916717;
  return kLambda * Select(a[0] > 0, Float(a[0]), kAlpha * NegativeExp(a[0] > 0, a[0]));
}
// celu(x, α = 1) = x ≥ 0 ? x : α * (exp(x/α) - 1)
Expr EmitCelu(Args a) {
  const Expr alpha = Parameter(a, 1);
  const Expr below = Select(a[0] >= 0, a[0].Number(0), Float(a[0]));
  return Select(a[0] >= 0, Float(a[0]), alpha * (Exp(below / alpha) - 1));
}
// softplus(x) = log(1 + exp(x)); the op is safe at both ends.
Expr EmitSoftplus(Args a) { return Softplus(a[0]); }
// softsign(x) = x / (1 + |x|)
Expr EmitSoftsign(Args a) { return a[0] / (1 + Abs(a[0])); }
// logcosh(x) = x + softplus(-2x) - log(2)
Expr EmitLogCosh(Args a) { return a[0] + Softplus(-2 * a[0]) - 0.69314718055994530942; }
// mish(x) = x * tanh(softplus(x))
Expr EmitMish(Args a) { return a[0] * Tanh(Softplus(a[0])); }
// tanhshrink(x) = x - tanh(x)
Expr EmitTanhShrink(Args a) { return a[0] - Tanh(a[0]); }
// softshrink(x, λ = 0.5) = x > λ ? x - λ : x < -λ ? x + λ : 0
Expr EmitSoftShrink(Args a) {
  const Expr lambda = a.size() > 1 ? a[1] : a[0].Number(0.5);
  const Expr lo = a[0] - lambda, hi = a[0] + lambda;
  return Select(hi >= 0, Select(lo <= 0, Same(lo, 0), lo), hi);
}
// trelu(x, θ = 1) = x > θ ? x : 0
Expr EmitTrelu(Args a) {
  const Expr theta = a.size() > 1 ? a[1] : a[0].Number(1);
  return Select(a[0] <= theta, Same(a[0], 0), a[0]);
}
Expr EmitIdentity(Args a) { return a[0]; }

template <Expr (*Emit)(Args)>
absl::StatusOr<Value> CallFormula(Context& context, const Arguments& arguments) {
  return context.ops().Apply(arguments.positional, Emit);
}

absl::StatusOr<Value> CallIdentity(Context&, const Arguments& arguments) { return arguments[0]; }

// rrelu(x, lo = 1/8, hi = 1/3) = leakyrelu(x, a), a uniform in [lo, hi) for each element, in test
// mode too.
absl::StatusOr<Value> CallRrelu(Context& context, const Arguments& arguments) {
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  const absl::optional<DType> dtype = DTypeOfValue(arguments[0]);
  if (!shape.has_value()) {
    return context.ops().Apply(arguments.positional, EmitIdentity);  // Its error says what it is.
  }
  FG_ASSIGN_OR_RETURN(
      Value draw, context.Random(ToFloat(*dtype), *shape, ir::RandomAttr::Distribution::kUniform));
  std::vector<Value> operands = {arguments[0], draw};
  for (size_t i = 1; i < arguments.size(); ++i) operands.push_back(arguments[i]);
  return context.ops().Apply(operands, [](Args a) {
    const Expr lo = a.size() > 2 ? OfFloat(a[0], a[2]) : a[0].Number(1.0 / 8);
    const Expr hi = a.size() > 3 ? OfFloat(a[0], a[3]) : a[0].Number(1.0 / 3);
    const Expr slope = (hi - lo) * a[1] + lo;
    return EmitLeakyRelu({a[0], slope});
  });
}

template <Expr (*Emit)(Args)>
Function Row(absl::string_view name, std::vector<absl::string_view> aliases = {},
             int max_arguments = 1) {
  Function f;
  f.name = name;
  f.package = "NNlib";
  f.exported = true;
  f.min_arguments = 1;
  f.max_arguments = max_arguments;
  f.call = CallFormula<Emit>;
  f.elementwise = true;
  f.emit = Emit;
  f.aliases = std::move(aliases);
  return f;
}

}  // namespace

std::vector<Function> ActivationRows() {
  std::vector<Function> rows = {
      Row<EmitIdentity>("identity"),
      Row<EmitTanh>("tanh"),
      Row<EmitSigmoid>("σ", {"sigmoid"}),
      Row<EmitHardSigmoid>("hardσ", {"hardsigmoid"}),
      Row<EmitLogSigmoid>("logσ", {"logsigmoid"}),
      Row<EmitHardTanh>("hardtanh"),
      Row<EmitRelu>("relu"),
      Row<EmitLeakyRelu>("leakyrelu", {}, 2),
      Row<EmitRelu6>("relu6"),
      Row<EmitIdentity>("rrelu", {}, 3),
      Row<EmitElu>("elu", {}, 2),
      Row<EmitGeluTanh>("gelu_tanh", {"gelu"}),
      Row<EmitGeluSigmoid>("gelu_sigmoid"),
      Row<EmitGeluErf>("gelu_erf"),
      Row<EmitSwish>("swish"),
      Row<EmitHardSwish>("hardswish"),
      Row<EmitLisht>("lisht"),
      Row<EmitSelu>("selu"),
      Row<EmitCelu>("celu", {}, 2),
      Row<EmitSoftplus>("softplus"),
      Row<EmitSoftsign>("softsign"),
      Row<EmitLogCosh>("logcosh"),
      Row<EmitMish>("mish"),
      Row<EmitTanhShrink>("tanhshrink"),
      Row<EmitSoftShrink>("softshrink", {}, 2),
      Row<EmitTrelu>("trelu", {"thresholdrelu"}, 2),
      Row<EmitTanh>("tanh_fast"),
      Row<EmitSigmoidFast>("sigmoid_fast"),
  };
  for (Function& row : rows) {
    if (row.name == "identity" || row.name == "tanh") row.package = "Base";
    if (row.name == "identity") row.call = CallIdentity;
    if (row.name == "rrelu") {
      row.call = CallRrelu;
      row.emit = nullptr;
    }
  }
  return rows;
}

const Value& IdentityFunction() {
  static const auto& value = *new Value(FunctionAsValue(*FindFunction("identity")));
  return value;
}

bool IsIdentity(const Value& function) { return function.IdenticalTo(IdentityFunction()); }

EmitFunction LayerActivation(const Value& f) {
  const Function* row = FunctionOf(f);
  if (row == nullptr || !row->elementwise) return nullptr;
  return row->emit == EmitSigmoid ? EmitSigmoidFast : row->emit;
}

absl::StatusOr<Value> BroadcastActivation(Context& context, const Value& f, const Value& x) {
  const Function* row = FunctionOf(f);
  if (row != nullptr && row->elementwise) return row->call(context, {{x}, {}});
  return context.Broadcast(f, {x});
}

}  // namespace fluxgate::nn
