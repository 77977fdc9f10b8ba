#ifndef FLUXGATE_ENGINE_BACKEND_BACKEND_H_
#define FLUXGATE_ENGINE_BACKEND_BACKEND_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/cancellation.h"
#include "engine/base/crew.h"
#include "engine/base/memory_budget.h"
#include "engine/compile/plan.h"
#include "engine/ir/graph.h"

namespace fluxgate {

struct DeviceInfo {
  std::string name;         // "cpu": what a session asks for.
  std::string description;  // For people and checkpoints: "x86-64-v4, 2 cores".
  bool host_memory = true;  // It computes in the host's memory: any HostBuffer will do.
};

// A block of a device's memory.
class Buffer {
 public:
  virtual ~Buffer() = default;
  virtual size_t bytes() const = 0;
  // The address for the host; null when the host cannot reach the memory.
  virtual std::byte* host() { return nullptr; }
};

// What RunSteps goes round with: the plan's arguments in order, null where each step brings its
// own. Donated arguments hold the new values after a step.
struct CarriedState {
  std::vector<Buffer*> arguments;
};

// Where the arguments that change with each step come from: a batch, a random key.
class BatchSource {
 public:
  virtual ~BatchSource() = default;
  // Points `data[k]` to the elements, on the host, of the k-th null argument; they stay until the
  // next call. False when there is no further step. Called at step boundaries.
  virtual absl::StatusOr<bool> Next(absl::Span<const std::byte*> data) = 0;
};

class LossSink {
 public:
  virtual ~LossSink() = default;
  // The step's checked outputs, on the host. An error abandons the step: carried arguments are as
  // the step before left them.
  virtual absl::Status Check(absl::Span<const std::byte* const> checked) = 0;
  // The step is done. False ends the run.
  virtual absl::StatusOr<bool> StepDone() = 0;
};

// A loaded plan with an arena: what computes. One thread at a time.
class ExecutableInstance {
 public:
  virtual ~ExecutableInstance() = default;

  // One run. Arguments of donations are written; `results` may be null there. The token is looked
  // at before, and, without donations, between steps.
  virtual absl::Status Run(absl::Span<Buffer* const> arguments, absl::Span<Buffer* const> results,
                           const CancellationToken& token) = 0;

  // Up to `count` steps. REQUIRES: every output is checked or donated. The token is looked at when
  // a step is about to commit, at least every 200 µs of work or each step.
  virtual absl::Status RunSteps(int64_t count, CarriedState& state, BatchSource& batches,
                                LossSink& losses, const CancellationToken& token) = 0;

  // What it holds.
  virtual int64_t bytes() const = 0;
};

// A loaded plan. Immutable; shared by sessions.
class Executable {
 public:
  virtual ~Executable() = default;
  // Its arena is charged to `budget`, which may be null. `crew`, when set, outlives the instance and
  // takes part in its large kernels; the bits are the same with and without.
  virtual absl::StatusOr<std::unique_ptr<ExecutableInstance>> NewInstance(
      const std::shared_ptr<MemoryBudget>& budget, Crew* crew = nullptr) const = 0;
  virtual int64_t bytes() const = 0;
};

// Everything that a device must offer. Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;

  virtual const DeviceInfo& info() const = 0;
  virtual bool Supports(ir::OpKind op, DType dtype) const = 0;
  virtual absl::StatusOr<std::unique_ptr<Buffer>> Allocate(
      const std::shared_ptr<MemoryBudget>& budget, size_t bytes) = 0;
  // REQUIRES: as many bytes on both sides.
  virtual absl::Status CopyIn(absl::Span<const std::byte> host, Buffer& device) = 0;
  virtual absl::Status CopyOut(Buffer& device, absl::Span<std::byte> host) = 0;
  virtual absl::StatusOr<std::shared_ptr<const Executable>> Load(compile::Plan plan) = 0;
  // One node at once, with the kernels that plans use: the same bits.
  virtual absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                              absl::Span<const Tensor> operands) = 0;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BACKEND_BACKEND_H_
