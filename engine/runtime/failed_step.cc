// What a training run says of a step whose loss is not finite.

#include <cstring>
#include <utility>
#include <vector>

#include "engine/backend/float_mode.h"
#include "engine/base/status_macros.h"
#include "engine/runtime/training_run.h"
#include "engine/value/array.h"

namespace fluxgate {

using Role = StepInput::Role;

absl::StatusOr<Tensor> TrainingRun::InputValue(const StepInput& input) const {
  switch (input.role) {
    case Role::kParameter:
      return state_->parameters()[input.index].array->storage()->Read();
    case Role::kState:
      return state_->parameters()[input.index].state[input.part];
    case Role::kHyper:
      return state_->hypers()[input.index][input.part];
    case Role::kKey:
      return Tensor::FromVector<int64_t>(Shape({2}), key_);
    case Role::kBatch: {
      const Tensor& like = current_->batch_buffers[input.index];
      FG_ASSIGN_OR_RETURN(Tensor value, Tensor::Create(like.dtype(), like.shape()));
      if (value.bytes() > 0) {
        std::memcpy(value.mutable_raw(), batch_data_[input.index], value.bytes());
      }
      return value;
    }
    case Role::kCaptured:
      return current_->staged.trace->captured()[input.index].storage->Read();
    case Role::kFixed:
      return current_->fixed[input.index].value();
  }
  return absl::InternalError("an input of no kind");
}

absl::Status TrainingRun::Explain(const absl::Status& plain) {
  if (request_.explain == nullptr) return plain;
  // The step did not happen, so what is published now is what it started from.
  FG_RETURN_IF_ERROR(state_->Publish());
  std::vector<Tensor> inputs;
  for (const StepInput& input : current_->inputs) {
    absl::StatusOr<Tensor> value = InputValue(input);
    // Without room for another look the error stays what it is.
    if (!value.ok()) return plain;
    inputs.push_back(*std::move(value));
  }
  const ScopedFloatMode as_in_a_step(true);
  return request_.explain({current_->staged, std::move(inputs), epoch_number_, item_ + 1, step_ + 1,
                           next_loss_, epoch_.get()});
}

}  // namespace fluxgate
