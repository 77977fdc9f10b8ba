#ifndef FLUXGATE_ENGINE_IR_VERIFIER_H_
#define FLUXGATE_ENGINE_IR_VERIFIER_H_

#include "absl/status/status.h"
#include "engine/ir/graph.h"

namespace fluxgate::ir {

// Checks what passes must keep: order, arity, attributes, and dtypes and shapes as inference gives
// them. INTERNAL names the node.
absl::Status Verify(const Graph& graph);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_VERIFIER_H_
