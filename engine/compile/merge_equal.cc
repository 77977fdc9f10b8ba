#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/compile/passes.h"
#include "engine/compile/rewriter.h"
#include "engine/ir/hash.h"

namespace fluxgate::compile {

ir::Graph MergeEqual(const ir::Graph& graph) {
  Rewriter rewriter(graph);
  absl::flat_hash_map<uint64_t, absl::InlinedVector<ir::NodeId, 1>> seen;
  for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(graph.nodes.size()); ++id) {
    ir::Node node = rewriter.Mapped(id);
    if (node.op == ir::OpKind::kInput) {
      rewriter.Replace(id, rewriter.Append(std::move(node)));
      continue;
    }
    absl::InlinedVector<ir::NodeId, 1>& bucket = seen[ir::HashNode(node)];
    ir::NodeId found = ir::kNoNode;
    for (ir::NodeId candidate : bucket) {
      if (ir::SameNode(rewriter.node(candidate), node)) found = candidate;
    }
    if (found == ir::kNoNode) {
      found = rewriter.Append(std::move(node));
      bucket.push_back(found);
    }
    rewriter.Replace(id, found);
  }
  return rewriter.Finish();
}

}  // namespace fluxgate::compile
