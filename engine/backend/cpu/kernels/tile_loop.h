#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_LOOP_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_LOOP_H_

#include <cstdint>

#include "engine/kernels/scalar_ops.h"

// Shared by the files that are compiled once per instruction level; nothing here may have external
// linkage. Iterations are independent even when `to` is an operand, which compilers cannot see.
#if defined(__clang__)
#define FLUXGATE_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#else
#define FLUXGATE_INDEPENDENT _Pragma("GCC ivdep")
#endif

namespace fluxgate::cpu {
namespace {

// Bool travels as bytes: gcc does not vectorise loads of bool.
template <typename T>
struct StoredAs {
  using type = T;
};
template <>
struct StoredAs<bool> {
  using type = uint8_t;
};
template <typename T>
using Stored = typename StoredAs<T>::type;

template <typename T>
[[gnu::always_inline]] inline T FromStored(Stored<T> x) {
  if constexpr (scalar_ops::kIsBool<T>) {
    return x != 0;
  } else {
    return x;
  }
}

// One operand of a loop: a tile, or one element that stands for all.
template <typename T, bool uniform>
class TileOperand {
 public:
  [[gnu::always_inline]] explicit TileOperand(const void* data)
      : data_(static_cast<const Stored<T>*>(data)), first_(*data_) {}
  [[gnu::always_inline]] T operator[](int64_t i) const {
    return FromStored<T>(uniform ? first_ : data_[i]);
  }

 private:
  const Stored<T>* data_;
  Stored<T> first_;
};

}  // namespace
}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_LOOP_H_
