#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/nn/activations.h"
#include "engine/nn/errors.h"
#include "engine/nn/initialisers.h"
#include "engine/nn/layer_util.h"

// Scale (Flux's src/layers/basic.jl): y = σ.(scale .* x .+ bias).

namespace fluxgate::nn {
namespace {

using ir::Expr;

enum Field { kScale, kBias, kActivation };

const std::shared_ptr<const StructType>& Type() {
  static const auto& type =
      *new std::shared_ptr<const StructType>(MakeLayerType("Scale", {"scale", "bias", "σ"}));
  return type;
}

std::string Show(const Struct& self, absl::FunctionRef<std::string(const Value&)> repr) {
  const Shape shape = ShapeOf(self.fields[kScale]).value_or(Shape());
  return absl::StrCat("Scale(", absl::StrJoin(shape.dims(), ", "),
                      ShowActivationAndBias(self.fields[kActivation], self.fields[kBias], repr),
                      ")");
}

absl::StatusOr<Value> FromScale(Context& context, const Value& scale, const Value& bias,
                                const Value& activation) {
  const auto* array = scale.As<Array>();
  if (array == nullptr) {
    return Error("MethodError", "Scale takes sizes or an array, not ", Summary(scale));
  }
  FG_RETURN_IF_ERROR(CheckCallable(activation, "Scale"));
  FG_ASSIGN_OR_RETURN(Value b, CreateBias(context, bias, *array, array->shape()));
  return Struct::Of(Type(), {scale, b, activation});
}

// Scale(size..., σ = identity; bias = true, init = ones32), Scale(scale, bias = true, σ = identity)
absl::StatusOr<Value> Construct(Context& context, const Arguments& arguments) {
  const Value* bias = arguments.Keyword("bias");
  const Value* init = arguments.Keyword("init");
  const Value yes = Value::Bool(true);
  if (arguments[0].is(Kind::kArray)) {
    if (arguments.size() > 3 || init != nullptr) {
      return Error("MethodError", "Scale(scale, bias, σ) takes at most 3 arguments and no init");
    }
    return FromScale(context, arguments[0],
                     arguments.size() > 1 ? arguments[1]
                     : bias != nullptr    ? *bias
                                          : yes,
                     arguments.size() > 2 ? arguments[2] : IdentityFunction());
  }
  absl::Span<const Value> sizes = arguments.positional;
  Value activation = IdentityFunction();
  if (sizes.size() > 1 && !sizes.back().is_int()) {
    activation = sizes.back();
    sizes.remove_suffix(1);
  }
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeArgument(context, sizes, "a size of Scale"));
  Value scale;
  if (init != nullptr) {
    FG_ASSIGN_OR_RETURN(scale, InitialWeights(context, init, shape));
  } else {
    FG_ASSIGN_OR_RETURN(Tensor ones, Tensor::Create(DType::kFloat32, shape));
    for (float& x : ones.mutable_data<float>()) x = 1;
    scale = Array::Of(std::move(ones));
  }
  return FromScale(context, scale, bias == nullptr ? yes : *bias, activation);
}

absl::StatusOr<Value> Forward(Context& context, const Struct& self,
                              absl::Span<const Value> inputs) {
  FG_RETURN_IF_ERROR(CheckOneInput("Scale", inputs));
  const EmitFunction activation = LayerActivation(self.fields[kActivation]);
  std::vector<Value> operands = {self.fields[kScale], inputs[0]};
  if (!self.fields[kBias].is_number()) operands.push_back(self.fields[kBias]);
  FG_ASSIGN_OR_RETURN(Value y, context.ops().Apply(operands, [&](absl::Span<const Expr> xs) {
    Expr z = xs[0] * xs[1];
    if (xs.size() > 2) z = z + xs[2];
    return activation == nullptr ? z : activation({z});
  }));
  if (activation != nullptr) return y;
  return BroadcastActivation(context, self.fields[kActivation], y);
}

}  // namespace

Layer ScaleLayer() {
  return {Type(), {"Scale", "Flux", false, 1, -1, {"bias", "init"}, Construct}, Forward, Show};
}

}  // namespace fluxgate::nn
