#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/containers.h"
#include "engine/nn/errors.h"
#include "engine/nn/layer_util.h"
#include "engine/value/containers.h"

// Parallel (Flux's src/layers/basic.jl): y = connection(layers[1](x), …, layers[n](x)).

namespace fluxgate::nn {
namespace {

const std::shared_ptr<const StructType>& Type() {
  static const auto& type =
      *new std::shared_ptr<const StructType>(MakeLayerType("Parallel", {"connection", "layers"}));
  return type;
}

// Parallel(connection, layers...), Parallel(connection; name = layer, ...)
absl::StatusOr<Value> Construct(Context&, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckCallable(arguments[0], "Parallel"));
  FG_ASSIGN_OR_RETURN(Value layers, InnerLayers("Parallel", arguments.positional.subspan(1),
                                                arguments.keywords, {"layers", "connection"}));
  if (LayerElements(layers).empty()) {
    return Error("ArgumentError", "cannot construct a Parallel layer with no sub-layers");
  }
  return Struct::Of(Type(), {arguments[0], layers});
}

// One input goes to all layers; n inputs to n layers one each, or all through the only layer. A
// tuple is its elements.
absl::StatusOr<Value> Forward(Context& context, const Struct& self,
                              absl::Span<const Value> inputs) {
  const std::vector<Value> layers = LayerElements(self.fields[1]);
  std::vector<Value> xs(inputs.begin(), inputs.end());
  if (xs.size() == 1) {
    if (const auto* tuple = inputs[0].As<Tuple>()) xs = tuple->elements;
  }
  if (xs.empty()) return Error("ArgumentError", "Parallel layer cannot take 0 inputs");
  if (xs.size() > 1 && layers.size() > 1 && xs.size() != layers.size()) {
    return Error("ArgumentError", "Parallel with ", layers.size(),
                 " > 1 sub-layers can take one input or ", layers.size(), " inputs, but got ",
                 xs.size(), " inputs");
  }
  std::vector<Value> outputs;
  for (size_t i = 0; i < std::max(xs.size(), layers.size()); ++i) {
    const size_t index = layers.size() == 1 ? 0 : i;
    FG_ASSIGN_OR_RETURN(Value y, context.CallPart("layers", static_cast<int>(index), layers[index],
                                                  {xs.size() == 1 ? xs[0] : xs[i]}));
    outputs.push_back(std::move(y));
  }
  return context.CallPart("connection", -1, self.fields[0], outputs);
}

}  // namespace

Layer ParallelLayer() {
  return {Type(), {"Parallel", "Flux", true, 1, -1, {"..."}, Construct}, Forward, nullptr};
}

}  // namespace fluxgate::nn
