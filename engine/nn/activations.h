#ifndef FLUXGATE_ENGINE_NN_ACTIVATIONS_H_
#define FLUXGATE_ENGINE_NN_ACTIVATIONS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/nn/function.h"

namespace fluxgate::nn {

// The elementwise functions of NNlib's src/activations.jl, and Base's identity and tanh.
std::vector<Function> ActivationRows();

// The value of Base's identity: the activation of a layer that names none.
const Value& IdentityFunction();
bool IsIdentity(const Value& function);

// The formula that a layer applies for activation `f`: NNlib.fast_act's replacements of tanh and σ,
// or the row's own. Null when `f` must be called instead.
using EmitFunction = ir::Expr (*)(absl::Span<const ir::Expr>);
EmitFunction LayerActivation(const Value& f);

// f.(x) for an activation without a formula: a function of the user, rrelu.
absl::StatusOr<Value> BroadcastActivation(Context& context, const Value& f, const Value& x);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_ACTIVATIONS_H_
