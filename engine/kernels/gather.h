#ifndef FLUXGATE_ENGINE_KERNELS_GATHER_H_
#define FLUXGATE_ENGINE_KERNELS_GATHER_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate::kernels {

// result[.., j, ..] = array[.., indices[j], ..] with j along `dim`. Indices are 0-based; one
// outside is INVALID_ARGUMENT (a BoundsError) and names it 1-based.
absl::Status Gather(int64_t element_size, const Shape& shape, const void* array, int dim,
                    absl::Span<const int64_t> indices, void* result);

// The adjoint: result, of `shape`, is zero, then result[.., indices[j], ..] += values[.., j, ..], j
// in order.
absl::Status ScatterAdd(DType dtype, const Shape& shape, const void* values, int dim,
                        absl::Span<const int64_t> indices, void* result);

}  // namespace fluxgate::kernels

#endif  // FLUXGATE_ENGINE_KERNELS_GATHER_H_
