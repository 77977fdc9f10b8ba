#ifndef FLUXGATE_ENGINE_KERNELS_MATMUL_H_
#define FLUXGATE_ENGINE_KERNELS_MATMUL_H_

#include <cstdint>

#include "engine/tensor/dtype.h"

namespace fluxgate::kernels {

// c = op(a) op(b), all column-major and dense: op(a) is m×k, op(b) k×n, c m×n; op transposes where
// asked. Integers wrap, Bool combines by "and" and "or".
struct MatMulShape {
  int64_t m = 0, n = 0, k = 0;
  bool transpose_a = false, transpose_b = false;
};
void MatMul(DType dtype, const MatMulShape& shape, const void* a, const void* b, void* c);

}  // namespace fluxgate::kernels

#endif  // FLUXGATE_ENGINE_KERNELS_MATMUL_H_
