#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_DNNL_MATMUL_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_DNNL_MATMUL_H_

#include <cstdint>
#include <memory>

#include "engine/backend/cpu/kernels/gemm_bodies.h"

namespace fluxgate::cpu {

// A Float32 product made by oneDNN on the calling thread.
class DnnlMatMul {
 public:
  // Elements from one column of `a`, as it is stored, to the next, with which the product is
  // quickest: its rows, or more where a copy with longer columns pays.
  static int64_t BestColumnOfA(const GemmExtent& extent);

  // For an `a` whose columns are `a_column` elements apart. Null when oneDNN has no primitive for
  // it, or is not part of this build.
  static std::unique_ptr<DnnlMatMul> Create(const GemmExtent& extent, int64_t a_column);

  virtual ~DnnlMatMul() = default;
  // Shares the primitive, which is expensive to make, and has its own handles.
  virtual std::unique_ptr<DnnlMatMul> Clone() const = 0;
  virtual int64_t scratch_bytes() const = 0;
  // False when oneDNN refused; then c is undefined.
  virtual bool Run(const void* a, const void* b, void* c, void* scratch) = 0;
};

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_DNNL_MATMUL_H_
