#ifndef FLUXGATE_ENGINE_RUNTIME_TRAINED_STATE_H_
#define FLUXGATE_ENGINE_RUNTIME_TRAINED_STATE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/runtime/executor.h"
#include "engine/runtime/step_graph.h"

namespace fluxgate {

// What a training run carries from step to step, in the device's memory: parameters, optimiser
// state and hyperparameters. The values of the language are brought up to date by Publish.
class TrainedState {
 public:
  // Parameters that share a storage are one. REQUIRES: as many leaves as parameters.
  static absl::StatusOr<TrainedState> Create(Executor& executor, absl::Span<const Value> parameters,
                                             absl::Span<const Value> leaves);

  absl::Span<const TrainedParameter> parameters() const { return parameters_; }
  absl::Span<const std::vector<Tensor>> hypers() const { return hypers_; }

  // The buffer of an input of a step; made, and filled from the value, when first asked for.
  absl::StatusOr<Buffer*> Parameter(int index);
  absl::StatusOr<Buffer*> State(int index, int part);
  absl::StatusOr<Buffer*> Hyper(int group, int part);

  // Writes parameters and state to their arrays and leaves, if steps were made since.
  absl::Status Publish();
  void MarkStepped() { stepped_ = true; }

  // After others ran: takes over the parameters, states and hyperparameters that they changed.
  // True when steps must be staged anew, because rules changed otherwise than in their numbers.
  absl::StatusOr<bool> Refresh();

 private:
  struct Carried {
    std::unique_ptr<Buffer> buffer;
    Tensor published;      // Of a state: what its leaf was given, or had, last.
    uint64_t version = 0;  // Of a parameter: its storage's, then.
  };
  struct Held {
    Carried parameter;
    std::vector<Carried> state;
    std::string rule;  // RuleSignature
  };

  explicit TrainedState(Executor& executor) : executor_(&executor) {}
  absl::Status Upload(const Tensor& value, std::unique_ptr<Buffer>& buffer);
  absl::StatusOr<Tensor> Download(Buffer& buffer, DType dtype, const Shape& shape);
  absl::Status GroupHypers();
  absl::StatusOr<bool> RefreshHypers();

  Executor* executor_;
  std::vector<TrainedParameter> parameters_;
  std::vector<Held> held_;
  std::vector<std::vector<Tensor>> hypers_;
  std::vector<std::vector<std::unique_ptr<Buffer>>> hyper_buffers_;
  bool stepped_ = false;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_TRAINED_STATE_H_
