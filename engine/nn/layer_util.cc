#include "engine/nn/layer_util.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/activations.h"
#include "engine/nn/errors.h"

namespace fluxgate::nn {

std::shared_ptr<const StructType> MakeLayerType(absl::string_view name,
                                                std::vector<absl::string_view> fields) {
  auto type = std::make_shared<StructType>();
  type->name = std::string(name);
  type->builtin = true;
  for (absl::string_view field : fields) type->fields.push_back({std::string(field), Value()});
  return type;
}

absl::StatusOr<Value> CreateBias(Context& context, const Value& bias, const Array& weights,
                                 const Shape& shape) {
  if (bias.is_bool()) {
    if (!bias.scalar().AsBool()) return bias;
    FG_ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(weights.dtype(), shape));
    return Array::Of(std::move(zeros));
  }
  const auto* array = bias.As<Array>();
  if (array == nullptr) {
    return Error("MethodError", "a bias is true, false or an array, not ", Summary(bias));
  }
  if (array->shape() != shape) {
    return Error("DimensionMismatch", "expected bias of size ", SizeText(shape), ", got size ",
                 SizeText(array->shape()));
  }
  if (array->dtype() == weights.dtype()) return bias;
  return context.ops().Apply(
      {bias}, [&](absl::Span<const ir::Expr> x) { return Cast(x[0], weights.dtype()); });
}

absl::Status CheckCallable(const Value& value, absl::string_view layer) {
  switch (value.kind()) {
    case Kind::kFunction:
    case Kind::kStruct:
    case Kind::kType:
    case Kind::kOpaque:
      return absl::OkStatus();
    default:
      return Error("MethodError", layer, " needs a function or a layer, not ", Summary(value));
  }
}

absl::Status SizeCheck(absl::string_view layer, const Value& x, int dim, int64_t size) {
  const absl::optional<Shape> shape = ShapeOf(x);
  if (!shape.has_value() || shape->rank() == 0) {
    return Error("MethodError", "layer ", layer, " expects an array, but got ", Summary(x));
  }
  if (dim > shape->rank()) {
    return Error("DimensionMismatch", "layer ", layer, " expects ndims(input) >= ", dim,
                 ", but got ", Summary(x));
  }
  if (shape->dim(dim - 1) != size) {
    return Error("DimensionMismatch", "layer ", layer, " expects size(input, ", dim, ") == ", size,
                 ", but got ", Summary(x));
  }
  return absl::OkStatus();
}

absl::Status CheckOneInput(absl::string_view layer, absl::Span<const Value> inputs) {
  if (inputs.size() == 1) return absl::OkStatus();
  return Error("MethodError", "layer ", layer, " takes one input, but got ", inputs.size());
}

std::string ShowActivationAndBias(const Value& activation, const Value& bias,
                                  absl::FunctionRef<std::string(const Value&)> repr) {
  return absl::StrCat(IsIdentity(activation) ? "" : absl::StrCat(", ", repr(activation)),
                      bias.is_bool() && !bias.scalar().AsBool() ? "; bias=false" : "");
}

}  // namespace fluxgate::nn
