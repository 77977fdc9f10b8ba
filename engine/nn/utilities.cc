#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/base/status_macros.h"
#include "engine/nn/errors.h"
#include "engine/nn/layer_util.h"

namespace fluxgate::nn {
namespace {

using ir::Expr;

// flatten(x): size (:, size(x)[end]) (MLUtils' src/utils.jl)
absl::StatusOr<Value> CallFlatten(Context& context, const Arguments& arguments) {
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  if (!shape.has_value() || shape->rank() == 0) {
    return Error("MethodError", "flatten expects an array, but got ", Summary(arguments[0]));
  }
  const int64_t last = shape->dim(shape->rank() - 1);
  int64_t rest = 1;
  for (int d = 0; d < shape->rank() - 1; ++d) rest *= shape->dim(d);
  return context.ops().Apply({arguments[0]}, [&](absl::Span<const Expr> x) {
    return Reshape(x[0], Shape({rest, last}));
  });
}

// normalise(x; dims = ndims(x), eps = 1f-5) = (x - mean) / √(var + eps), the uncorrected variance
// (Flux's src/layers/stateless.jl)
absl::StatusOr<Value> CallNormalise(Context& context, const Arguments& arguments) {
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  if (!shape.has_value() || shape->rank() == 0) {
    return Error("MethodError", "normalise expects an array, but got ", Summary(arguments[0]));
  }
  ReductionDims dims{false, {shape->rank() - 1}};
  if (const Value* given = arguments.Keyword("dims"); given != nullptr) {
    FG_ASSIGN_OR_RETURN(dims, DimsArgument(context, *given, shape->rank(), "dims"));
  }
  double eps = static_cast<double>(1e-5f);
  if (const Value* given = arguments.Keyword("eps"); given != nullptr) {
    FG_ASSIGN_OR_RETURN(eps, RealArgument(context, *given, "eps"));
  }
  int64_t count = dims.all ? shape->num_elements() : 1;
  for (int d : dims.dims) count *= shape->dim(d);
  return context.ops().Apply({arguments[0]}, [&](absl::Span<const Expr> xs) {
    const Expr x = Cast(xs[0], ToFloat(xs[0].dtype()));
    const auto mean = [&](Expr v) {
      const Expr sum = dims.all ? Sum(v) : dims.dims.empty() ? v : Sum(v, dims.dims);
      return sum / static_cast<double>(count);
    };
    const Expr centred = x - mean(x);
    return centred / Sqrt(mean(Square(centred)) + eps);
  });
}

// Sets `active` in every layer of the model that has it (Flux's src/functor.jl).
absl::StatusOr<Value> SetMode(const Value& model, const Value& mode) {
  Value active = mode;
  if (mode.is(Kind::kSymbol)) {
    if (mode.text() != "auto") {
      return Error("ArgumentError", "testmode! accepts only the symbol :auto, got :", mode.text());
    }
    active = Value();
  } else if (!mode.is_bool() && !mode.is_nothing()) {
    return Error("MethodError", "a mode is true, false, nothing or :auto, not ", Summary(mode));
  }
  std::vector<Value> pending = {model};
  absl::flat_hash_set<const Object*> seen;
  while (!pending.empty()) {
    const Value value = std::move(pending.back());
    pending.pop_back();
    if (value.object() == nullptr || !seen.insert(value.object().get()).second) continue;
    auto* layer = value.As<Struct>();
    if (layer != nullptr && layer->type->is_mutable) {
      const int field = layer->type->FieldIndex("active");
      if (field >= 0) layer->fields[field] = active;
    }
    for (Child& child : value.object()->Children()) pending.push_back(std::move(child.value));
  }
  return model;
}

// trainmode!(model, mode = true): mode nothing or :auto lets each layer decide again.
absl::StatusOr<Value> CallTrainMode(Context&, const Arguments& arguments) {
  return SetMode(arguments[0], arguments.size() > 1 ? arguments[1] : Value::Bool(true));
}

// testmode!(model, mode = true): the opposite.
absl::StatusOr<Value> CallTestMode(Context&, const Arguments& arguments) {
  Value mode = arguments.size() > 1 ? arguments[1] : Value::Bool(true);
  if (mode.is_bool()) mode = Value::Bool(!mode.scalar().AsBool());
  return SetMode(arguments[0], mode);
}

}  // namespace

std::vector<Function> UtilityRows() {
  return {
      {"flatten", "Flux", false, 1, 1, {}, CallFlatten},
      {"normalise", "Flux", false, 1, 1, {"dims", "eps"}, CallNormalise},
      {"trainmode!", "Flux", true, 1, 2, {}, CallTrainMode},
      {"testmode!", "Flux", true, 1, 2, {}, CallTestMode},
  };
}

}  // namespace fluxgate::nn
