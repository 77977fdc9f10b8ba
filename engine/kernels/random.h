#ifndef FLUXGATE_ENGINE_KERNELS_RANDOM_H_
#define FLUXGATE_ENGINE_KERNELS_RANDOM_H_

#include <array>
#include <cstdint>

#include "engine/tensor/dtype.h"

namespace fluxgate::kernels {

using PhiloxBlock = std::array<uint32_t, 4>;

// Philox4x32-10 (Salmon et al., 2011): ten rounds, checked against the authors' vectors.
PhiloxBlock Philox(PhiloxBlock counter, std::array<uint32_t, 2> key);

enum class RandomKind : uint8_t { kUniform, kNormal };

// Element i comes from the one block whose counter is (i, draw), low words first, and whose 64-bit
// key is folded from `key`, an Int64[2]. Uniform numbers are multiples of 2^-24 (Float32) or 2^-53
// (Float64) in [0, 1); normal ones are made from two of them by Box and Muller. So any element can
// be had without the others.
void Random(RandomKind kind, DType dtype, const int64_t* key, int64_t draw, int64_t count,
            void* output);

}  // namespace fluxgate::kernels

#endif  // FLUXGATE_ENGINE_KERNELS_RANDOM_H_
