#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/backend/cpu/kernels/cpu_level.h"
#include "engine/ir/op.h"
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

  // Neither allocates nor locks; threads may share the kernel. `output` shares no bytes with
  // `input`.
  void Run(const void* input, void* output) const { run_(*this, input, output); }

 private:
  friend struct ReduceBodies;
  using RunFn = void (*)(const ReduceKernel& self, const void* input, void* output);
  RunFn run_ = nullptr;
  // What differs between layouts: see reduce.cc.
  const void* body_ = nullptr;
  int64_t inner_ = 1, count_ = 1, outer_ = 1;
  Dims kept_dims_, kept_strides_, reduced_dims_, reduced_strides_;
};

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_H_
