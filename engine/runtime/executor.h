#ifndef FLUXGATE_ENGINE_RUNTIME_EXECUTOR_H_
#define FLUXGATE_ENGINE_RUNTIME_EXECUTOR_H_

#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/backend.h"
#include "engine/base/cancellation.h"
#include "engine/base/memory_budget.h"
#include "engine/compile/plan_cache.h"

namespace fluxgate {

// A plan on a device, as the plan cache keeps it.
class LoadedPlan : public compile::CachedPlan {
 public:
  explicit LoadedPlan(std::shared_ptr<const Executable> executable)
      : executable_(std::move(executable)) {}
  int64_t bytes() const override { return executable_->bytes(); }
  const Executable& executable() const { return *executable_; }

 private:
  const std::shared_ptr<const Executable> executable_;
};

// Runs graphs on a backend. A graph's first use runs node by node, later ones its plan: the same
// kernels, the same bits. One thread at a time.
class Executor {
 public:
  // `crew` may be null, and outlives the executor.
  Executor(std::shared_ptr<Backend> backend, std::shared_ptr<compile::PlanCache> cache,
           std::shared_ptr<MemoryBudget> budget, Crew* crew = nullptr)
      : backend_(std::move(backend)),
        cache_(std::move(cache)),
        budget_(std::move(budget)),
        crew_(crew) {}

  Backend& backend() const { return *backend_; }
  const std::shared_ptr<MemoryBudget>& budget() const { return budget_; }

  absl::StatusOr<std::vector<Tensor>> Run(const ir::Graph& graph, absl::Span<const Tensor> inputs,
                                          const CancellationToken& token);

  // An instance of a plan, charged to this executor's budget; Return keeps it for the next Take.
  absl::StatusOr<std::unique_ptr<ExecutableInstance>> Take(
      const std::shared_ptr<const LoadedPlan>& plan);
  void Return(const std::shared_ptr<const LoadedPlan>& plan,
              std::unique_ptr<ExecutableInstance> instance);

  // The plan of a graph, from the cache or made now.
  absl::StatusOr<std::shared_ptr<const LoadedPlan>> Load(ir::Graph graph,
                                                         compile::CompileOptions options);
  // The plan itself, made now.
  absl::StatusOr<compile::Plan> Compile(const ir::Graph& graph,
                                        const compile::CompileOptions& options);
  // The time that making plans has taken since the last call.
  std::chrono::nanoseconds TakeCompileTime() { return std::exchange(compile_time_, {}); }

 private:
  absl::StatusOr<std::vector<Tensor>> RunNodes(const ir::Graph& graph,
                                               absl::Span<const Tensor> inputs,
                                               const CancellationToken& token);
  absl::StatusOr<std::vector<Tensor>> RunPlan(ir::Graph graph, std::vector<Tensor> inputs,
                                              const CancellationToken& token);

  const std::shared_ptr<Backend> backend_;
  const std::shared_ptr<compile::PlanCache> cache_;
  const std::shared_ptr<MemoryBudget> budget_;
  Crew* const crew_;
  absl::flat_hash_set<uint64_t> seen_;  // Fingerprints of graphs that ran once.
  struct Idle {
    std::shared_ptr<const LoadedPlan> plan;
    std::unique_ptr<ExecutableInstance> instance;
  };
  absl::flat_hash_map<const LoadedPlan*, Idle> idle_;
  int64_t idle_bytes_ = 0;
  std::chrono::nanoseconds compile_time_{0};
};

// A tensor where the backend can compute with it: in place when that is the host.
class DeviceTensor {
 public:
  static absl::StatusOr<DeviceTensor> Create(Backend& backend,
                                             const std::shared_ptr<MemoryBudget>& budget,
                                             Tensor value);
  Buffer* buffer() const { return buffer_.get(); }
  const Tensor& value() const { return *value_; }

 private:
  std::unique_ptr<Tensor> value_;  // Keeps its address when the object moves.
  std::unique_ptr<Buffer> buffer_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_RUNTIME_EXECUTOR_H_
