#ifndef FLUXGATE_ENGINE_NN_INITIALISERS_H_
#define FLUXGATE_ENGINE_NN_INITIALISERS_H_

#include <vector>

#include "absl/status/statusor.h"
#include "engine/nn/function.h"

namespace fluxgate::nn {

// The functions of Flux's src/utils.jl that make the first values of parameters: init(dims...) is a
// Float32 array, init(; keywords...) a function that remembers the keywords.
std::vector<Function> InitialiserRows();

absl::StatusOr<Value> GlorotUniform(Context& context, const Shape& shape);

// The weights of a layer: init(dims...), or glorot_uniform's when `init` is null.
absl::StatusOr<Value> InitialWeights(Context& context, const Value* init, const Shape& shape);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_INITIALISERS_H_
