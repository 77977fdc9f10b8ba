#ifndef FLUXGATE_ENGINE_BACKEND_CPU_STEP_KERNEL_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_STEP_KERNEL_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/cpu/kernels/fused.h"
#include "engine/compile/plan.h"

namespace fluxgate::cpu {

// The kernel of one step of a plan, ready to run on any addresses. One thread at a time: instances
// of an executable work on clones.
class StepKernel {
 public:
  virtual ~StepKernel() = default;
  virtual std::unique_ptr<StepKernel> Clone() const = 0;
  virtual int64_t scratch_bytes() const { return 0; }
  // Does not allocate. Fails only where the data can be wrong: an index out of range.
  virtual absl::Status Run(const void* const* inputs, void* const* outputs, void* scratch) = 0;
  // What Run does in parts, for large shapes: Begin, then each piece once, in any order and on any
  // threads. How many there are depends on the shapes alone. 1: use Run.
  virtual int pieces() const { return 1; }
  virtual void Begin(const void* const* inputs, void* scratch) {}
  virtual void RunPiece(int piece, const void* const* inputs, void* const* outputs, void* scratch) {
  }
  // What Run does as calls that cannot fail, for small shapes, where finding addresses would take
  // longer than the work. They live as long as the kernel. Empty: use Run.
  virtual std::vector<BodyCall> Calls() const { return {}; }
};

// A kernel and the slots whose addresses it takes, in its own order.
struct StepProgram {
  std::unique_ptr<StepKernel> kernel;
  std::vector<int> input_slots;
  std::vector<int> output_slots;
};

absl::StatusOr<StepProgram> MakeStep(const compile::Plan& plan, const compile::Step& step);

// The parts of MakeStep.
absl::StatusOr<StepProgram> MakeFusedStep(const compile::Plan& plan, const compile::Step& step);
absl::StatusOr<StepProgram> MakeNodeStep(const compile::Plan& plan, const compile::Step& step);

// The kernel of one node whose operands are of these dtypes and shapes.
struct OperandType {
  DType dtype;
  Shape shape;
};
absl::StatusOr<std::unique_ptr<StepKernel>> MakeNodeKernel(const ir::Node& node,
                                                           absl::Span<const OperandType> operands);

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_STEP_KERNEL_H_
