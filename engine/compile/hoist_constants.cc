#include <cmath>
#include <utility>

#include "engine/compile/passes.h"
#include "engine/compile/rewriter.h"

namespace fluxgate::compile {
namespace {

// The numbers that rules and simplification look at stay.
bool Structural(double value) {
  return value == 0 || value == 1 || value == -1 || value == 2 || value == 0.5;
}

bool MayHoist(const ir::Node& node) {
  return node.op == ir::OpKind::kConstant && IsFloat(node.dtype) && node.shape.rank() == 0 &&
         !Structural(std::get<ir::ConstantAttr>(node.attr).value.ElementAsDouble(0));
}

}  // namespace

Hoisted HoistConstants(const ir::Graph& graph) {
  Hoisted hoisted;
  Rewriter rewriter(graph);
  std::vector<ir::NodeId> inputs;
  int next = static_cast<int>(graph.inputs.size());
  for (ir::NodeId id = 0; id < static_cast<ir::NodeId>(graph.nodes.size()); ++id) {
    const ir::Node& node = graph.nodes[id];
    if (!MayHoist(node)) {
      rewriter.Copy(id);
      continue;
    }
    const ir::NodeId input = rewriter.Append(
        ir::Node{ir::OpKind::kInput, node.dtype, node.shape, {}, ir::InputAttr{next++}});
    rewriter.Replace(id, input);
    inputs.push_back(input);
    hoisted.values.push_back(std::get<ir::ConstantAttr>(node.attr).value);
  }
  hoisted.graph = rewriter.Finish();
  hoisted.graph.inputs.insert(hoisted.graph.inputs.end(), inputs.begin(), inputs.end());
  return hoisted;
}

}  // namespace fluxgate::compile
