#ifndef FLUXGATE_ENGINE_IR_GRAPH_H_
#define FLUXGATE_ENGINE_IR_GRAPH_H_

#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/types/optional.h"
#include "engine/ir/op.h"
#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate::ir {

// Position of a node in Graph::nodes.
using NodeId = int32_t;
inline constexpr NodeId kNoNode = -1;

struct Node {
  OpKind op;
  DType dtype;
  Shape shape;
  absl::InlinedVector<NodeId, 3> operands;  // Each less than the node's own id.
  Attr attr;
};

// The functional IR: nodes in topological order, no closures, no recursion. Made by Builder alone;
// passes make new graphs. A plain value.
struct Graph {
  std::vector<Node> nodes;
  std::vector<NodeId> inputs;   // Input nodes, in the order in which arguments are given.
  std::vector<NodeId> outputs;  // May repeat, and may name inputs and constants.

  const Node& node(NodeId id) const { return nodes[id]; }
};

// Equal graphs have equal fingerprints; constants enter with their bytes.
uint64_t Fingerprint(const Graph& graph);

// The number that every element of the node has when it is a constant of one element, perhaps
// reshaped or broadcast.
absl::optional<double> UniformConstant(const Graph& graph, NodeId id);

// The nodes that `outputs` need, and all inputs, renumbered in order. `remap`, when given, receives
// the new id of each old node (kNoNode when dropped).
Graph Prune(const Graph& graph, const std::vector<NodeId>& outputs,
            std::vector<NodeId>* remap = nullptr);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_GRAPH_H_
