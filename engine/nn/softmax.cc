#include "engine/nn/softmax.h"

#include <limits>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/errors.h"

namespace fluxgate::nn {
namespace {

using ir::Expr;

Expr MaxOver(Expr x, const ReductionDims& dims) {
  if (dims.all) return ReduceMax(x, {});
  return dims.dims.empty() ? x : ReduceMax(x, dims.dims);
}

// x minus its maximum, with the limits that NNlib takes when that is Inf: 0 where x is Inf, -Inf
// elsewhere. Cutting both at the largest finite number makes Inf - Inf zero, and doubling what
// remains below makes it infinite again.
Expr Shifted(Expr x, const ReductionDims& dims) {
  const double largest = x.dtype() == DType::kFloat32
                             ? static_cast<double>(std::numeric_limits<float>::max())
                             : std::numeric_limits<double>::max();
  const Expr maximum = StopGradient(MaxOver(x, dims));
  const Expr factor =
      Select(Apply(ir::OpKind::kIsInf, maximum), maximum.Number(2), maximum.Number(1));
  return (Min(x, largest) - Min(maximum, largest)) * factor;
}

Expr FloatOf(Expr x) { return Cast(x, ToFloat(x.dtype())); }

using Formula = Expr (*)(Expr, const ReductionDims&);

template <Formula formula>
absl::StatusOr<Value> Call(Context& context, const Arguments& arguments) {
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  if (shape.has_value() && shape->rank() == 0) {
    constexpr absl::string_view kName = formula == &Softmax ? "softmax" : "logsoftmax";
    return Error("ErrorException", "`", kName,
                 "(x)` called with a number, but it expects an array. Usually this is because a "
                 "layer like `Dense(3,4,",
                 kName, ")` is broadcasting it like an activation function; `", kName,
                 "` needs to be outside the layer.");
  }
  ReductionDims dims{false, {0}};
  if (const Value* given = arguments.Keyword("dims"); given != nullptr) {
    const int rank = shape.has_value() ? shape->rank() : 0;
    FG_ASSIGN_OR_RETURN(dims, DimsArgument(context, *given, rank, "dims"));
  }
  return context.ops().Apply({arguments[0]},
                             [&](absl::Span<const Expr> x) { return formula(x[0], dims); });
}

// logsumexp(x; dims = :) = max + log(sum(exp(x - max))), NaN-free for infinite x.
Expr LogSumExp(Expr x, const ReductionDims& dims) {
  if (!x.ok()) return x;
  x = FloatOf(x);
  const Expr maximum = StopGradient(MaxOver(x, dims));
  const Expr finite = Select(Apply(ir::OpKind::kIsFinite, maximum), maximum, maximum.Number(0));
  return finite + Log(SumOver(Exp(x - finite), dims));
}

absl::StatusOr<Value> CallLogSumExp(Context& context, const Arguments& arguments) {
  const absl::optional<Shape> shape = ShapeOf(arguments[0]);
  ReductionDims dims{true, {}};
  if (const Value* given = arguments.Keyword("dims"); given != nullptr && shape.has_value()) {
    FG_ASSIGN_OR_RETURN(dims, DimsArgument(context, *given, shape->rank(), "dims"));
  }
  return context.ops().Apply({arguments[0]},
                             [&](absl::Span<const Expr> x) { return LogSumExp(x[0], dims); });
}

}  // namespace

Expr SumOver(Expr x, const ReductionDims& dims) {
  if (dims.all) return Sum(x);
  return dims.dims.empty() ? x : Sum(x, dims.dims);
}

Expr LogSoftmax(Expr x, const ReductionDims& dims) {
  if (!x.ok()) return x;
  const Expr shifted = Shifted(FloatOf(x), dims);
  return shifted - Log(SumOver(Exp(shifted), dims));
}

Expr Softmax(Expr x, const ReductionDims& dims) {
  if (!x.ok()) return x;
  const Expr e = Exp(Shifted(FloatOf(x), dims));
  return e / SumOver(e, dims);
}

std::vector<Function> SoftmaxRows() {
  return {
      {"softmax", "NNlib", true, 1, 1, {"dims"}, Call<Softmax>},
      {"logsoftmax", "NNlib", true, 1, 1, {"dims"}, Call<LogSoftmax>},
      {"logsumexp", "NNlib", true, 1, 1, {"dims"}, CallLogSumExp},
  };
}

}  // namespace fluxgate::nn
