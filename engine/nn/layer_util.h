#ifndef FLUXGATE_ENGINE_NN_LAYER_UTIL_H_
#define FLUXGATE_ENGINE_NN_LAYER_UTIL_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/nn/arguments.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"

namespace fluxgate::nn {

// What several layers need.

std::shared_ptr<const StructType> MakeLayerType(absl::string_view name,
                                                std::vector<absl::string_view> fields);

// Flux's create_bias (src/utils.jl): true is zeros of `shape` and the weights' type, false stays
// false, an array is converted to that type and must have that shape.
absl::StatusOr<Value> CreateBias(Context& context, const Value& bias, const Array& weights,
                                 const Shape& shape);

// OK when the value can be an activation or an inner layer: functions, types, callable structs.
absl::Status CheckCallable(const Value& value, absl::string_view layer);

// Flux's _size_check: x must be an array with size(x, dim) == size (dim 1-based).
absl::Status SizeCheck(absl::string_view layer, const Value& x, int dim, int64_t size);

// MethodError unless exactly one input was given.
absl::Status CheckOneInput(absl::string_view layer, absl::Span<const Value> inputs);

// The constructor's ", tanh; bias=false" after its sizes, with nothing for defaults.
std::string ShowActivationAndBias(const Value& activation, const Value& bias,
                                  absl::FunctionRef<std::string(const Value&)> repr);

// The row of `layer` (its forward, and so on) for each kind; the registry lists them.
Layer DenseLayer();
Layer ScaleLayer();
Layer ChainLayer();
Layer SkipConnectionLayer();
Layer ParallelLayer();
Layer DropoutLayer();

// flatten, trainmode!, testmode!
std::vector<Function> UtilityRows();

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_LAYER_UTIL_H_
