#ifndef FLUXGATE_ENGINE_LANG_TRAINING_NOT_FINITE_H_
#define FLUXGATE_ENGINE_LANG_TRAINING_NOT_FINITE_H_

#include "absl/status/status.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/host.h"

namespace fluxgate::lang {

// The error of a step whose loss is NaN or infinite. Computes the loss once more, op by op, from
// the step's own inputs, and names the first op that gave such a number: its layer, its place in
// the text, what it was computed from, and what to do about it.
absl::Status ExplainNotFinite(Machine& machine, const FailedStep& step);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_TRAINING_NOT_FINITE_H_
