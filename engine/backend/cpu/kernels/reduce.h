#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/cpu/kernels/cpu_level.h"
#include "engine/backend/cpu/kernels/reduce_bodies.h"
#include "engine/ir/op.h"
#include "engine/kernels/reduce.h"
#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate::cpu {

// Sum, Prod, ReduceMax or ReduceMin along dims, in the order that engine/kernels/reduce.h defines:
// the same bits as the interpreter's, at every instruction level. A plain value.
class ReduceKernel {
 public:
  // `dims`: the dims that become 1. Operand and result have `dtype`.
  static absl::StatusOr<ReduceKernel> Create(ir::OpKind op, DType dtype, const Shape& operand,
                                             absl::Span<const int> dims,
                                             CpuLevel level = BestLevel());

  // Does not lock; threads may share the kernel. `output` shares no bytes with `input`.
  void Run(const void* input, void* output) const;

 private:
  enum class Layout : uint8_t { kRows, kColumns, kGeneral };
  ReduceKernel() = default;

  Layout layout_ = Layout::kGeneral;
  ReduceBodies bodies_;
  int64_t inner_ = 1, count_ = 1, outer_ = 1;
  // Of the general case, which is left to engine/kernels.
  kernels::ReduceKind kind_ = kernels::ReduceKind::kSum;
  DType dtype_ = DType::kFloat32;
  Shape shape_;
  absl::InlinedVector<int, 4> dims_;
};

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_H_
