#ifndef FLUXGATE_ENGINE_LANG_TRAINING_STAGE_H_
#define FLUXGATE_ENGINE_LANG_TRAINING_STAGE_H_

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/host.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// Runs loss(leading..., batch...) once inside a new trace, in train mode. The batch's arrays become
// placeholders; the arrays that the loss reads otherwise (parameters among them) are captured by
// identity. The loss may return a tuple whose first element counts.
absl::StatusOr<StagedLoss> StageLoss(Machine& machine, const Value& loss,
                                     absl::Span<const Value> leading, const Value& batch);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_TRAINING_STAGE_H_
