#include <algorithm>
#include <utility>

#include "engine/compile/passes.h"
#include "engine/compile/rewriter.h"

namespace fluxgate::compile {
namespace {

// Results up to this size are worth keeping in a plan.
constexpr int64_t kMaxFoldedElements = 1024;

const Tensor* ConstantOf(const ir::Node& node) {
  return node.op == ir::OpKind::kConstant ? &std::get<ir::ConstantAttr>(node.attr).value : nullptr;
}

// A broadcast constant is cheaper as a broadcast: kernels read the small one.
bool MayFold(const ir::Node& node) {
  return !node.operands.empty() && node.op != ir::OpKind::kBroadcast &&
         node.shape.num_elements() <= kMaxFoldedElements;
}

}  // namespace

ir::Graph FoldConstants(const ir::Graph& graph, NodeFunction evaluate) {
  Rewriter rewriter(graph);
  std::vector<Tensor> operands;
  for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(graph.nodes.size()); ++id) {
    ir::Node node = rewriter.Mapped(id);
    bool fold = MayFold(node);
    operands.clear();
    for (size_t i = 0; fold && i < node.operands.size(); ++i) {
      const Tensor* constant = ConstantOf(rewriter.node(node.operands[i]));
      fold = constant != nullptr;
      if (fold) operands.push_back(*constant);
    }
    if (fold) {
      // The error of a node that cannot be computed is the run's to report.
      if (absl::StatusOr<Tensor> value = evaluate(node, operands); value.ok()) {
        node = ir::Node{ir::OpKind::kConstant,
                        node.dtype,
                        node.shape,
                        {},
                        ir::ConstantAttr{value->Reshaped(node.shape)}};
      }
    }
    rewriter.Replace(id, rewriter.Append(std::move(node)));
  }
  return rewriter.Finish();
}

}  // namespace fluxgate::compile
