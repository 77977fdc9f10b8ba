#ifndef FLUXGATE_ENGINE_AUTODIFF_GRADIENT_H_
#define FLUXGATE_ENGINE_AUTODIFF_GRADIENT_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/ir/builder.h"

namespace fluxgate::autodiff {

// Reverse mode, graph to graph: appends to `builder` what computes, for each node of `wrt` (any
// nodes, not only inputs), the sum over `outputs` of cotangent × Jacobian, and returns those nodes;
// kNoNode where no output depends on it, or only through integers or Bools. Rules are ordinary ops,
// so the result can be differentiated again. Cotangents have their output's shape and dtype.
absl::StatusOr<std::vector<ir::NodeId>> Vjp(ir::Builder& builder,
                                            absl::Span<const ir::NodeId> outputs,
                                            absl::Span<const ir::NodeId> cotangents,
                                            absl::Span<const ir::NodeId> wrt);

// Vjp of one rank-0 (or one-element) float output with cotangent 1. INVALID_ARGUMENT when the
// output is an array.
absl::StatusOr<std::vector<ir::NodeId>> Gradient(ir::Builder& builder, ir::NodeId output,
                                                 absl::Span<const ir::NodeId> wrt);

// Forward mode: for each output the tangent that `tangents` of `wrt` cause; kNoNode where it is 0.
absl::StatusOr<std::vector<ir::NodeId>> Jvp(ir::Builder& builder,
                                            absl::Span<const ir::NodeId> outputs,
                                            absl::Span<const ir::NodeId> wrt,
                                            absl::Span<const ir::NodeId> tangents);

// d output[i] / d wrt[j], both read as vectors: a length(output) × length(wrt) matrix.
absl::StatusOr<ir::NodeId> Jacobian(ir::Builder& builder, ir::NodeId output, ir::NodeId wrt);

// The Jacobian of the gradient of a scalar output.
absl::StatusOr<ir::NodeId> Hessian(ir::Builder& builder, ir::NodeId output, ir::NodeId wrt);

}  // namespace fluxgate::autodiff

#endif  // FLUXGATE_ENGINE_AUTODIFF_GRADIENT_H_
