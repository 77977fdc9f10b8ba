#include <utility>

#include "engine/compile/passes.h"
#include "engine/compile/rewriter.h"

namespace fluxgate::compile {
namespace {

bool Pointwise(ir::OpKind op) {
  return ir::GetOpInfo(op).elementwise || op == ir::OpKind::kCast || op == ir::OpKind::kSelect;
}

}  // namespace

// Each element of the result depends on the elements at its own position only, so computing them
// before they are repeated gives the same ones.
ir::Graph SinkBroadcasts(const ir::Graph& graph) {
  Rewriter rewriter(graph);
  for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(graph.nodes.size()); ++id) {
    ir::Node node = rewriter.Mapped(id);
    const bool pointwise = Pointwise(node.op) && !node.operands.empty();
    const ir::Node* widest = nullptr;  // The small operand that is not a single number, if any.
    bool all = pointwise;
    for (size_t i = 0; all && i < node.operands.size(); ++i) {
      const ir::Node& operand = rewriter.node(node.operands[i]);
      all = operand.op == ir::OpKind::kBroadcast;
      if (!all) break;
      const ir::Node& small = rewriter.node(operand.operands[0]);
      if (widest == nullptr || widest->shape.rank() == 0) {
        widest = &small;
      } else {
        all = small.shape.rank() == 0 || small.shape == widest->shape;
      }
    }
    if (!all) {
      rewriter.Replace(id, rewriter.Append(std::move(node)));
      continue;
    }
    const Shape shape = std::exchange(node.shape, widest->shape);
    const DType dtype = node.dtype;
    for (ir::NodeId& operand : node.operands) {
      operand = rewriter.node(operand).operands[0];
      const ir::Node& small = rewriter.node(operand);
      if (small.shape != node.shape) {
        operand = rewriter.Append(
            ir::Node{ir::OpKind::kBroadcast, small.dtype, node.shape, {operand}, {}});
      }
    }
    const ir::NodeId inner = rewriter.Append(std::move(node));
    rewriter.Replace(id,
                     rewriter.Append(ir::Node{ir::OpKind::kBroadcast, dtype, shape, {inner}, {}}));
  }
  return rewriter.Finish();
}

}  // namespace fluxgate::compile
