// Compiled once per instruction level, with ISA naming it.

#include "engine/backend/cpu/kernels/reduce_bodies.h"
#include "engine/backend/cpu/kernels/vector.h"
#include "engine/kernels/scalar_ops.h"

namespace fluxgate::cpu::ISA {
namespace {

using kernels::kReduceBlock;
using kernels::kReduceLanes;
using kernels::ReduceKind;

// Combining with it changes no bit, so lanes start with it: -0.0 for sums, because 0.0 would turn
// -0.0 into itself.
template <ReduceKind kind, typename T>
constexpr T Neutral() {
  if constexpr (kind == ReduceKind::kProd) {
    return T(1);
  } else if constexpr (scalar_ops::kIsFloat<T>) {
    if (kind == ReduceKind::kSum) return T(-0.0);
    return static_cast<T>(kind == ReduceKind::kMax ? -__builtin_inf() : __builtin_inf());
  } else {
    constexpr T kLeast = static_cast<T>(scalar_ops::Unsigned<T>(1) << (sizeof(T) * 8 - 1));
    if (kind == ReduceKind::kSum) return T(0);
    return kind == ReduceKind::kMax ? kLeast : static_cast<T>(~kLeast);
  }
}

template <ReduceKind kind, typename T>
[[gnu::always_inline]] inline T Combine(T a, T b) {
  if (kind == ReduceKind::kSum) return scalar_ops::Add(a, b);
  if (kind == ReduceKind::kProd) return scalar_ops::Mul(a, b);
  if (kind == ReduceKind::kMax) return scalar_ops::Max(a, b);
  return scalar_ops::Min(a, b);
}

// The same on vectors; integers are combined as unsigned ones, which wrap.
template <ReduceKind kind, typename T, int bytes>
[[gnu::always_inline]] inline Vector<T, bytes> CombineVectors(Vector<T, bytes> a,
                                                              Vector<T, bytes> b) {
  if constexpr (bytes == sizeof(T)) {
    return Combine<kind, T>(a, b);
  } else {
    using Plain = Vector<T, bytes>;
    using Bits = Vector<scalar_ops::Unsigned<T>, bytes>;
    constexpr bool kFloat = scalar_ops::kIsFloat<T>;
    if constexpr (kind == ReduceKind::kSum || kind == ReduceKind::kProd) {
      constexpr bool kAdd = kind == ReduceKind::kSum;
      if constexpr (kFloat) {
        return kAdd ? a + b : a * b;
      } else {
        const Bits x = (Bits)a, y = (Bits)b;
        return (Plain)(kAdd ? x + y : x * y);
      }
    } else {
      constexpr bool kMax = kind == ReduceKind::kMax;
      const Plain chosen = kMax ? (a > b ? a : b) : (a < b ? a : b);
      if constexpr (!kFloat) {
        return chosen;
      } else {
        const Plain zero = (Plain)(kMax ? (Bits)a & (Bits)b : (Bits)a | (Bits)b);
        const Plain ordered = a == b ? zero : chosen;
        return ((a != a) | (b != b)) ? a + b : ordered;
      }
    }
  }
}

// Lane l takes in lane l + 8, then l + 4, l + 2, l + 1.
template <ReduceKind kind, typename T>
[[gnu::always_inline]] inline T CombineLanes(T* lanes) {
  for (int half = kReduceLanes / 2; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) lanes[l] = Combine<kind>(lanes[l], lanes[l + half]);
  }
  return lanes[0];
}

// Of fewer elements than lanes, from the first to the last.
template <ReduceKind kind, typename T>
[[gnu::always_inline]] inline T ReduceShortRow(const T* x, int64_t count) {
  T total = x[0];
  for (int64_t i = 1; i < count; ++i) total = Combine<kind>(total, x[i]);
  return total;
}

template <ReduceKind kind, typename T>
[[gnu::always_inline]] inline T ReduceRow(const T* x, int64_t count) {
  if (count > 0 && count < kReduceLanes) return ReduceShortRow<kind>(x, count);
  constexpr int kVectors = static_cast<int>(kReduceLanes * sizeof(T)) / kVectorBytes;
  constexpr int kWidth = kVectorBytes / sizeof(T);
  using V = Vector<T, kVectorBytes>;
  V totals[kVectors], lanes[kVectors];
  alignas(64) T last[kReduceLanes];
  for (int v = 0; v < kVectors; ++v) totals[v] = Splat<T, kVectorBytes>(Neutral<kind, T>());
  for (int64_t begin = 0; begin < count; begin += kReduceBlock) {
    const int64_t size = count - begin < kReduceBlock ? count - begin : kReduceBlock;
    for (int v = 0; v < kVectors; ++v) lanes[v] = Splat<T, kVectorBytes>(Neutral<kind, T>());
    int64_t i = 0;
    for (; i + kReduceLanes <= size; i += kReduceLanes) {
      for (int v = 0; v < kVectors; ++v) {
        lanes[v] = CombineVectors<kind, T, kVectorBytes>(
            lanes[v], LoadVector<T, kVectorBytes>(x + i + v * kWidth));
      }
    }
    if (i < size) {
      for (int l = 0; l < kReduceLanes; ++l) last[l] = i + l < size ? x[i + l] : Neutral<kind, T>();
      for (int v = 0; v < kVectors; ++v) {
        lanes[v] = CombineVectors<kind, T, kVectorBytes>(
            lanes[v], LoadVector<T, kVectorBytes>(last + v * kWidth));
      }
    }
    for (int v = 0; v < kVectors; ++v) {
      totals[v] = CombineVectors<kind, T, kVectorBytes>(totals[v], lanes[v]);
    }
    x += size;
  }
  for (int v = 0; v < kVectors; ++v) StoreVector<T, kVectorBytes>(last + v * kWidth, totals[v]);
  return CombineLanes<kind>(last);
}

template <ReduceKind kind, typename T>
void Rows(const void* input, void* output, int64_t, int64_t count, int64_t outer) {
  const T* x = static_cast<const T*>(input);
  T* out = static_cast<T*>(output);
  for (int64_t o = 0; o < outer; ++o) out[o] = ReduceRow<kind, T>(x + o * count, count);
}

// A vector of neighbouring results at once, each with its sixteen lanes.
template <ReduceKind kind, typename T, int bytes>
[[gnu::always_inline]] inline void ReduceColumn(const T* x, int64_t stride, int64_t count, T* out) {
  using V = Vector<T, bytes>;
  if (count > 0 && count < kReduceLanes) {
    V total = LoadVector<T, bytes>(x);
    for (int64_t j = 1; j < count; ++j) {
      total = CombineVectors<kind, T, bytes>(total, LoadVector<T, bytes>(x + j * stride));
    }
    return StoreVector<T, bytes>(out, total);
  }
  V totals[kReduceLanes], lanes[kReduceLanes];
  const V neutral = Splat<T, bytes>(Neutral<kind, T>());
  for (int64_t begin = 0; begin < count; begin += kReduceBlock) {
    const int64_t size = count - begin < kReduceBlock ? count - begin : kReduceBlock;
    for (int l = 0; l < kReduceLanes; ++l) lanes[l] = neutral;
    int64_t j = 0;
    for (; j + kReduceLanes <= size; j += kReduceLanes) {
      for (int l = 0; l < kReduceLanes; ++l) {
        lanes[l] = CombineVectors<kind, T, bytes>(lanes[l], LoadVector<T, bytes>(x));
        x += stride;
      }
    }
    for (int l = 0; l < size - j; ++l) {
      lanes[l] = CombineVectors<kind, T, bytes>(lanes[l], LoadVector<T, bytes>(x));
      x += stride;
    }
    for (int l = 0; l < kReduceLanes; ++l) {
      totals[l] = begin == 0 ? lanes[l] : CombineVectors<kind, T, bytes>(totals[l], lanes[l]);
    }
  }
  for (int half = kReduceLanes / 2; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) {
      totals[l] = CombineVectors<kind, T, bytes>(totals[l], totals[l + half]);
    }
  }
  StoreVector<T, bytes>(out, totals[0]);
}

template <ReduceKind kind, typename T>
void Columns(const void* input, void* output, int64_t inner, int64_t count, int64_t outer) {
  constexpr int kWidth = kVectorBytes / sizeof(T);
  constexpr int kHalf = 16 / sizeof(T);
  const T* x = static_cast<const T*>(input);
  T* out = static_cast<T*>(output);
  for (int64_t o = 0; o < outer; ++o) {
    int64_t i = 0;
    for (; i + kWidth <= inner; i += kWidth) {
      ReduceColumn<kind, T, kVectorBytes>(x + i, inner, count, out + i);
    }
    for (; i + kHalf <= inner; i += kHalf) {
      ReduceColumn<kind, T, 16>(x + i, inner, count, out + i);
    }
    for (; i < inner; ++i) ReduceColumn<kind, T, sizeof(T)>(x + i, inner, count, out + i);
    x += inner * count;
    out += inner;
  }
}

template <ReduceKind kind>
ReduceBodies BodiesOf(DType dtype) {
  switch (dtype) {
    case DType::kBool:
      return {};
    case DType::kInt32:
      return {Rows<kind, int32_t>, Columns<kind, int32_t>};
    case DType::kInt64:
      return {Rows<kind, int64_t>, Columns<kind, int64_t>};
    case DType::kFloat32:
      return {Rows<kind, float>, Columns<kind, float>};
    case DType::kFloat64:
      return {Rows<kind, double>, Columns<kind, double>};
  }
  return {};
}

}  // namespace

ReduceBodies FindReduceBodies(ReduceKind kind, DType dtype) {
  switch (kind) {
    case ReduceKind::kSum:
      return BodiesOf<ReduceKind::kSum>(dtype);
    case ReduceKind::kProd:
      return BodiesOf<ReduceKind::kProd>(dtype);
    case ReduceKind::kMax:
      return BodiesOf<ReduceKind::kMax>(dtype);
    case ReduceKind::kMin:
      return BodiesOf<ReduceKind::kMin>(dtype);
  }
  return {};
}

}  // namespace fluxgate::cpu::ISA
