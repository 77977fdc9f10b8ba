#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_BODIES_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_BODIES_H_

#include <cstdint>

#include "engine/kernels/reduce.h"
#include "engine/tensor/dtype.h"

namespace fluxgate::cpu {

// The array is inner × count × outer; the middle dim is reduced. REQUIRES: count > 0.
using ReduceFn = void (*)(const void* input, void* output, int64_t inner, int64_t count,
                          int64_t outer);
struct ReduceBodies {
  ReduceFn rows = nullptr;     // inner == 1
  ReduceFn columns = nullptr;  // any inner
};

// The builds of the bodies, one namespace for each instruction level. Bool has none.
#define FLUXGATE_DECLARE_REDUCE_BODIES(level)                           \
  namespace level {                                                     \
  ReduceBodies FindReduceBodies(kernels::ReduceKind kind, DType dtype); \
  }
FLUXGATE_DECLARE_REDUCE_BODIES(v2)
FLUXGATE_DECLARE_REDUCE_BODIES(v3)
FLUXGATE_DECLARE_REDUCE_BODIES(v4)
#undef FLUXGATE_DECLARE_REDUCE_BODIES

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_REDUCE_BODIES_H_
