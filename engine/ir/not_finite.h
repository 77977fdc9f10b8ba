#ifndef FLUXGATE_ENGINE_IR_NOT_FINITE_H_
#define FLUXGATE_ENGINE_IR_NOT_FINITE_H_

#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/ir/graph.h"
#include "engine/tensor/tensor.h"

namespace fluxgate::ir {

// The first op on the way to a result that made NaN or an infinity.
struct NotFinite {
  struct Operand {
    NodeId node = kNoNode;
    bool finite = true;
    // Its first element that is not finite; else, when the op is elementwise, the one that the op's
    // bad element was computed from; else the one of the largest magnitude. -1: it has none.
    int64_t element = -1;
    double value = 0;
  };
  NodeId node = kNoNode;  // an input or a constant only when that is the result itself
  int64_t element = 0;    // flat: the first that is not finite
  double value = 0;
  std::vector<Operand> operands;
};

// Computes `result` and what it needs op by op, by `compute`, and finds the op: the earliest that
// leads to the result through values that are all not finite, and whose own operands are finite or
// given (inputs, constants). What a later op masks is not to blame. Absent when the result is
// finite. `inputs`: as Evaluate takes them.
absl::StatusOr<absl::optional<NotFinite>> FindNotFinite(
    const Graph& graph, NodeId result, absl::Span<const Tensor> inputs,
    absl::FunctionRef<absl::StatusOr<Tensor>(const Node&, absl::Span<const Tensor>)> compute);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_NOT_FINITE_H_
