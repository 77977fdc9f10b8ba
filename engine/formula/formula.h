#ifndef FLUXGATE_ENGINE_FORMULA_FORMULA_H_
#define FLUXGATE_ENGINE_FORMULA_FORMULA_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "engine/ir/graph.h"
#include "engine/tensor/tensor.h"

namespace fluxgate::formula {

// What a formula may take for granted about a graph's nodes.
struct Known {
  // Nodes that the formula names instead of computing them, such as a function's arguments. Names
  // of Julia; in the order in which the formula prefers them.
  std::vector<std::pair<ir::NodeId, std::string>> variables;
  // The values of inputs that are numbers.
  absl::flat_hash_map<ir::NodeId, Tensor> numbers;
};

// The node as simplified Julia text: "6x + 2", "cos(x) * exp(y)", with dots where arrays are
// concerned: "2 .* W' * (W * x .- y)". What the text computes equals the node up to rounding,
// but for points where the formula would divide 0 by 0: guards against those are left out, and
// factors are cancelled.
//
// INVALID_ARGUMENT names an operation that has no place in a formula, RESOURCE_EXHAUSTED is for
// what nobody would read.
absl::StatusOr<std::string> ToJulia(const ir::Graph& graph, ir::NodeId node, const Known& known);

}  // namespace fluxgate::formula

#endif  // FLUXGATE_ENGINE_FORMULA_FORMULA_H_
