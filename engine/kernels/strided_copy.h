#ifndef FLUXGATE_ENGINE_KERNELS_STRIDED_COPY_H_
#define FLUXGATE_ENGINE_KERNELS_STRIDED_COPY_H_

#include <cstdint>

#include "absl/types/span.h"
#include "engine/tensor/shape.h"

namespace fluxgate::kernels {

// How far one step along each dim moves in a dense column-major array.
Dims DenseStrides(absl::Span<const int64_t> dims);

// Strides and offsets count elements of `element_size` bytes (1, 4 or 8).
struct StridedSide {
  Dims strides;
  int64_t offset = 0;
};

// to[i] = from[i] for every index i below `dims`. All movement ops are this: broadcasts have
// strides of 0, permutes reordered ones, slices an offset and multiples.
void StridedCopy(int64_t element_size, absl::Span<const int64_t> dims, const void* from,
                 const StridedSide& from_side, void* to, const StridedSide& to_side);

// The ops, on dense arrays.
void BroadcastTo(int64_t element_size, const Shape& from_shape, const void* from,
                 const Shape& to_shape, void* to);
// Dim d of the result is dim dims[d] of `from`.
void Permute(int64_t element_size, const Shape& from_shape, const void* from,
             absl::Span<const int> dims, void* to);
// Element k of dim d of the slice is element start[d] + k * step[d] of the whole.
struct SliceSpan {
  absl::Span<const int64_t> start, count, step;
};
void Slice(int64_t element_size, const Shape& whole_shape, const void* whole,
           const SliceSpan& slice, void* part);
// The other way: writes `part` into `whole`, and leaves the rest of it alone.
void WriteSlice(int64_t element_size, const void* part, const SliceSpan& slice,
                const Shape& whole_shape, void* whole);
// Writes `part` into `whole` from index `start` of `dim` on, the other dims being equal.
void WriteAlong(int64_t element_size, int dim, int64_t start, const Shape& part_shape,
                const void* part, const Shape& whole_shape, void* whole);

}  // namespace fluxgate::kernels

#endif  // FLUXGATE_ENGINE_KERNELS_STRIDED_COPY_H_
