#include "engine/compile/passes.h"
#include "engine/compile/rewriter.h"

namespace fluxgate::compile {

ir::Graph RemoveBarriers(const ir::Graph& graph) {
  Rewriter rewriter(graph);
  for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(graph.nodes.size()); ++id) {
    const ir::Node& node = graph.nodes[id];
    if (node.op == ir::OpKind::kBarrier || node.op == ir::OpKind::kStopGradient) {
      rewriter.Replace(id, rewriter.Map(node.operands[0]));
    } else {
      rewriter.Copy(id);
    }
  }
  return rewriter.Finish();
}

}  // namespace fluxgate::compile
