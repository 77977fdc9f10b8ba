#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/errors.h"
#include "engine/nn/layer_util.h"

// Dropout (Flux's src/layers/normalise.jl, NNlib's src/dropout.jl): in train mode each element is
// kept with probability 1 - p and scaled by 1/(1 - p); otherwise x itself.

namespace fluxgate::nn {
namespace {

using ir::Expr;

enum Field { kP, kDims, kActive };

const std::shared_ptr<const StructType>& Type() {
  static const auto& type = *new std::shared_ptr<const StructType>([] {
    auto made = std::make_shared<StructType>(*MakeLayerType("Dropout", {"p", "dims", "active"}));
    made->is_mutable = true;
    made->trainable.emplace();
    return made;
  }());
  return type;
}

// Without `dims` the field is the symbol :, as the language shows a colon.
bool IsDimensionList(const Value& dims) {
  return dims.is_int() || dims.is(Kind::kTuple) || dims.is(Kind::kRange) || dims.is(Kind::kArray) ||
         dims.is(Kind::kList);
}

std::string Show(const Struct& self, absl::FunctionRef<std::string(const Value&)> repr) {
  return absl::StrCat(
      "Dropout(", repr(self.fields[kP]),
      IsDimensionList(self.fields[kDims]) ? absl::StrCat(", dims=", repr(self.fields[kDims])) : "",
      self.fields[kActive].is_nothing() ? ""
                                        : absl::StrCat(", active=", repr(self.fields[kActive])),
      ")");
}

// Dropout(p; dims = :, active = nothing)
absl::StatusOr<Value> Construct(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(Scalar p, NumberArgument(context, arguments[0], "Dropout's p"));
  if (!(p.AsDouble() >= 0 && p.AsDouble() <= 1)) {
    return Error("ArgumentError", "Dropout expects 0 ≤ p ≤ 1, got p = ", p.AsDouble());
  }
  const Value* dims = arguments.Keyword("dims");
  const Value* active = arguments.Keyword("active");
  if (active != nullptr && !active->is_nothing() && !active->is_bool()) {
    return Error("TypeError", "Dropout's active must be true, false or nothing, not ",
                 Summary(*active));
  }
  return Struct::Of(Type(), {Value(p), dims == nullptr ? Value::Symbol(":") : *dims,
                             active == nullptr ? Value() : *active});
}

absl::StatusOr<Value> Forward(Context& context, const Struct& self,
                              absl::Span<const Value> inputs) {
  FG_RETURN_IF_ERROR(CheckOneInput("Dropout", inputs));
  const Value& active = self.fields[kActive];
  const double p = self.fields[kP].scalar().AsDouble();
  if (!(active.is_bool() ? active.scalar().AsBool() : context.training()) || p == 0) {
    return inputs[0];
  }
  const absl::optional<Shape> shape = ShapeOf(inputs[0]);
  const absl::optional<DType> dtype = DTypeOfValue(inputs[0]);
  if (!shape.has_value()) {
    return Error("MethodError", "layer Dropout expects an array, but got ", Summary(inputs[0]));
  }
  // One draw for all elements that share their place along `dims`.
  FG_ASSIGN_OR_RETURN(ReductionDims dims,
                      DimsArgument(context, self.fields[kDims], shape->rank(), "dims"));
  Dims mask_dims(shape->dims().begin(), shape->dims().end());
  for (int d = 0; !dims.all && d < shape->rank(); ++d) {
    if (std::find(dims.dims.begin(), dims.dims.end(), d) == dims.dims.end()) mask_dims[d] = 1;
  }
  FG_ASSIGN_OR_RETURN(Value draw, context.Random(ToFloat(*dtype), Shape(mask_dims),
                                                 ir::RandomAttr::Distribution::kUniform));
  return context.ops().Apply({inputs[0], draw}, [&](absl::Span<const Expr> xs) {
    const Expr scale = p == 1 ? xs[1].Number(0) : xs[1].Number(1 / (1 - p));
    return xs[0] * Select(xs[1] > p, scale, xs[1].Number(0));
  });
}

}  // namespace

Layer DropoutLayer() {
  return {Type(), {"Dropout", "Flux", true, 1, 1, {"dims", "active"}, Construct}, Forward, Show};
}

}  // namespace fluxgate::nn
