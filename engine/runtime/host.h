#ifndef FLUXGATE_ENGINE_RUNTIME_HOST_H_
#define FLUXGATE_ENGINE_RUNTIME_HOST_H_

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/backend/backend.h"
#include "engine/base/cancellation.h"
#include "engine/base/memory_budget.h"
#include "engine/compile/plan_cache.h"
#include "engine/compile/plan_summary.h"
#include "engine/lang/host.h"
#include "engine/runtime/executor.h"
#include "engine/runtime/key_sequence.h"
#include "engine/runtime/turn.h"

namespace fluxgate {

// The language's host on a backend. A session has one; what belongs to a single evaluation (its
// token, turn and output) is set with a ScopedEvaluation. One thread at a time.
class RuntimeHost : public Host {
 public:
  struct Options {
    std::shared_ptr<Backend> backend;                // REQUIRED
    std::shared_ptr<compile::PlanCache> plan_cache;  // Null: one of its own.
    std::shared_ptr<MemoryBudget> budget;            // Null: unlimited.
    uint64_t seed = 0;
    Crew* crew = nullptr;  // Takes part in large kernels; outlives the host. May be null.
  };
  explicit RuntimeHost(Options options);

  struct Evaluation {
    CancellationToken token;
    Turn* turn = nullptr;                               // May be null.
    std::function<void(absl::string_view text)> print;  // May be null: text is dropped.
    int64_t output_limit = int64_t{1} << 20;            // Bytes of text.
    std::string job = {};  // While it trains, nobody else may write the arrays. Empty: none.
  };
  void Begin(Evaluation evaluation);
  void End() { Begin({}); }

  // The sequence of random keys, for checkpoints.
  KeySequence& keys() { return keys_; }
  Backend& backend() const { return executor_.backend(); }
  // The time that making plans has taken since the last call.
  std::chrono::nanoseconds TakeCompileTime() { return executor_.TakeCompileTime(); }

  // The plans that Run and Train would make of a graph and of a step, for people; none is kept.
  absl::StatusOr<compile::PlanSummary> Explain(const ir::Graph& graph);
  absl::StatusOr<compile::PlanSummary> ExplainStep(const StagedLoss& staged,
                                                   absl::Span<const Value> parameters,
                                                   absl::Span<const Value> leaves);

  // ---- Host ----
  absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                      absl::Span<const Tensor> operands) override;
  absl::StatusOr<std::vector<Tensor>> Run(const ir::Graph& graph,
                                          absl::Span<const Tensor> inputs) override;
  absl::StatusOr<TrainSummary> Train(const TrainRequest& request) override;
  Tensor NextKey() override;
  void Seed(uint64_t seed) override { keys_.Seed(seed); }
  absl::Status Pause() override;
  absl::Status PauseBetweenStatements() override;
  absl::Status Print(absl::string_view text) override;
  std::vector<std::string> Devices() const override;

 private:
  Executor executor_;
  KeySequence keys_;
  Evaluation evaluation_;
  int64_t printed_ = 0;
};

// An evaluation for the life of the object.
class ScopedEvaluation {
 public:
  ScopedEvaluation(RuntimeHost& host, RuntimeHost::Evaluation evaluation) : host_(host) {
    host_.Begin(std::move(evaluation));
  }
  ~ScopedEvaluation() { host_.End(); }
  ScopedEvaluation(const ScopedEvaluation&) = delete;
  ScopedEvaluation& operator=(const ScopedEvaluation&) = delete;

 private:
  RuntimeHost& host_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_HOST_H_
