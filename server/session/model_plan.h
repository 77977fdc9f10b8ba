#ifndef FLUXGATE_SERVER_SESSION_MODEL_PLAN_H_
#define FLUXGATE_SERVER_SESSION_MODEL_PLAN_H_

#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/compile/plan_summary.h"
#include "engine/nn/summary.h"
#include "engine/value/value.h"
#include "server/session/session.h"

namespace fluxgate::session {

// What happens inside a call and a step of training, found without running them. Nothing of the
// session changes.

// The layers that one array passes; empty when the call has other arguments.
using Layers = std::vector<nn::LayerSummary>;
absl::StatusOr<Layers> LayersOf(Visit& visit, const Value& f, absl::Span<const Value> arguments);
// Zeros of the type and the dims of what a layer gives.
absl::StatusOr<Value> LikeOutput(const nn::LayerSummary& layer);

// f(arguments...), compiled; nothing when it gives no number or array.
absl::StatusOr<absl::optional<compile::PlanSummary>> PlanOfCall(Visit& visit, const Value& f,
                                                                absl::Span<const Value> arguments);

// A step that trains the model by loss(model, x, y), or (model, x) when y is nothing, with the
// rule.
absl::StatusOr<compile::PlanSummary> PlanOfStep(Visit& visit, const Value& model, const Value& loss,
                                                const Value& rule, const Value& x, const Value& y);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_MODEL_PLAN_H_
