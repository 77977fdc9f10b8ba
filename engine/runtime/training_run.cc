#include "engine/runtime/training_run.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"

namespace fluxgate {
namespace {

using Role = StepInput::Role;
using Epoch = TrainRequest::Epoch;

// Signatures kept at a time: data whose every batch differs must not pile up plans.
constexpr size_t kMaxSignatures = 16;

// Locks the arrays that a job writes, and lets them go.
class JobLocks {
 public:
  JobLocks() = default;
  ~JobLocks() {
    for (const auto& storage : locked_) storage->set_locked_by("");
  }
  JobLocks(const JobLocks&) = delete;
  JobLocks& operator=(const JobLocks&) = delete;

  absl::Status Take(absl::Span<const Value> parameters, const std::string& job) {
    for (const Value& parameter : parameters) {
      const std::shared_ptr<Storage>& storage = parameter.As<Array>()->storage();
      const std::string& holder = storage->locked_by();
      if (!holder.empty() && holder != job) {
        return absl::FailedPreconditionError(
            absl::StrCat("a parameter is being trained by job ", holder));
      }
      if (job.empty() || !holder.empty()) continue;
      storage->set_locked_by(job);
      locked_.push_back(storage);
    }
    return absl::OkStatus();
  }

 private:
  std::vector<std::shared_ptr<Storage>> locked_;
};

}  // namespace

absl::StatusOr<TrainSummary> TrainingRun::Run() {
  FG_ASSIGN_OR_RETURN(
      TrainedState state,
      TrainedState::Create(environment_.executor, request_.parameters, request_.leaves));
  state_ = std::make_unique<TrainedState>(std::move(state));
  JobLocks locks;
  FG_RETURN_IF_ERROR(locks.Take(request_.parameters, environment_.job));
  start_ = last_report_ = last_publish_ = Clock::now();
  const absl::Status status = RunEpochs();
  for (auto& [signature, step] : steps_) {
    environment_.executor.Return(step->plan, std::move(step->instance));
  }
  // However it ended, the values are as the last whole step left them.
  const absl::Status published = state_->Publish();
  FG_RETURN_IF_ERROR(status);
  FG_RETURN_IF_ERROR(published);
  return TrainSummary{step_, loss_, stopped_};
}

absl::Status TrainingRun::RunEpochs() {
  while (!stopped_ && epoch_number_ < request_.epochs) {
    FG_RETURN_IF_ERROR(environment_.token.Check());
    FG_ASSIGN_OR_RETURN(epoch_, request_.start_epoch());
    ++epoch_number_;
    item_ = 0;
    loss_sum_ = 0;
    prefetched_ = false;
    while (!stopped_) {
      FG_ASSIGN_OR_RETURN(const bool more, Fetch());
      if (!more) break;
      FG_RETURN_IF_ERROR(RunPending());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> TrainingRun::Fetch() {
  FG_RETURN_IF_ERROR(environment_.token.Check());
  fast_signature_ = epoch_->PeekSignature();
  if (fast_signature_ == Epoch::kEnd) return false;
  if (auto it = fast_.find(fast_signature_); it != fast_.end()) {
    current_ = it->second;
    batch_data_.assign(current_->batch_addresses.begin(), current_->batch_addresses.end());
    FG_RETURN_IF_ERROR(epoch_->NextInto(current_->batch_addresses, absl::MakeSpan(batch_data_)));
    batch_.value = Value();
    pending_ = true;
    return true;
  }
  Value value;
  if (prefetched_) {
    prefetched_ = false;
    if (!prefetched_more_) return false;
    value = std::move(prefetched_batch_);
  } else {
    FG_ASSIGN_OR_RETURN(const bool more, epoch_->Next(&value));
    if (!more) return false;
  }
  FG_ASSIGN_OR_RETURN(Batch batch, ReadBatch(std::move(value)));
  auto it = steps_.find(batch.signature);
  if (it == steps_.end()) {
    FG_RETURN_IF_ERROR(Stage(std::move(batch)));
  } else {
    current_ = it->second.get();
    batch_ = std::move(batch);
  }
  batch_data_.clear();
  for (const Tensor& array : batch_.arrays) batch_data_.push_back(array.raw());
  if (fast_signature_ >= 0 && !current_->staged.trace->has_effects()) {
    fast_[fast_signature_] = current_;
  }
  pending_ = true;
  return true;
}

absl::Status TrainingRun::Stage(Batch batch) {
  if (steps_.size() >= kMaxSignatures) {
    fast_.clear();
    steps_.clear();
  }
  // Staging computes with the values of the language.
  FG_RETURN_IF_ERROR(state_->Publish());
  auto step = std::make_unique<CompiledStep>();
  draws_before_step_ = environment_.keys.draws();
  FG_ASSIGN_OR_RETURN(step->staged, request_.stage(batch.value));
  if (step->staged.batch_inputs.size() != batch.arrays.size()) {
    return absl::InternalError(absl::StrCat("the loss was staged with ",
                                            step->staged.batch_inputs.size(), " inputs for ",
                                            batch.arrays.size(), " arrays"));
  }
  FG_ASSIGN_OR_RETURN(StepGraph graph,
                      BuildStepGraph(step->staged, state_->parameters(), state_->hypers()));
  step->inputs = std::move(graph.inputs);
  Executor& executor = environment_.executor;
  FG_ASSIGN_OR_RETURN(step->plan, executor.Load(std::move(graph.graph), std::move(graph.options)));
  FG_ASSIGN_OR_RETURN(step->instance, executor.Take(step->plan));
  for (Tensor& value : graph.fixed) {
    FG_ASSIGN_OR_RETURN(
        DeviceTensor fixed,
        DeviceTensor::Create(executor.backend(), executor.budget(), std::move(value)));
    step->fixed.push_back(std::move(fixed));
  }
  for (const Tensor& array : batch.arrays) {
    FG_ASSIGN_OR_RETURN(Tensor buffer, Tensor::Create(array.dtype(), array.shape()));
    step->batch_buffers.push_back(std::move(buffer));
  }
  for (Tensor& buffer : step->batch_buffers) {
    step->batch_addresses.push_back(buffer.mutable_raw());
  }
  step->signature = batch.signature;
  step->batch_like = batch.value;
  current_ = step.get();
  steps_[batch.signature] = std::move(step);
  batch_ = std::move(batch);
  return absl::OkStatus();
}

absl::Status TrainingRun::BindArguments(CompiledStep& step) {
  Executor& executor = environment_.executor;
  step.changing.clear();
  step.arguments.arguments.clear();
  for (const StepInput& input : step.inputs) {
    Buffer* buffer = nullptr;
    switch (input.role) {
      case Role::kParameter: {
        FG_ASSIGN_OR_RETURN(buffer, state_->Parameter(input.index));
        break;
      }
      case Role::kState: {
        FG_ASSIGN_OR_RETURN(buffer, state_->State(input.index, input.part));
        break;
      }
      case Role::kHyper: {
        FG_ASSIGN_OR_RETURN(buffer, state_->Hyper(input.index, input.part));
        break;
      }
      case Role::kFixed:
        buffer = step.fixed[input.index].buffer();
        break;
      case Role::kCaptured: {
        const Storage& storage = *step.staged.trace->captured()[input.index].storage;
        auto it = step.captured.find(input.index);
        if (it == step.captured.end() || it->second.second != storage.version()) {
          FG_ASSIGN_OR_RETURN(Tensor value, storage.Read());
          FG_ASSIGN_OR_RETURN(
              DeviceTensor tensor,
              DeviceTensor::Create(executor.backend(), executor.budget(), std::move(value)));
          it = step.captured
                   .insert_or_assign(input.index,
                                     std::make_pair(std::move(tensor), storage.version()))
                   .first;
        }
        buffer = it->second.first.buffer();
        break;
      }
      case Role::kKey:
        step.changing.push_back(-1);
        break;
      case Role::kBatch:
        step.changing.push_back(input.index);
        break;
    }
    step.arguments.arguments.push_back(buffer);
  }
  return absl::OkStatus();
}

absl::Status TrainingRun::RunPending() {
  while (pending_) {
    FG_RETURN_IF_ERROR(BindArguments(*current_));
    guard_failed_ = not_finite_ = stage_anew_ = false;
    const absl::Status status = current_->instance->RunSteps(
        std::numeric_limits<int64_t>::max(), current_->arguments, *this, *this, environment_.token);
    if (guard_failed_) {
      // The step did not happen: its batch is staged as the text goes now, with the same key.
      FG_ASSIGN_OR_RETURN(Batch batch, PendingBatch());
      environment_.keys.set_draws(draws_before_step_);
      Drop(current_);
      FG_RETURN_IF_ERROR(Stage(std::move(batch)));
      batch_data_.clear();
      for (const Tensor& array : batch_.arrays) batch_data_.push_back(array.raw());
      pending_ = true;
      continue;
    }
    if (not_finite_) return Explain(status);
    FG_RETURN_IF_ERROR(status);
    if (stage_anew_) {
      fast_.clear();
      steps_.clear();
      current_ = nullptr;
    } else if (current_->staged.trace->has_effects()) {
      Drop(current_);
    }
    return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::StatusOr<Batch> TrainingRun::PendingBatch() {
  if (!batch_.value.is_nothing()) return std::move(batch_);
  std::vector<Tensor> arrays;
  for (size_t k = 0; k < batch_data_.size(); ++k) {
    const Tensor& like = current_->batch_buffers[k];
    FG_ASSIGN_OR_RETURN(Tensor array, Tensor::Create(like.dtype(), like.shape()));
    if (array.bytes() > 0) std::memcpy(array.mutable_raw(), batch_data_[k], array.bytes());
    arrays.push_back(std::move(array));
  }
  FG_ASSIGN_OR_RETURN(Value value, WithArrays(current_->batch_like, arrays));
  return ReadBatch(std::move(value));
}

void TrainingRun::Drop(const CompiledStep* step) {
  absl::erase_if(fast_, [&](const auto& entry) { return entry.second == step; });
  const std::string signature = step->signature;
  if (auto it = steps_.find(signature); it != steps_.end()) {
    environment_.executor.Return(it->second->plan, std::move(it->second->instance));
    steps_.erase(it);
  }
  current_ = nullptr;
}

absl::StatusOr<bool> TrainingRun::Next(absl::Span<const std::byte*> data) {
  if (!pending_) {
    FG_ASSIGN_OR_RETURN(const bool more, AdvanceFast());
    if (!more) return false;
  }
  for (size_t k = 0; k < data.size(); ++k) {
    const int array = current_->changing[k];
    if (array >= 0) {
      data[k] = batch_data_[array];
      continue;
    }
    // Staging drew the key of its own batch.
    if (current_->fresh) {
      FG_ASSIGN_OR_RETURN(const Tensor key,
                          current_->staged.trace->Concrete(current_->staged.trace->key_input()));
      std::copy_n(key.data<int64_t>().begin(), 2, key_.begin());
    } else {
      draws_before_step_ = environment_.keys.draws();
      key_ = environment_.keys.Next();
    }
    data[k] = reinterpret_cast<const std::byte*>(key_.data());
  }
  return true;
}

absl::StatusOr<bool> TrainingRun::AdvanceFast() {
  if (fast_signature_ < 0 || current_->staged.trace->has_effects()) return false;
  int64_t signature = epoch_->PeekSignature();
  if (signature == Epoch::kEnd) {
    if (epoch_number_ >= request_.epochs || !epoch_->Restart()) return false;
    ++epoch_number_;
    item_ = 0;
    loss_sum_ = 0;
    signature = epoch_->PeekSignature();
  }
  if (signature != fast_signature_) return false;
  std::copy(current_->batch_addresses.begin(), current_->batch_addresses.end(),
            batch_data_.begin());
  FG_RETURN_IF_ERROR(epoch_->NextInto(current_->batch_addresses, absl::MakeSpan(batch_data_)));
  batch_.value = Value();
  pending_ = true;
  return true;
}

absl::Status TrainingRun::Check(absl::Span<const std::byte* const> checked) {
  const std::vector<Trace::Guarded>& guards = current_->staged.trace->guards();
  // What a batch was staged with it need not prove.
  for (size_t g = 0; g < guards.size() && !current_->fresh; ++g) {
    const Tensor& expected = guards[g].expected;
    if (std::memcmp(checked[g + 1], expected.raw(), expected.bytes()) != 0) {
      guard_failed_ = true;
      return absl::AbortedError("a guard failed");
    }
  }
  const DType dtype = current_->staged.trace->builder().dtype(current_->staged.loss);
  next_loss_ = dtype == DType::kFloat32 ? *reinterpret_cast<const float*>(checked[0])
                                        : *reinterpret_cast<const double*>(checked[0]);
  if (std::isfinite(next_loss_)) {
    for (size_t i = guards.size() + 1; i < checked.size(); ++i) {
      FG_RETURN_IF_ERROR(optim::CheckNorm(*reinterpret_cast<const double*>(checked[i])));
    }
    return absl::OkStatus();
  }
  not_finite_ = true;
  return absl::InvalidArgumentError(absl::StrCat(
      "DomainError: Loss is ", std::isnan(next_loss_) ? "NaN" : (next_loss_ > 0 ? "Inf" : "-Inf"),
      " on data item ", item_ + 1, ", stopping training"));
}

}  // namespace fluxgate
