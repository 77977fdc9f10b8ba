#ifndef FLUXGATE_ENGINE_COMPILE_REWRITER_H_
#define FLUXGATE_ENGINE_COMPILE_REWRITER_H_

#include <vector>

#include "engine/ir/graph.h"

namespace fluxgate::compile {

// Copies a graph node by node while a pass replaces some of them. Visit the old nodes in order and
// give each a new one: Copy, or Replace by a node that exists already.
class Rewriter {
 public:
  explicit Rewriter(const ir::Graph& from) : from_(from), map_(from.nodes.size(), ir::kNoNode) {
    to_.nodes.reserve(from.nodes.size());
  }

  // The new node of an old one. REQUIRES: visited.
  ir::NodeId Map(ir::NodeId old) const { return map_[old]; }
  const ir::Node& node(ir::NodeId id) const { return to_.nodes[id]; }

  // The old node with its operands mapped, not yet appended.
  ir::Node Mapped(ir::NodeId old) const;
  ir::NodeId Append(ir::Node node);
  void Replace(ir::NodeId old, ir::NodeId by) { map_[old] = by; }
  void Copy(ir::NodeId old) { map_[old] = Append(Mapped(old)); }

  // The new graph, inputs and outputs mapped.
  ir::Graph Finish();

 private:
  const ir::Graph& from_;
  ir::Graph to_;
  std::vector<ir::NodeId> map_;
};

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_REWRITER_H_
