#ifndef FLUXGATE_ENGINE_KERNELS_REDUCE_H_
#define FLUXGATE_ENGINE_KERNELS_REDUCE_H_

#include <cstdint>

#include "absl/types/span.h"
#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate::kernels {

enum class ReduceKind : uint8_t { kSum, kProd, kMax, kMin };

// The order in which the elements of one result are combined, for every backend, so that all give
// the same bits. Fewer elements than lanes are combined from the first to the last, as Julia does;
// it decides the last digit of a tutorial. More are taken in the operand's column-major order, in
// blocks of kReduceBlock; the last may be shorter. In a block, lane l starts with element l and
// combines elements l + 16, l + 32, ... in turn; the lanes of later blocks are combined, in turn,
// into those of the first. At last lane l takes in lane l + 8 if there is one, then l + 4, l + 2, l
// + 1. No elements give 0, 1, the least or the greatest value.
inline constexpr int64_t kReduceLanes = 16;
inline constexpr int64_t kReduceBlock = 1024;

// The value of a reduction of nothing.
template <typename T>
T ReduceIdentity(ReduceKind kind);

// Reduces `dims` (sorted) of a dense array. `output` holds the kept dims, densely. Bool sums as
// "or", multiplies as "and".
void Reduce(ReduceKind kind, DType dtype, const Shape& shape, absl::Span<const int> dims,
            const void* input, void* output);

}  // namespace fluxgate::kernels

#endif  // FLUXGATE_ENGINE_KERNELS_REDUCE_H_
