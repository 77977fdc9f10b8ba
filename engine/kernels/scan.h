#ifndef FLUXGATE_ENGINE_KERNELS_SCAN_H_
#define FLUXGATE_ENGINE_KERNELS_SCAN_H_

#include <cstdint>

#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate::kernels {

// Running sums along `dim`, one element after the other.
void CumSum(DType dtype, const Shape& shape, int dim, const void* input, void* output);

// The 0-based position along `dim` of the greatest (or least) element: the first of equals, a NaN
// before any number. REQUIRES: the dim is not 0.
void ArgReduce(bool greatest, DType dtype, const Shape& shape, int dim, const void* input,
               int64_t* output);

// Element i is its index along `dim`.
void Iota(DType dtype, const Shape& shape, int dim, void* output);

}  // namespace fluxgate::kernels

#endif  // FLUXGATE_ENGINE_KERNELS_SCAN_H_
