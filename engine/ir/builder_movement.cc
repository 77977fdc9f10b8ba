#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/ir/builder.h"
#include "engine/ir/shape_inference.h"

namespace fluxgate::ir {
namespace {

bool IsWhole(const Shape& shape, const SliceAttr& slice) {
  for (int d = 0; d < shape.rank(); ++d) {
    if (slice.count[d] != shape.dim(d) || (slice.step[d] != 1 && shape.dim(d) > 1)) return false;
  }
  return true;
}

// Whether a permutation leaves the elements where they are: dims of 1 move freely.
bool KeepsOrder(const Shape& shape, absl::Span<const int> dims) {
  int last = -1;
  for (int d : dims) {
    if (shape.dim(d) == 1) continue;
    if (d < last) return false;
    last = d;
  }
  return true;
}

}  // namespace

NodeId Builder::Reshape(NodeId x, Shape shape) {
  if (x == kNoNode) return kNoNode;
  absl::Status valid = CheckReshape(this->shape(x), shape);
  if (!valid.ok()) return Fail(std::move(valid));
  if (node(x).op == OpKind::kReshape ||
      (node(x).op == OpKind::kBroadcast &&
       this->shape(node(x).operands[0]).num_elements() == shape.num_elements())) {
    x = node(x).operands[0];
  }
  if (this->shape(x) == shape) return x;
  // A number's reshape and broadcast are one thing; broadcasts are what other rules look through.
  const OpKind op = this->shape(x).rank() == 0 ? OpKind::kBroadcast : OpKind::kReshape;
  return Append(Node{op, dtype(x), std::move(shape), {x}, {}});
}

NodeId Builder::Spread(NodeId x, const Shape& shape) {
  if (this->shape(x) == shape) return x;
  if (node(x).op == OpKind::kBroadcast) x = node(x).operands[0];
  return Append(Node{OpKind::kBroadcast, dtype(x), shape, {x}, {}});
}

NodeId Builder::BroadcastTo(NodeId x, Shape shape) {
  if (x == kNoNode) return kNoNode;
  absl::Status valid = CheckBroadcastTo(this->shape(x), shape);
  if (!valid.ok()) return Fail(std::move(valid));
  return Spread(x, shape);
}

NodeId Builder::Permute(NodeId x, absl::Span<const int> dims) {
  if (x == kNoNode) return kNoNode;
  absl::StatusOr<Shape> result = InferPermute(shape(x), dims);
  if (!result.ok()) return Fail(std::move(result).status());
  if (KeepsOrder(shape(x), dims)) return Reshape(x, *std::move(result));
  DimsAttr attr;
  attr.dims.assign(dims.begin(), dims.end());
  if (node(x).op == OpKind::kPermute) {
    const DimsAttr& inner = std::get<DimsAttr>(node(x).attr);
    for (int& d : attr.dims) d = inner.dims[d];
    x = node(x).operands[0];
    if (std::is_sorted(attr.dims.begin(), attr.dims.end())) return x;
  }
  return Append(Node{OpKind::kPermute, dtype(x), *std::move(result), {x}, std::move(attr)});
}

NodeId Builder::Transpose(NodeId x) {
  if (x == kNoNode) return kNoNode;
  switch (shape(x).rank()) {
    case 0:
      return x;
    case 1:
      return Reshape(x, Shape({1, shape(x).dim(0)}));
    case 2:
      return Permute(x, {1, 0});
    default:
      return Fail(absl::InvalidArgumentError(
          absl::StrCat("MethodError: no method matching transpose(::Array{", DTypeName(dtype(x)),
                       ", ", shape(x).rank(), "})")));
  }
}

NodeId Builder::Slice(NodeId x, SliceAttr slice) {
  if (x == kNoNode) return kNoNode;
  absl::Status valid = CheckSlice(shape(x), slice);
  if (!valid.ok()) return Fail(std::move(valid));
  if (IsWhole(shape(x), slice)) return x;
  Shape result(slice.count);
  return Append(Node{OpKind::kSlice, dtype(x), std::move(result), {x}, std::move(slice)});
}

NodeId Builder::PadSlice(NodeId x, Shape shape, SliceAttr slice) {
  if (x == kNoNode) return kNoNode;
  absl::Status valid = CheckSlice(shape, slice);
  if (!valid.ok()) return Fail(std::move(valid));
  if (this->shape(x).dims() != absl::MakeConstSpan(slice.count)) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("DimensionMismatch: tried to assign an array of size ",
                     this->shape(x).ToString(), " to ", Shape(slice.count).ToString())));
  }
  if (IsWhole(shape, slice)) return x;
  return Append(Node{OpKind::kPadSlice, dtype(x), std::move(shape), {x}, std::move(slice)});
}

NodeId Builder::UpdateSlice(NodeId x, NodeId values, SliceAttr slice) {
  if (x == kNoNode || values == kNoNode) return kNoNode;
  absl::Status valid = CheckSlice(shape(x), slice);
  if (!valid.ok()) return Fail(std::move(valid));
  // As A[1, :] = v does, a vector of the right length fills any slice.
  Shape part(slice.count);
  values = Cast(values, dtype(x));
  values = shape(values).num_elements() == part.num_elements() ? Reshape(values, part)
                                                               : BroadcastTo(values, part);
  if (values == kNoNode) return kNoNode;
  if (IsWhole(shape(x), slice)) return values;
  Shape result = shape(x);
  return Append(
      Node{OpKind::kUpdateSlice, dtype(x), std::move(result), {x, values}, std::move(slice)});
}

NodeId Builder::Concat(absl::Span<const NodeId> xs, int dim) {
  if (xs.empty() || dim < 0 || dim >= Shape::kMaxRank) {
    return Fail(absl::InvalidArgumentError("ArgumentError: nothing to concatenate"));
  }
  int rank = dim + 1;
  DType promoted = DType::kBool;
  for (NodeId x : xs) {
    if (x == kNoNode) return kNoNode;
    rank = std::max(rank, shape(x).rank());
    promoted = Promote(promoted, dtype(x));
  }
  absl::InlinedVector<NodeId, 3> parts;
  std::vector<Shape> shapes;
  for (NodeId x : xs) {
    Dims dims(shape(x).dims().begin(), shape(x).dims().end());
    dims.resize(static_cast<size_t>(rank), 1);
    const NodeId part = Reshape(Cast(x, promoted), Shape(std::move(dims)));
    if (part == kNoNode) return kNoNode;
    parts.push_back(part);
    shapes.push_back(shape(part));
  }
  if (parts.size() == 1) return parts[0];
  return AppendShaped(OpKind::kConcat, promoted, InferConcat(shapes, dim), std::move(parts),
                      DimAttr{dim});
}

NodeId Builder::Gather(NodeId x, NodeId indices, int dim) {
  if (x == kNoNode || indices == kNoNode) return kNoNode;
  if (!IsInteger(dtype(indices)) || shape(indices).rank() != 1) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("ArgumentError: invalid index of type ", DTypeName(dtype(indices)))));
  }
  indices = Cast(indices, DType::kInt64);
  if (indices == kNoNode) return kNoNode;
  return AppendShaped(OpKind::kGather, dtype(x), WithDim(shape(x), dim, shape(indices).dim(0)),
                      {x, indices}, DimAttr{dim});
}

NodeId Builder::ScatterAdd(NodeId values, NodeId indices, Shape shape, int dim) {
  if (values == kNoNode || indices == kNoNode) return kNoNode;
  if (!IsInteger(dtype(indices)) || this->shape(indices).rank() != 1) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("ArgumentError: invalid index of type ", DTypeName(dtype(indices)))));
  }
  if (dtype(values) == DType::kBool) values = Cast(values, DType::kInt64);
  indices = Cast(indices, DType::kInt64);
  if (values == kNoNode || indices == kNoNode) return kNoNode;
  const absl::StatusOr<Shape> part = WithDim(shape, dim, this->shape(indices).dim(0));
  if (!part.ok()) return Fail(part.status());
  if (*part != this->shape(values)) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("DimensionMismatch: tried to assign an array of size ",
                     this->shape(values).ToString(), " to ", part->ToString())));
  }
  return Append(
      Node{OpKind::kScatterAdd, dtype(values), std::move(shape), {values, indices}, DimAttr{dim}});
}

}  // namespace fluxgate::ir
