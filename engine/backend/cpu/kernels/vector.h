#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_VECTOR_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_VECTOR_H_

#include <cstdint>

// Vectors of the compiler's own (gcc and clang), for files that are compiled once per instruction
// level. Nothing here may have external linkage.
namespace fluxgate::cpu {
namespace {

#if defined(__AVX512F__)
constexpr int kVectorBytes = 64;
#elif defined(__AVX__)
constexpr int kVectorBytes = 32;
#else
constexpr int kVectorBytes = 16;
#endif

// `bytes` of T; one T when bytes is its size.
template <typename T, int bytes>
struct VectorOf {
  typedef T type __attribute__((vector_size(bytes)));
  typedef T unaligned __attribute__((vector_size(bytes), aligned(sizeof(T)), may_alias));
};
template <typename T>
struct VectorOf<T, sizeof(T)> {
  using type = T;
  using unaligned = T;
};

template <typename T, int bytes>
using Vector = typename VectorOf<T, bytes>::type;

template <typename T, int bytes>
[[gnu::always_inline]] inline Vector<T, bytes> LoadVector(const T* from) {
  return *reinterpret_cast<const typename VectorOf<T, bytes>::unaligned*>(from);
}
template <typename T, int bytes>
[[gnu::always_inline]] inline void StoreVector(T* to, Vector<T, bytes> v) {
  *reinterpret_cast<typename VectorOf<T, bytes>::unaligned*>(to) = v;
}
// Every element `x`; adding the 0 of a vector would lose the sign of -0.0.
template <typename T, int bytes>
[[gnu::always_inline]] inline Vector<T, bytes> Splat(T x) {
  if constexpr (bytes == sizeof(T)) {
    return x;
  } else {
    return x - Vector<T, bytes>{};
  }
}

}  // namespace
}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_VECTOR_H_
