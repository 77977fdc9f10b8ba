#include <string>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/containers.h"
#include "engine/nn/errors.h"
#include "engine/nn/layer_util.h"
#include "engine/value/containers.h"

// Chain (Flux's src/layers/basic.jl): y = layers[n](… layers[1](x)).

namespace fluxgate::nn {
namespace {

const std::shared_ptr<const StructType>& Type() {
  static const auto& type =
      *new std::shared_ptr<const StructType>(MakeLayerType("Chain", {"layers"}));
  return type;
}

// Chain(layers...), Chain(name = layer, ...), Chain([vector]), Chain((a = layer, ...)). Elements
// may be anything callable.
absl::StatusOr<Value> Construct(Context&, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(Value layers,
                      InnerLayers("Chain", arguments.positional, arguments.keywords, {"layers"}));
  return Struct::Of(Type(), {layers});
}

absl::StatusOr<Value> Forward(Context& context, const Struct& self,
                              absl::Span<const Value> inputs) {
  if (inputs.empty()) return Error("MethodError", "a Chain cannot be called without an input");
  // Several arguments travel on as a tuple.
  Value x =
      inputs.size() == 1 ? inputs[0] : Tuple::Of(std::vector<Value>(inputs.begin(), inputs.end()));
  int index = 0;
  for (const Value& layer : LayerElements(self.fields[0])) {
    FG_ASSIGN_OR_RETURN(x, context.CallPart("layers", index++, layer, {x}));
  }
  return x;
}

}  // namespace

Layer ChainLayer() {
  return {Type(), {"Chain", "Flux", true, 0, -1, {"..."}, Construct}, Forward, nullptr};
}

}  // namespace fluxgate::nn
