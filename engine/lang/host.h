#ifndef FLUXGATE_ENGINE_LANG_HOST_H_
#define FLUXGATE_ENGINE_LANG_HOST_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/base/cancellation.h"
#include "engine/ir/graph.h"
#include "engine/value/trace.h"
#include "engine/value/value.h"

namespace fluxgate {

namespace lang {
class Origins;
}

// Progress of a training run, reported at step boundaries.
struct TrainProgress {
  int64_t epoch = 0;  // 1-based, of the step just made
  int64_t epochs = 0;
  int64_t step = 0;      // made so far, over all epochs
  int64_t steps = 0;     // in all; 0 when the data does not say
  double loss = 0;       // of the last batch, before its update
  double mean_loss = 0;  // of this epoch's batches so far, each before its update
  double steps_per_second = 0;
  bool epoch_end = false;
};

// One staging of loss(model, batch...): what the trainer differentiates and compiles. The trace's
// captured storages include the parameters that the loss used.
struct StagedLoss {
  std::shared_ptr<Trace> trace;
  ir::NodeId loss = ir::kNoNode;         // rank 0, float
  std::vector<ir::NodeId> batch_inputs;  // one per array of the batch, in walk order (Placeholder)
  std::shared_ptr<const lang::Origins> origins;  // of the trace's nodes; may be null
};

struct FailedStep;

struct TrainRequest {
  // Stages the loss on one batch (a tuple of arguments, arrays as they come from the data).
  std::function<absl::StatusOr<StagedLoss>(const Value& batch)> stage;
  // The batches of one epoch, in order; called at the start of each epoch (a loader shuffles then).
  // Each batch is a tuple of the loss's data arguments.
  struct Epoch {
    virtual ~Epoch() = default;
    virtual int64_t size() const = 0;  // -1: not known
    // False at the end.
    virtual absl::StatusOr<bool> Next(Value* batch) = 0;

    // ---- The fast path, for batches that are cut from dense arrays; optional ----
    // Batches of equal signature have arrays of equal dtypes and shapes, and nothing but arrays.
    static constexpr int64_t kEnd = -1;      // no batch is left
    static constexpr int64_t kUnknown = -2;  // the next batch can only be had from Next
    // The signature (not negative) of the batch that Next or NextInto would give.
    virtual int64_t PeekSignature() { return kUnknown; }
    // Takes the next batch without a Value. REQUIRES: PeekSignature() >= 0. For array k in walk
    // order: either writes its elements to `buffers[k]`, which has room and is aligned to 64 bytes,
    // and leaves `data[k]` alone, or points `data[k]` to them, where they stay until the next call
    // of any method. Allocates nothing.
    virtual absl::Status NextInto(absl::Span<std::byte* const> buffers,
                                  absl::Span<const std::byte*> data) {
      return absl::UnimplementedError("this epoch has no fast path");
    }
    // Which example (from 0) stands in `column` of the batch that was given last; -1: not known.
    virtual int64_t ExampleAt(int64_t column) const { return -1; }
    // Begins the next epoch in this object, as start_epoch would make it; false when it cannot.
    virtual bool Restart() { return false; }
  };
  std::function<absl::StatusOr<std::unique_ptr<Epoch>>()> start_epoch;
  int64_t epochs = 1;

  // The parameters and, for each, the leaf of the optimiser's state (optim::Leaf values), same
  // order.
  std::vector<Value> parameters;
  std::vector<Value> leaves;

  // Called under the session's turn with parameters and states published: at the end of every epoch
  // and about every 50 ms between, or, with `every_step`, after each step. False stops after that
  // step. May be null.
  std::function<absl::StatusOr<bool>(const TrainProgress&)> on_step;
  bool every_step = false;
  // on_step may change what the loss reads besides arrays: stage anew after each call.
  bool on_step_has_effects = false;

  // The error of a step whose loss is no finite number: where it ceased to be one. May be null.
  std::function<absl::Status(const FailedStep&)> explain;
};

// A step that did not happen because its loss is not finite, and all that it was to be made from.
struct FailedStep {
  const StagedLoss& staged;
  std::vector<Tensor> inputs;  // of the trace's graph, one per input
  int64_t epoch = 1;           // 1-based
  int64_t batch = 1;           // 1-based, of its epoch
  int64_t step = 1;            // 1-based, of the run
  double loss = 0;
  // Null: of a loop that the caller drives, where epoch, batch and step mean nothing.
  const TrainRequest::Epoch* epoch_data = nullptr;
};

struct TrainSummary {
  int64_t steps = 0;
  double last_loss = 0;
  bool stopped = false;  // by on_step
};

// What the language asks of the world outside it. engine/runtime implements it on a backend; a
// session supplies keys, token, turn and output. Calls come from one thread at a time.
class Host : public NodeEvaluator {
 public:
  // Runs a staged graph. The first use of a graph runs op by op, later ones its compiled plan: the
  // same bits.
  virtual absl::StatusOr<std::vector<Tensor>> Run(const ir::Graph& graph,
                                                  absl::Span<const Tensor> inputs) = 0;

  // Trains until the epochs are done. Parameters and states are written in place at the end, at
  // every pause, and when the run is cancelled or fails: always as they were after the last whole
  // step.
  virtual absl::StatusOr<TrainSummary> Train(const TrainRequest& request) = 0;

  // The key of the next draw, Int64[2]; draws are numbered, so a session's sequence is
  // reproducible.
  virtual Tensor NextKey() = 0;
  virtual void Seed(uint64_t seed) = 0;

  // OK, or why evaluation must stop now. Also lets other sessions compute. Called every so many
  // steps, wherever the evaluation is.
  virtual absl::Status Pause() = 0;
  // The same where everything that others could read is whole: other calls of the session may have
  // their turn, too.
  virtual absl::Status PauseBetweenStatements() { return Pause(); }

  // Text printed by println and its kin, as it comes. RESOURCE_EXHAUSTED past the output limit.
  virtual absl::Status Print(absl::string_view text) = 0;

  // Names of the devices that exist ("cpu"), the session's first.
  virtual std::vector<std::string> Devices() const = 0;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_LANG_HOST_H_
