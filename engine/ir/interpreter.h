#ifndef FLUXGATE_ENGINE_IR_INTERPRETER_H_
#define FLUXGATE_ENGINE_IR_INTERPRETER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/cancellation.h"
#include "engine/ir/graph.h"

namespace fluxgate::ir {

// An operand of one node: its bytes, dense and column-major.
struct OperandView {
  DType dtype;
  const Shape* shape;
  const void* data;
};

// Computes one node into `result`, which has room for the node's dtype and shape and shares no
// bytes with the operands. The op is none of Input and Constant.
absl::Status EvaluateNodeInto(const Node& node, absl::Span<const OperandView> operands,
                              void* result);

// The one oracle: the plainest correct meaning of every op. Backends are tested against it.
// REQUIRES: the operands have the dtypes and shapes that the node was built with.
absl::StatusOr<Tensor> EvaluateNode(const Node& node, absl::Span<const Tensor> operands);

// Runs every node in order and returns the outputs. Intermediate values die after their last use.
absl::StatusOr<std::vector<Tensor>> Evaluate(const Graph& graph, absl::Span<const Tensor> inputs,
                                             const CancellationToken& token = {});

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_INTERPRETER_H_
