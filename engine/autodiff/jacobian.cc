#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"

namespace fluxgate::autodiff {

using ir::Builder;
using ir::kNoNode;
using ir::NodeId;
using ir::OpKind;

namespace {

// 1 at flat position `i`, 0 elsewhere.
NodeId Unit(Builder& builder, DType dtype, const Shape& shape, int64_t i) {
  const NodeId one = builder.Full(dtype, Shape({1}), 1);
  const NodeId flat = builder.PadSlice(one, Shape({shape.num_elements()}), {{i}, {1}, {1}});
  return builder.Reshape(flat, shape);
}

// One walk per row, back from the output.
absl::StatusOr<NodeId> ByRows(Builder& builder, NodeId output, NodeId wrt, DType dtype) {
  const Shape shape = builder.shape(output);
  const int64_t columns = builder.shape(wrt).num_elements();
  std::vector<NodeId> rows;
  for (int64_t i = 0; i < shape.num_elements(); ++i) {
    const NodeId unit = Unit(builder, builder.dtype(output), shape, i);
    FG_ASSIGN_OR_RETURN(const std::vector<NodeId> row, Vjp(builder, {output}, {unit}, {wrt}));
    if (row[0] == kNoNode) return kNoNode;
    rows.push_back(builder.Reshape(builder.Cast(row[0], dtype), Shape({1, columns})));
  }
  return builder.Concat(rows, 0);
}

// One walk back for the transposed map, then one per column (see Jvp).
absl::StatusOr<NodeId> ByColumns(Builder& builder, NodeId output, NodeId wrt, DType dtype) {
  const Shape shape = builder.shape(wrt);
  const int64_t rows = builder.shape(output).num_elements();
  const NodeId zero = builder.Full(builder.dtype(output), builder.shape(output), 0);
  const NodeId probe = builder.Unary(OpKind::kBarrier, zero);
  FG_ASSIGN_OR_RETURN(const std::vector<NodeId> transposed, Vjp(builder, {output}, {probe}, {wrt}));
  if (transposed[0] == kNoNode) return kNoNode;
  std::vector<NodeId> columns;
  for (int64_t j = 0; j < shape.num_elements(); ++j) {
    const NodeId unit = Unit(builder, builder.dtype(wrt), shape, j);
    FG_ASSIGN_OR_RETURN(const std::vector<NodeId> column,
                        Vjp(builder, {transposed[0]}, {unit}, {probe}));
    if (column[0] == kNoNode) return kNoNode;
    columns.push_back(builder.Reshape(builder.Cast(column[0], dtype), Shape({rows, 1})));
  }
  return builder.Concat(columns, 1);
}

}  // namespace

absl::StatusOr<NodeId> Jacobian(Builder& builder, NodeId output, NodeId wrt) {
  FG_RETURN_IF_ERROR(builder.status());
  for (NodeId id : {output, wrt}) {
    if (id < 0 || id >= builder.num_nodes()) {
      return absl::InvalidArgumentError("jacobian: the output or the argument is no node");
    }
  }
  const int64_t rows = builder.shape(output).num_elements();
  const int64_t columns = builder.shape(wrt).num_elements();
  FG_ASSIGN_OR_RETURN(const Shape shape, Shape::Create({rows, columns}));
  const DType dtype = ToFloat(Promote(builder.dtype(output), builder.dtype(wrt)));
  NodeId result = kNoNode;
  if (shape.num_elements() > 0) {
    FG_ASSIGN_OR_RETURN(result, rows <= columns ? ByRows(builder, output, wrt, dtype)
                                                : ByColumns(builder, output, wrt, dtype));
    FG_RETURN_IF_ERROR(builder.status());
  }
  return result != kNoNode ? result : builder.Full(dtype, shape, 0);
}

absl::StatusOr<NodeId> Hessian(Builder& builder, NodeId output, NodeId wrt) {
  FG_ASSIGN_OR_RETURN(const std::vector<NodeId> gradient, Gradient(builder, output, {wrt}));
  if (gradient[0] != kNoNode) return Jacobian(builder, gradient[0], wrt);
  const int64_t n = builder.shape(wrt).num_elements();
  FG_ASSIGN_OR_RETURN(Shape shape, Shape::Create({n, n}));
  return builder.Full(ToFloat(builder.dtype(wrt)), std::move(shape), 0);
}

}  // namespace fluxgate::autodiff
