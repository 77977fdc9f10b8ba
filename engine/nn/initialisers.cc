#include "engine/nn/initialisers.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::nn {
namespace {

using ir::Expr;
using Distribution = ir::RandomAttr::Distribution;

// nfan: (fan_in, fan_out) of a weight of these dims. A matrix is out × in; a convolution's kernel
// is k… × in × out.
struct Fan {
  int64_t in = 1, out = 1;
};
Fan FanOf(const Shape& shape) {
  const int rank = shape.rank();
  if (rank == 0) return {1, 1};
  if (rank == 1) return {1, shape.dim(0)};
  if (rank == 2) return {shape.dim(1), shape.dim(0)};
  int64_t kernel = 1;
  for (int d = 0; d < rank - 2; ++d) kernel *= shape.dim(d);
  return {kernel * shape.dim(rank - 2), kernel * shape.dim(rank - 1)};
}

absl::StatusOr<double> KeywordNumber(Context& context, const Arguments& arguments,
                                     absl::string_view name, double otherwise) {
  const Value* given = arguments.Keyword(name);
  return given == nullptr ? otherwise : RealArgument(context, *given, name);
}

// (rand .- 0.5f0) .* width
absl::StatusOr<Value> CentredUniform(Context& context, const Shape& shape, float width) {
  FG_ASSIGN_OR_RETURN(Value draw, context.Random(DType::kFloat32, shape, Distribution::kUniform));
  return context.ops().Apply(
      {draw}, [&](absl::Span<const Expr> x) { return (x[0] - 0.5) * static_cast<double>(width); });
}

absl::StatusOr<Value> ScaledNormal(Context& context, const Shape& shape, float deviation) {
  FG_ASSIGN_OR_RETURN(Value draw, context.Random(DType::kFloat32, shape, Distribution::kNormal));
  return context.ops().Apply(
      {draw}, [&](absl::Span<const Expr> x) { return x[0] * static_cast<double>(deviation); });
}

absl::StatusOr<Value> Filled(const Shape& shape, float value) {
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Create(DType::kFloat32, shape));
  for (float& x : tensor.mutable_data<float>()) x = value;
  return Array::Of(std::move(tensor));
}

using Maker = absl::StatusOr<Value> (*)(Context&, const Shape&, const Arguments&);

// U(-x, x), x = gain √(6 / (fan_in + fan_out))
absl::StatusOr<Value> MakeGlorotUniform(Context& context, const Shape& shape,
                                        const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(double gain, KeywordNumber(context, arguments, "gain", 1));
  const Fan fan = FanOf(shape);
  const float scale =
      static_cast<float>(gain) * std::sqrt(24.0f / static_cast<float>(fan.in + fan.out));
  return CentredUniform(context, shape, scale);
}

// N(0, gain √(2 / (fan_in + fan_out)))
absl::StatusOr<Value> MakeGlorotNormal(Context& context, const Shape& shape,
                                       const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(double gain, KeywordNumber(context, arguments, "gain", 1));
  const Fan fan = FanOf(shape);
  const float deviation =
      static_cast<float>(gain) * std::sqrt(2.0f / static_cast<float>(fan.in + fan.out));
  return ScaledNormal(context, shape, deviation);
}

// U(-x, x), x = gain √(3 / fan_in)
absl::StatusOr<Value> MakeKaimingUniform(Context& context, const Shape& shape,
                                         const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(double gain, KeywordNumber(context, arguments, "gain", std::sqrt(2.0)));
  const double fan_in = static_cast<double>(FanOf(shape).in);
  const float bound = static_cast<float>(std::sqrt(3.0) * gain / std::sqrt(fan_in));
  return CentredUniform(context, shape, 2 * bound);
}

// N(0, gain / √fan_in)
absl::StatusOr<Value> MakeKaimingNormal(Context& context, const Shape& shape,
                                        const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(double gain, KeywordNumber(context, arguments, "gain", std::sqrt(2.0f)));
  const double fan_in = static_cast<double>(FanOf(shape).in);
  return ScaledNormal(context, shape, static_cast<float>(gain / std::sqrt(fan_in)));
}

// The index along a dim of size n that circshift by `shift` moves i to.
int64_t Shifted(int64_t i, int64_t shift, int64_t n) { return ((i + shift) % n + n) % n; }

// An identity matrix times gain; zeros for a vector; the centre tap of a convolution; all moved
// round by `shift` (one integer, for the first dim, or one per dim).
absl::StatusOr<Value> MakeIdentity(Context& context, const Shape& shape,
                                   const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(double gain, KeywordNumber(context, arguments, "gain", 1));
  std::vector<int64_t> shifts;
  if (const Value* given = arguments.Keyword("shift"); given != nullptr) {
    std::vector<Value> values = {*given};
    if (const auto* tuple = given->As<Tuple>()) {
      values.assign(tuple->elements.begin(), tuple->elements.end());
    }
    for (const Value& value : values) {
      FG_ASSIGN_OR_RETURN(int64_t shift, IntegerArgument(context, value, "shift"));
      shifts.push_back(shift);
    }
  }
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Zeros(DType::kFloat32, shape));
  const int rank = shape.rank();
  if (rank >= 2) {
    shifts.resize(rank, 0);
    absl::Span<float> data = tensor.mutable_data<float>();
    const int64_t diagonal = std::min(shape.dim(rank - 2), shape.dim(rank - 1));
    for (int64_t i = 0; tensor.num_elements() > 0 && i < diagonal; ++i) {
      int64_t flat = 0, stride = 1;
      for (int d = 0; d < rank; ++d) {
        const int64_t at = d < rank - 2 ? (shape.dim(d) + 1) / 2 - 1 : i;
        flat += stride * Shifted(at, shifts[d], shape.dim(d));
        stride *= shape.dim(d);
      }
      data[flat] = static_cast<float>(gain);
    }
  }
  return Array::Of(std::move(tensor));
}

absl::StatusOr<Value> MakeZeros(Context&, const Shape& shape, const Arguments&) {
  return Filled(shape, 0);
}
absl::StatusOr<Value> MakeOnes(Context&, const Shape& shape, const Arguments&) {
  return Filled(shape, 1);
}
absl::StatusOr<Value> MakeRand(Context& context, const Shape& shape, const Arguments&) {
  return context.Random(DType::kFloat32, shape, Distribution::kUniform);
}
absl::StatusOr<Value> MakeRandn(Context& context, const Shape& shape, const Arguments&) {
  return context.Random(DType::kFloat32, shape, Distribution::kNormal);
}

template <Maker maker>
absl::StatusOr<Value> Call(Context& context, const Arguments& arguments);

// The row that `maker` serves, for init(; keywords...), which gives the function back with them.
template <Maker maker>
const Function* RowOf() {
  for (const Function& row : Functions()) {
    if (row.call == &Call<maker>) return &row;
  }
  return nullptr;
}

template <Maker maker>
absl::StatusOr<Value> Call(Context& context, const Arguments& arguments) {
  if (arguments.size() == 0) {
    return Value(std::make_shared<FunctionValue>(
        *RowOf<maker>(),
        FunctionValue::Keywords(arguments.keywords.begin(), arguments.keywords.end())));
  }
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeArgument(context, arguments.positional, "a size"));
  return maker(context, shape, arguments);
}

template <Maker maker>
Function Row(absl::string_view name, std::vector<absl::string_view> keywords,
             bool exported = false) {
  return {name, "Flux", exported, 0, -1, std::move(keywords), Call<maker>};
}

// nfan(dims...): (fan_in, fan_out)
absl::StatusOr<Value> CallFan(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeArgument(context, arguments.positional, "a size"));
  const Fan fan = FanOf(shape);
  return Tuple::Of({Value::Int(fan.in), Value::Int(fan.out)});
}

}  // namespace

std::vector<Function> InitialiserRows() {
  return {
      Row<MakeGlorotUniform>("glorot_uniform", {"gain"}),
      Row<MakeGlorotNormal>("glorot_normal", {"gain"}),
      Row<MakeKaimingUniform>("kaiming_uniform", {"gain"}),
      Row<MakeKaimingNormal>("kaiming_normal", {"gain"}),
      Row<MakeIdentity>("identity_init", {"gain", "shift"}),
      {"nfan", "Flux", false, 0, -1, {}, CallFan},
      Row<MakeZeros>("zeros32", {}, true),
      Row<MakeOnes>("ones32", {}, true),
      Row<MakeRand>("rand32", {}, true),
      Row<MakeRandn>("randn32", {}, true),
  };
}

absl::StatusOr<Value> GlorotUniform(Context& context, const Shape& shape) {
  return MakeGlorotUniform(context, shape, {});
}

absl::StatusOr<Value> InitialWeights(Context& context, const Value* init, const Shape& shape) {
  if (init == nullptr) return GlorotUniform(context, shape);
  std::vector<Value> dims;
  for (int64_t dim : shape.dims()) dims.push_back(Value::Int(dim));
  FG_ASSIGN_OR_RETURN(Value weights, context.Call(*init, dims));
  const absl::optional<Shape> made = ShapeOf(weights);
  if (weights.As<Array>() == nullptr || *made != shape) {
    return Error("DimensionMismatch", "init(", absl::string_view(SizeText(shape)).substr(1),
                 " gave ", Summary(weights));
  }
  return weights;
}

}  // namespace fluxgate::nn
