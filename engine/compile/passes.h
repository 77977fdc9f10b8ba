#ifndef FLUXGATE_ENGINE_COMPILE_PASSES_H_
#define FLUXGATE_ENGINE_COMPILE_PASSES_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/graph.h"

namespace fluxgate::compile {

// Graph to graph, each a pure function in a file of its own. None changes a bit of any output, for
// any input: not a NaN, not the sign of a zero.

// Barrier and StopGradient pass their operand on: once gradients are taken they mean nothing.
ir::Graph RemoveBarriers(const ir::Graph& graph);

// Computes nodes whose operands are constants, when the result is small. `evaluate` is the
// backend's own kernel, so that the bits are those the plan would have made; a node that it refuses
// stays.
using NodeFunction =
    absl::FunctionRef<absl::StatusOr<Tensor>(const ir::Node&, absl::Span<const Tensor>)>;
ir::Graph FoldConstants(const ir::Graph& graph, NodeFunction evaluate);

// Drops operations that give back their operand, and replaces some by cheaper ones.
ir::Graph Simplify(const ir::Graph& graph);

// op(broadcast(a), broadcast(b)) becomes broadcast(op(a, b)).
ir::Graph SinkBroadcasts(const ir::Graph& graph);

// One node for equal ones.
ir::Graph MergeEqual(const ir::Graph& graph);

// Drops what no output needs. Inputs stay.
ir::Graph RemoveDead(const ir::Graph& graph);

// Replaces each rank-0 float constant but 0, 1, -1, 2 and 0.5 by a new input after the others, so
// that graphs that differ in a number only share a plan.
struct Hoisted {
  ir::Graph graph;
  std::vector<Tensor> values;  // of the new inputs
};
Hoisted HoistConstants(const ir::Graph& graph);

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_PASSES_H_
