#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/ir/builder.h"
#include "engine/ir/shape_inference.h"

namespace fluxgate::ir {
namespace {

// Swaps the first two dims and leaves a batch where it is.
bool IsMatrixTranspose(const Node& node) {
  if (node.op != OpKind::kPermute) return false;
  const auto& dims = std::get<DimsAttr>(node.attr).dims;
  return dims.size() >= 2 && dims.size() <= 3 && dims[0] == 1 && dims[1] == 0;
}

Shape WithBatch(const Shape& shape) { return Shape({shape.dim(0), shape.dim(1), 1}); }

}  // namespace

NodeId Builder::MatMul(NodeId a, NodeId b, bool transpose_a, bool transpose_b) {
  if (a == kNoNode || b == kNoNode) return kNoNode;
  const int rank_a = shape(a).rank(), rank_b = shape(b).rank();
  if (rank_a == 0 || rank_b == 0) return Binary(OpKind::kMul, a, b);
  const bool column = rank_b == 1 && !transpose_b;
  const bool row = rank_a == 1 && transpose_a;
  if (column && ((rank_a == 1 && !row) || rank_a > 2)) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("MethodError: no method matching *(::Array{", DTypeName(dtype(a)), ", ",
                     rank_a, "}, ::Vector{", DTypeName(dtype(b)), "})")));
  }
  if (column && rank_a == 2 && shape(a).dim(transpose_a ? 0 : 1) != shape(b).dim(0)) {
    return Fail(absl::InvalidArgumentError(absl::StrCat(
        "DimensionMismatch: second dimension of A, ", shape(a).dim(transpose_a ? 0 : 1),
        ", does not match length of x, ", shape(b).dim(0))));
  }
  const DType promoted = Promote(dtype(a), dtype(b));
  const DType common = promoted == DType::kBool ? DType::kInt64 : promoted;
  a = Cast(a, common);
  b = Cast(b, common);
  if (rank_a == 1) a = Reshape(a, Shape({shape(a).dim(0), 1}));
  if (rank_b == 1) b = Reshape(b, Shape({shape(b).dim(0), 1}));
  if (a == kNoNode || b == kNoNode) return kNoNode;
  if (IsMatrixTranspose(node(a))) {
    a = node(a).operands[0];
    transpose_a = !transpose_a;
  }
  if (IsMatrixTranspose(node(b))) {
    b = node(b).operands[0];
    transpose_b = !transpose_b;
  }
  if (rank_a == 3 && shape(b).rank() == 2) b = Reshape(b, WithBatch(shape(b)));
  if (rank_b == 3 && shape(a).rank() == 2) a = Reshape(a, WithBatch(shape(a)));
  if (a == kNoNode || b == kNoNode) return kNoNode;
  const MatMulAttr attr{transpose_a, transpose_b};
  const NodeId product =
      AppendShaped(OpKind::kMatMul, common, InferMatMul(shape(a), shape(b), attr), {a, b}, attr);
  if (product == kNoNode || !column) return product;
  return Reshape(product, row ? Shape() : Shape({shape(product).dim(0)}));
}

}  // namespace fluxgate::ir
