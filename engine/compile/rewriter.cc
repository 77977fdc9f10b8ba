#include "engine/compile/rewriter.h"

#include <utility>

namespace fluxgate::compile {

ir::Node Rewriter::Mapped(ir::NodeId old) const {
  ir::Node node = from_.nodes[old];
  for (ir::NodeId& operand : node.operands) operand = map_[operand];
  return node;
}

ir::NodeId Rewriter::Append(ir::Node node) {
  to_.nodes.push_back(std::move(node));
  return static_cast<ir::NodeId>(to_.nodes.size()) - 1;
}

ir::Graph Rewriter::Finish() {
  for (ir::NodeId input : from_.inputs) to_.inputs.push_back(map_[input]);
  for (ir::NodeId output : from_.outputs) to_.outputs.push_back(map_[output]);
  return std::move(to_);
}

}  // namespace fluxgate::compile
