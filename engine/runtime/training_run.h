#ifndef FLUXGATE_ENGINE_RUNTIME_TRAINING_RUN_H_
#define FLUXGATE_ENGINE_RUNTIME_TRAINING_RUN_H_

#include <array>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "engine/backend/backend.h"
#include "engine/base/cancellation.h"
#include "engine/base/pacer.h"
#include "engine/lang/host.h"
#include "engine/runtime/batch.h"
#include "engine/runtime/executor.h"
#include "engine/runtime/key_sequence.h"
#include "engine/runtime/trained_state.h"
#include "engine/runtime/turn.h"

namespace fluxgate {

// One Host::Train. For each signature of a batch the loss is staged and compiled once; the executor
// then goes round by itself and asks this object for batches, verdicts and whether to go on, so a
// step costs no queue, no lock and no heap. It comes out of the executor when the signature
// changes, a guard fails or the data has no fast path.
class TrainingRun : private BatchSource, private LossSink {
 public:
  struct Environment {
    Executor& executor;
    KeySequence& keys;
    Turn* turn = nullptr;  // May be null.
    CancellationToken token;
    std::string job = {};  // Locks the parameters; may be empty.
  };
  TrainingRun(Environment environment, const TrainRequest& request)
      : environment_(std::move(environment)), request_(request) {}

  absl::StatusOr<TrainSummary> Run();

 private:
  using Clock = std::chrono::steady_clock;

  // A loss staged for one signature of batches, compiled.
  struct CompiledStep {
    std::string signature;
    StagedLoss staged;
    std::vector<StepInput> inputs;
    std::shared_ptr<const LoadedPlan> plan;
    std::unique_ptr<ExecutableInstance> instance;
    std::vector<DeviceTensor> fixed;
    absl::flat_hash_map<int, std::pair<DeviceTensor, uint64_t>> captured;  // With its version.
    Value batch_like;                   // Kept: the signature may name its objects.
    std::vector<Tensor> batch_buffers;  // Where NextInto writes.
    std::vector<std::byte*> batch_addresses;
    std::vector<int> changing;  // Per changing argument: the batch's array, or -1: the key.
    CarriedState arguments;
    bool fresh = true;  // Staged with the batch that comes next.
  };

  absl::Status RunEpochs();
  // Makes the next batch the pending one and chooses its step; false at the end of the epoch.
  absl::StatusOr<bool> Fetch();
  absl::Status Stage(Batch batch);
  absl::Status BindArguments(CompiledStep& step);
  absl::Status RunPending();
  // The pending batch once more as a Value, to stage it again.
  absl::StatusOr<Batch> PendingBatch();
  void Drop(const CompiledStep* step);
  // The error of the pending step, whose loss is not finite.
  absl::Status Explain(const absl::Status& plain);
  // What the present step gets for an input, in the host's memory.
  absl::StatusOr<Tensor> InputValue(const StepInput& input) const;

  // BatchSource and LossSink.
  absl::StatusOr<bool> Next(absl::Span<const std::byte*> data) override;
  absl::Status Check(absl::Span<const std::byte* const> checked) override;
  absl::StatusOr<bool> StepDone() override;

  absl::StatusOr<bool> AdvanceFast();
  absl::StatusOr<bool> EpochIsDone();
  absl::StatusOr<bool> AtBoundary(bool epoch_end, bool due);
  absl::StatusOr<bool> Report(bool epoch_end);
  absl::Status Yield();
  absl::Status TakeOverChanges();

  const Environment environment_;
  const TrainRequest& request_;
  std::unique_ptr<TrainedState> state_;
  absl::flat_hash_map<std::string, std::unique_ptr<CompiledStep>> steps_;
  absl::flat_hash_map<int64_t, CompiledStep*> fast_;

  std::unique_ptr<TrainRequest::Epoch> epoch_;
  int64_t epoch_number_ = 0;  // 1-based.
  int64_t item_ = 0;          // Steps made in this epoch.
  int64_t step_ = 0;          // Steps made in all.
  double loss_ = 0, next_loss_ = 0;
  double loss_sum_ = 0;  // Of this epoch.

  CompiledStep* current_ = nullptr;
  int64_t fast_signature_ = TrainRequest::Epoch::kUnknown;  // Of the pending batch.
  Batch batch_;                               // The pending one, when it came as a Value.
  std::vector<const std::byte*> batch_data_;  // The pending batch's arrays.
  bool pending_ = false;
  bool prefetched_ = false, prefetched_more_ = false;
  Value prefetched_batch_;
  std::array<int64_t, 2> key_{};
  uint64_t draws_before_step_ = 0;
  bool guard_failed_ = false, not_finite_ = false, stage_anew_ = false, rebind_ = false,
       stopped_ = false;

  Pacer pacer_;
  Clock::time_point start_, last_report_, last_publish_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_TRAINING_RUN_H_
