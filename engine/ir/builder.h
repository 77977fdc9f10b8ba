#ifndef FLUXGATE_ENGINE_IR_BUILDER_H_
#define FLUXGATE_ENGINE_IR_BUILDER_H_

#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/graph.h"

namespace fluxgate::ir {

// The only way to make a graph. It infers shapes, inserts the casts and broadcasts that Julia's
// promotion and dot-calls imply, and returns an existing node for an equal one (hash-consing; not
// for Input and Barrier).
//
// Errors are sticky: the first one is kept, its call and every later one that uses its result
// return kNoNode, and Finish() or status() reports it. So rules and layers read as formulas,
// without a check per op; whoever must answer at once (the language) looks at status() and calls
// ClearError().
class Builder {
 public:
  struct Options {
    int64_t max_nodes = 1'000'000;  // RESOURCE_EXHAUSTED past it.
  };
  Builder() = default;
  explicit Builder(Options options) : options_(options) {}

  // ---- Leaves ----
  NodeId Input(DType dtype, Shape shape);
  NodeId Constant(Tensor value);
  NodeId Scalar(DType dtype, double value);
  NodeId Full(DType dtype, Shape shape, double value);  // A broadcast scalar.
  NodeId Iota(DType dtype, Shape shape, int dim);
  NodeId Random(DType dtype, Shape shape, NodeId key, RandomAttr attr);

  // ---- Elementwise: operands are promoted and broadcast ----
  NodeId Unary(OpKind op, NodeId x);
  NodeId Binary(OpKind op, NodeId a, NodeId b);
  NodeId Select(NodeId condition, NodeId a, NodeId b);
  NodeId Cast(NodeId x, DType dtype);

  // ---- Movement ----
  NodeId Reshape(NodeId x, Shape shape);
  NodeId BroadcastTo(NodeId x, Shape shape);
  NodeId Permute(NodeId x, absl::Span<const int> dims);
  NodeId Transpose(NodeId x);  // Rank 1 becomes 1×n, rank 2 its transpose.
  NodeId Slice(NodeId x, SliceAttr slice);
  NodeId PadSlice(NodeId x, Shape shape, SliceAttr slice);
  NodeId UpdateSlice(NodeId x, NodeId values, SliceAttr slice);
  NodeId Concat(absl::Span<const NodeId> xs, int dim);
  NodeId Gather(NodeId x, NodeId indices, int dim);
  NodeId ScatterAdd(NodeId values, NodeId indices, Shape shape, int dim);

  // ---- Reductions: the dims stay, with size 1. An empty span means all dims and gives rank 0 ----
  // `op` is Sum, Prod, ReduceMax or ReduceMin. Sum and Prod of Bool count in Int64.
  NodeId Reduce(OpKind op, NodeId x, absl::Span<const int> dims);
  NodeId Sum(NodeId x, absl::Span<const int> dims = {}) { return Reduce(OpKind::kSum, x, dims); }
  NodeId Mean(NodeId x,
              absl::Span<const int> dims = {});    // sum / count, in the element's float type
  NodeId ArgReduce(OpKind op, NodeId x, int dim);  // ArgMax or ArgMin; the dim becomes 1
  NodeId CumSum(NodeId x, int dim);
  // Sums a cotangent of `shape`'s broadcast back to `shape`.
  NodeId SumTo(NodeId x, Shape shape);

  // ---- Products ----
  // Rank 2, or rank 3 with equal (or 1) last dims. A rank 1 `b` is a column and gives rank 1; a
  // transposed vector times a vector gives rank 0. With a number it is Mul.
  NodeId MatMul(NodeId a, NodeId b, bool transpose_a = false, bool transpose_b = false);

  const Node& node(NodeId id) const { return graph_.nodes[id]; }
  DType dtype(NodeId id) const { return graph_.nodes[id].dtype; }
  const Shape& shape(NodeId id) const { return graph_.nodes[id].shape; }
  int64_t num_nodes() const { return static_cast<int64_t>(graph_.nodes.size()); }
  const Graph& graph() const { return graph_; }  // Without outputs.

  const absl::Status& status() const { return status_; }
  void ClearError() { status_ = absl::OkStatus(); }
  // Records an error of the caller's own, such as a layer's; returns kNoNode.
  NodeId Fail(absl::Status status);

  // The graph with these outputs, nothing pruned, or the first error.
  absl::StatusOr<Graph> Finish(absl::Span<const NodeId> outputs) const;

 private:
  NodeId Append(Node node);
  // Append for a result whose shape may be an error.
  NodeId AppendShaped(OpKind op, DType dtype, absl::StatusOr<Shape> shape,
                      absl::InlinedVector<NodeId, 3> operands, Attr attr);
  // Broadcasts `x` to `shape`, which is known to fit.
  NodeId Spread(NodeId x, const Shape& shape);
  bool IsUniform(NodeId id, double value) const {
    const absl::optional<double> constant = UniformConstant(graph_, id);
    return constant.has_value() && *constant == value;
  }
  const Tensor* ConstantScalar(NodeId id) const;
  void GrowTable();

  Options options_;
  Graph graph_;
  absl::Status status_;
  // Open addressing: a slot holds a node or kNoNode. Its size is a power of two.
  std::vector<NodeId> table_;
  std::vector<uint64_t> hashes_;  // Of each node.
};

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_BUILDER_H_
