#include <algorithm>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/ir/builder.h"
#include "engine/ir/shape_inference.h"

namespace fluxgate::ir {
namespace {

// sum, prod and cumsum of small integers count in Int64, as in Julia.
DType CountedDType(DType dtype) { return IsFloat(dtype) ? dtype : DType::kInt64; }

}  // namespace

NodeId Builder::Reduce(OpKind op, NodeId x, absl::Span<const int> dims) {
  if (x == kNoNode) return kNoNode;
  const bool adds = op == OpKind::kSum || op == OpKind::kProd;
  const bool of_bool = dtype(x) == DType::kBool;
  if (adds) {
    x = Cast(x, CountedDType(dtype(x)));
  } else if (of_bool) {
    x = Cast(x, DType::kInt32);
  }
  if (x == kNoNode) return kNoNode;
  // A reduction of one element is that element, so dims of 1 (and those past the rank) are left
  // out.
  DimsAttr attr;
  const Shape& whole = shape(x);
  for (int d = 0; d < whole.rank(); ++d) {
    const bool wanted = dims.empty() || std::find(dims.begin(), dims.end(), d) != dims.end();
    if (wanted && whole.dim(d) != 1) attr.dims.push_back(d);
    if (wanted && whole.dim(d) == 0 && !adds) {
      return Fail(absl::InvalidArgumentError(
          "ArgumentError: reducing over an empty collection is not allowed"));
    }
  }
  for (int d : dims) {
    if (d < 0) {
      return Fail(absl::InvalidArgumentError(
          absl::StrCat("ArgumentError: dimension must be ≥ 1, got ", d + 1)));
    }
  }
  NodeId result = x;
  if (!attr.dims.empty()) {
    absl::StatusOr<Shape> reduced = InferReduce(whole, attr.dims);
    result = AppendShaped(op, dtype(x), std::move(reduced), {x}, std::move(attr));
  }
  if (dims.empty()) result = Reshape(result, Shape());
  return of_bool && !adds ? Cast(result, DType::kBool) : result;
}

NodeId Builder::Mean(NodeId x, absl::Span<const int> dims) {
  if (x == kNoNode) return kNoNode;
  const NodeId sum = Sum(x, dims);
  if (sum == kNoNode) return kNoNode;
  const int64_t count =
      shape(sum).num_elements() == 0 ? 0 : shape(x).num_elements() / shape(sum).num_elements();
  // Divided, not multiplied by 1/count: the last digits depend on it.
  return Binary(OpKind::kDiv, sum, Scalar(ToFloat(dtype(sum)), static_cast<double>(count)));
}

NodeId Builder::ArgReduce(OpKind op, NodeId x, int dim) {
  if (x == kNoNode) return kNoNode;
  if (dim < 0 || shape(x).dim(dim) == 0) {
    return Fail(absl::InvalidArgumentError(
        "ArgumentError: reducing over an empty collection is not allowed"));
  }
  if (shape(x).dim(dim) == 1) return Full(DType::kInt64, shape(x), 0);
  if (dtype(x) == DType::kBool) x = Cast(x, DType::kInt32);
  if (x == kNoNode) return kNoNode;
  return AppendShaped(op, DType::kInt64, InferReduce(shape(x), {dim}), {x}, DimAttr{dim});
}

NodeId Builder::CumSum(NodeId x, int dim) {
  if (x == kNoNode) return kNoNode;
  x = Cast(x, CountedDType(dtype(x)));
  if (x == kNoNode) return kNoNode;
  if (dim < 0) {
    return Fail(absl::InvalidArgumentError("ArgumentError: dimension must be ≥ 1"));
  }
  if (shape(x).dim(dim) == 1) return x;
  Shape result = shape(x);
  return Append(Node{OpKind::kCumSum, dtype(x), std::move(result), {x}, DimAttr{dim}});
}

NodeId Builder::SumTo(NodeId x, Shape shape) {
  if (x == kNoNode) return kNoNode;
  absl::Status valid = CheckBroadcastTo(shape, this->shape(x));
  if (!valid.ok()) return Fail(std::move(valid));
  absl::InlinedVector<int, 4> dims;
  for (int d = 0; d < this->shape(x).rank(); ++d) {
    if (shape.dim(d) != this->shape(x).dim(d)) dims.push_back(d);
  }
  if (!dims.empty()) x = Sum(x, dims);
  return Reshape(x, std::move(shape));
}

}  // namespace fluxgate::ir
