// What a training run does between two steps: progress, turns, publication.

#include <utility>

#include "engine/backend/float_mode.h"
#include "engine/base/status_macros.h"
#include "engine/runtime/training_run.h"

namespace fluxgate {
namespace {

using Epoch = TrainRequest::Epoch;

constexpr auto kReportEvery = std::chrono::milliseconds(50);
constexpr auto kPublishEvery = std::chrono::milliseconds(100);

}  // namespace

absl::StatusOr<bool> TrainingRun::StepDone() {
  pending_ = false;
  current_->fresh = false;
  loss_ = next_loss_;
  loss_sum_ += loss_;
  ++step_;
  ++item_;
  state_->MarkStepped();
  FG_ASSIGN_OR_RETURN(const bool epoch_end, EpochIsDone());
  const bool due = pacer_.Due();
  if (!due && (request_.on_step == nullptr || !(epoch_end || request_.every_step))) return true;
  return AtBoundary(epoch_end, due);
}

absl::StatusOr<bool> TrainingRun::EpochIsDone() {
  const int64_t signature = epoch_->PeekSignature();
  if (signature == Epoch::kEnd) return true;
  if (signature != Epoch::kUnknown || request_.on_step == nullptr) return false;
  if (epoch_->size() >= 0) return item_ >= epoch_->size();
  // Only asking for the next batch tells.
  if (!prefetched_) {
    const ScopedFloatMode mode(false);
    FG_ASSIGN_OR_RETURN(prefetched_more_, epoch_->Next(&prefetched_batch_));
    prefetched_ = true;
  }
  return !prefetched_more_;
}

absl::StatusOr<bool> TrainingRun::AtBoundary(bool epoch_end, bool due) {
  const ScopedFloatMode mode(false);
  bool go_on = true;
  if (request_.on_step != nullptr &&
      (epoch_end || request_.every_step || Clock::now() - last_report_ >= kReportEvery)) {
    FG_ASSIGN_OR_RETURN(go_on, Report(epoch_end));
  }
  if (due && environment_.turn != nullptr) FG_RETURN_IF_ERROR(Yield());
  stopped_ = !go_on;
  return go_on && !stage_anew_ && !std::exchange(rebind_, false);
}

absl::StatusOr<bool> TrainingRun::Report(bool epoch_end) {
  FG_RETURN_IF_ERROR(state_->Publish());
  const Clock::time_point now = Clock::now();
  last_report_ = last_publish_ = now;
  TrainProgress progress;
  progress.epoch = epoch_number_;
  progress.epochs = request_.epochs;
  progress.step = step_;
  if (epoch_->size() > 0) progress.steps = epoch_->size() * request_.epochs;
  progress.loss = loss_;
  progress.mean_loss = loss_sum_ / static_cast<double>(item_);
  const double seconds = std::chrono::duration<double>(now - start_).count();
  if (seconds > 0) progress.steps_per_second = static_cast<double>(step_) / seconds;
  progress.epoch_end = epoch_end;
  FG_ASSIGN_OR_RETURN(const bool go_on, request_.on_step(progress));
  if (request_.on_step_has_effects) stage_anew_ = true;
  FG_RETURN_IF_ERROR(TakeOverChanges());
  return go_on;
}

absl::Status TrainingRun::Yield() {
  if (environment_.turn->ReaderWaits() || Clock::now() - last_publish_ >= kPublishEvery) {
    FG_RETURN_IF_ERROR(state_->Publish());
    last_publish_ = Clock::now();
  }
  FG_RETURN_IF_ERROR(environment_.turn->Pause());
  return TakeOverChanges();
}

absl::Status TrainingRun::TakeOverChanges() {
  FG_ASSIGN_OR_RETURN(const bool rules_changed, state_->Refresh());
  stage_anew_ = stage_anew_ || rules_changed;
  for (const auto& [index, held] : current_->captured) {
    rebind_ =
        rebind_ || current_->staged.trace->captured()[index].storage->version() != held.second;
  }
  return absl::OkStatus();
}

}  // namespace fluxgate
