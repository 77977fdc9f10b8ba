#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/activations.h"
#include "engine/nn/errors.h"
#include "engine/nn/initialisers.h"
#include "engine/nn/layer_util.h"
#include "engine/value/containers.h"

// Dense (Flux's src/layers/basic.jl): y = σ.(W * x .+ b), W out × in, x in × anything.

namespace fluxgate::nn {
namespace {

using ir::Expr;

enum Field { kWeight, kBias, kActivation };

const std::shared_ptr<const StructType>& Type() {
  static const auto& type =
      *new std::shared_ptr<const StructType>(MakeLayerType("Dense", {"weight", "bias", "σ"}));
  return type;
}

std::string Show(const Struct& self, absl::FunctionRef<std::string(const Value&)> repr) {
  const absl::optional<Shape> shape = ShapeOf(self.fields[kWeight]);
  const Shape size = shape.value_or(Shape());
  return absl::StrCat("Dense(", size.dim(1), " => ", size.dim(0),
                      ShowActivationAndBias(self.fields[kActivation], self.fields[kBias], repr),
                      ")");
}

std::string ShortName(const Struct& self) {
  return Show(self, [](const Value& value) {
    const Function* row = FunctionOf(value);
    return row == nullptr ? std::string("…") : std::string(row->name);
  });
}

absl::StatusOr<Value> FromWeights(Context& context, const Value& weights, const Value& bias,
                                  const Value& activation) {
  const auto* array = weights.As<Array>();
  if (array == nullptr || array->shape().rank() != 2) {
    return Error("MethodError", "no method matching Dense of ", Summary(weights),
                 ": it takes in => out, or a matrix of weights");
  }
  FG_RETURN_IF_ERROR(CheckCallable(activation, "Dense"));
  FG_ASSIGN_OR_RETURN(Value b, CreateBias(context, bias, *array, Shape({array->shape().dim(0)})));
  return Struct::Of(Type(), {weights, b, activation});
}

// Dense(in => out, σ = identity; bias = true, init = glorot_uniform), Dense(W, bias = true,
// σ = identity), and the older Dense(in, out, σ; …).
absl::StatusOr<Value> Construct(Context& context, const Arguments& arguments) {
  const Value* bias = arguments.Keyword("bias");
  const Value* init = arguments.Keyword("init");
  const Value yes = Value::Bool(true);
  if (arguments[0].is(Kind::kArray)) {
    if (init != nullptr || (bias != nullptr && arguments.size() > 1)) {
      return Error("MethodError", "Dense(W, bias, σ) takes no keyword ",
                   init != nullptr ? "init" : "bias", " beside its arguments");
    }
    return FromWeights(context, arguments[0],
                       arguments.size() > 1 ? arguments[1]
                       : bias != nullptr    ? *bias
                                            : yes,
                       arguments.size() > 2 ? arguments[2] : IdentityFunction());
  }
  Value in, out;
  size_t next = 1;
  if (const auto* pair = arguments[0].As<Pair>()) {
    in = pair->first;
    out = pair->second;
  } else {
    in = arguments[0];
    if (arguments.size() < 2) {
      return Error("MethodError", "no method matching Dense of ", Summary(in),
                   ": it takes in => out, or a matrix of weights");
    }
    out = arguments[1];
    next = 2;
  }
  if (arguments.size() > next + 1) {
    return Error("MethodError", "Dense(in => out, σ) takes at most ", next + 1,
                 " arguments, but got ", arguments.size());
  }
  FG_ASSIGN_OR_RETURN(int64_t rows, IntegerArgument(context, out, "Dense's out"));
  FG_ASSIGN_OR_RETURN(int64_t columns, IntegerArgument(context, in, "Dense's in"));
  FG_ASSIGN_OR_RETURN(Shape shape, Shape::Create({rows, columns}));
  FG_ASSIGN_OR_RETURN(Value weights, InitialWeights(context, init, shape));
  return FromWeights(context, weights, bias == nullptr ? yes : *bias,
                     arguments.size() > next ? arguments[next] : IdentityFunction());
}

absl::StatusOr<Value> Forward(Context& context, const Struct& self,
                              absl::Span<const Value> inputs) {
  FG_RETURN_IF_ERROR(CheckOneInput("Dense", inputs));
  const absl::optional<Shape> weight_shape = ShapeOf(self.fields[kWeight]);
  const absl::optional<Shape> input_shape = ShapeOf(inputs[0]);
  const int64_t in = weight_shape.value_or(Shape()).dim(1);
  if (!input_shape.has_value() || input_shape->rank() == 0 || input_shape->dim(0) != in) {
    return SizeCheck(ShortName(self), inputs[0], 1, in);
  }
  const bool has_bias = !self.fields[kBias].is_number();
  const EmitFunction activation = LayerActivation(self.fields[kActivation]);
  const Shape& x_shape = *input_shape;

  absl::InlinedVector<Value, 3> operands = {self.fields[kWeight], inputs[0]};
  if (has_bias) operands.push_back(self.fields[kBias]);
  FG_ASSIGN_OR_RETURN(Value y, context.ops().Apply(operands, [&](absl::Span<const Expr> xs) {
    const Expr w = xs[0];
    Expr x = xs[1];
    if (w.ok() && IsFloat(w.dtype())) x = Cast(x, w.dtype());
    if (x_shape.rank() > 2) {
      const int64_t columns = in == 0 ? 0 : x_shape.num_elements() / in;
      x = Reshape(x, Shape({in, columns}));
    }
    Expr z = MatMul(w, x);
    if (has_bias) z = z + xs[2];
    if (activation != nullptr) z = activation({z});
    if (x_shape.rank() > 2 && w.ok()) {
      Dims dims(x_shape.dims().begin(), x_shape.dims().end());
      dims[0] = w.shape().dim(0);
      z = Reshape(z, Shape(dims));
    }
    return z;
  }));
  if (activation != nullptr) return y;
  return BroadcastActivation(context, self.fields[kActivation], y);
}

}  // namespace

Layer DenseLayer() {
  return {Type(), {"Dense", "Flux", true, 1, 3, {"bias", "init"}, Construct}, Forward, Show};
}

}  // namespace fluxgate::nn
