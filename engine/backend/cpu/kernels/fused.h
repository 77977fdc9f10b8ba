#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_FUSED_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_FUSED_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/cpu/kernels/cpu_level.h"
#include "engine/ir/op.h"
#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate::cpu {

// A chain of elementwise ops over one shape, run tile by tile without intermediate arrays.
//
// Values are numbered: the inputs first, then the result of each instruction.
struct FusedInput {
  DType dtype = DType::kFloat32;
  // Per dim of the program's shape, how many elements a step along it moves in the input's buffer:
  // 0 repeats (a broadcast), a permuted or sliced view has strides of its own. Empty: the input has
  // the program's own shape, densely.
  Dims strides;
  // Of the element at index (0, 0, ...), for views.
  int64_t offset = 0;
};

struct FusedInstruction {
  ir::OpKind op = ir::OpKind::kBarrier;  // A UNARY or BINARY row of op.def, kCast or kSelect.
  DType dtype = DType::kFloat32;         // Of the result.
  int32_t operands[3] = {-1, -1, -1};    // Earlier values.
};

struct FusedOutput {
  int32_t value = 0;
  // The input whose buffer this output may share (in-place update), or -1 when it shares none.
  // REQUIRES: that input has the program's own shape, densely, and the output's element size.
  int32_t alias = -1;
};

struct FusedProgram {
  Shape shape;
  std::vector<FusedInput> inputs;
  std::vector<FusedInstruction> instructions;
  std::vector<FusedOutput> outputs;  // Dense, of the program's shape.
};

// One call of an elementwise body, on operands that lie somewhere in the memory of a run.
struct BodyCall {
  using Body = void (*)(void* to, const void* a, const void* b, const void* c, int64_t count);
  struct Place {
    enum class Of : uint8_t { kInput, kOutput, kScratch, kObject };
    Of of = Of::kScratch;
    int32_t index = 0;             // Of the input or output.
    int64_t offset = 0;            // In bytes; not of an object.
    const void* object = nullptr;  // What the body itself needs.
  };
  Body body = nullptr;
  Place to, a, b, c;
  int64_t count = 0;
};

// A program ready to run: registers assigned, bodies chosen for the processor. Immutable; copies
// share it.
class FusedKernel {
 public:
  // INVALID_ARGUMENT when an instruction names a later value or an op that is not elementwise.
  static absl::StatusOr<FusedKernel> Create(const FusedProgram& program,
                                            CpuLevel level = BestLevel());

  // What Run needs in `scratch`, 64-byte aligned: a multiple of 64.
  int64_t scratch_bytes() const;

  // Neither allocates nor locks. Threads may share the kernel, each with its own scratch.
  void Run(absl::Span<const void* const> inputs, absl::Span<void* const> outputs,
           void* scratch) const;

  // A part of the work: elements [begin, end) of the outputs. Any cut at multiples of the tile
  // gives the same bits.
  void RunRange(absl::Span<const void* const> inputs, absl::Span<void* const> outputs,
                void* scratch, int64_t begin, int64_t end) const;
  int64_t count() const;
  int64_t tile() const;

  // The calls that Run makes, in order, when the shape is one tile: whoever runs the kernel on the
  // same addresses again and again makes them itself and saves finding the addresses. The calls
  // live as long as a copy of the kernel. Empty for larger shapes.
  std::vector<BodyCall> Calls() const;

  struct Impl;

 private:
  explicit FusedKernel(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_FUSED_H_
