#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_GEMM_BODIES_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_GEMM_BODIES_H_

#include <cstdint>

namespace fluxgate::cpu {

// One product of column-major matrices; see matmul.h. REQUIRES: m, n, k > 0.
struct GemmExtent {
  int64_t m, n, k;
  bool transpose_a, transpose_b;
  // Elements from one column of b, as it is stored, to the next: more than its rows where c is some
  // columns of a larger product.
  int64_t b_column;
};
// `scratch` has kGemmScratchBytes, 64-byte aligned.
using GemmFn = void (*)(const GemmExtent& extent, const void* a, const void* b, void* c,
                        void* scratch);
inline constexpr int64_t kGemmScratchBytes = 32 * 1024;

// The builds of the products, one namespace for each instruction level. The order of additions in
// an element of c is that of k, in one chain for each block of k, but for one-row and one-column
// products, whose lanes are added up at the end.
#define FLUXGATE_DECLARE_GEMM_BODIES(level)                                         \
  namespace level {                                                                 \
  void GemmFloat32(const GemmExtent& extent, const void* a, const void* b, void* c, \
                   void* scratch);                                                  \
  void GemmFloat64(const GemmExtent& extent, const void* a, const void* b, void* c, \
                   void* scratch);                                                  \
  }
FLUXGATE_DECLARE_GEMM_BODIES(v2)
FLUXGATE_DECLARE_GEMM_BODIES(v3)
FLUXGATE_DECLARE_GEMM_BODIES(v4)
#undef FLUXGATE_DECLARE_GEMM_BODIES

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_GEMM_BODIES_H_
