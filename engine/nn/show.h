#ifndef FLUXGATE_ENGINE_NN_SHOW_H_
#define FLUXGATE_ENGINE_NN_SHOW_H_

#include <string>

#include "absl/functional/function_ref.h"
#include "engine/value/struct.h"

namespace fluxgate::nn {

// What the REPL prints for a layer: "Dense(1 => 1)       # 2 parameters", or for a container one
// line per layer with parameter counts and a total (flux-style columns). REQUIRES:
// FindLayer(*layer.type).
std::string ShowLayer(const Struct& layer, absl::FunctionRef<std::string(const Value&)> repr);
// The one-line form inside other values: "Dense(1 => 1)", "Chain(Dense(2 => 3, tanh), softmax)".
std::string ReprLayer(const Struct& layer, absl::FunctionRef<std::string(const Value&)> repr);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_SHOW_H_
