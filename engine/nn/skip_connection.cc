#include "engine/base/status_macros.h"
#include "engine/nn/layer_util.h"

// SkipConnection (Flux's src/layers/basic.jl): y = connection(layers(x), x).

namespace fluxgate::nn {
namespace {

const std::shared_ptr<const StructType>& Type() {
  static const auto& type = *new std::shared_ptr<const StructType>(
      MakeLayerType("SkipConnection", {"layers", "connection"}));
  return type;
}

// SkipConnection(layer, connection)
absl::StatusOr<Value> Construct(Context&, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckCallable(arguments[0], "SkipConnection"));
  FG_RETURN_IF_ERROR(CheckCallable(arguments[1], "SkipConnection"));
  return Struct::Of(Type(), {arguments[0], arguments[1]});
}

absl::StatusOr<Value> Forward(Context& context, const Struct& self,
                              absl::Span<const Value> inputs) {
  FG_RETURN_IF_ERROR(CheckOneInput("SkipConnection", inputs));
  FG_ASSIGN_OR_RETURN(Value y, context.CallPart("layers", -1, self.fields[0], inputs));
  return context.CallPart("connection", -1, self.fields[1], {y, inputs[0]});
}

}  // namespace

Layer SkipConnectionLayer() {
  return {Type(), {"SkipConnection", "Flux", true, 2, 2, {}, Construct}, Forward, nullptr};
}

}  // namespace fluxgate::nn
