#ifndef FLUXGATE_ENGINE_COMPILE_FUSION_H_
#define FLUXGATE_ENGINE_COMPILE_FUSION_H_

#include <vector>

#include "engine/ir/graph.h"

namespace fluxgate::compile {

// One kernel's worth of nodes.
struct KernelGroup {
  std::vector<ir::NodeId> nodes;  // In graph order.
  bool fused = false;             // Elementwise nodes of one shape; otherwise a single node.
  bool before_commit = false;     // Something that must be known before a step commits needs it.
};

struct FusionOptions {
  bool fuse = true;
  // The first so many outputs are checked before a step commits.
  int num_checked = 0;
  // Nodes in one fused kernel at most.
  int max_nodes = 48;
};

// Whether a fused kernel may contain the node: elementwise ops, Cast and Select.
bool IsFusible(const ir::Node& node);

// Broadcast, Permute and Slice: a fused kernel can read the operand with other strides instead.
bool IsView(const ir::Node& node);

// Divides the nodes that compute something (not Input, Constant, Reshape, nor views that only fused
// kernels read) into kernels, in an order in which they can run: all that is
// before_commit first. Every group's operands come from earlier groups.
std::vector<KernelGroup> GroupKernels(const ir::Graph& graph, const FusionOptions& options);

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_FUSION_H_
