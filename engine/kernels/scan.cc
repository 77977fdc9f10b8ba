#include "engine/kernels/scan.h"

#include <utility>

#include "engine/kernels/scalar_ops.h"

namespace fluxgate::kernels {
namespace {

// Calls f(position) with the flat position of the first element of each line along `dim`, in
// column-major order.
template <typename F>
void ForEachLine(const Shape& shape, int dim, F f) {
  int64_t inner = 1, outer = 1;
  for (int d = 0; d < shape.rank(); ++d) {
    if (d != dim) (d < dim ? inner : outer) *= shape.dim(d);
  }
  const int64_t count = shape.dim(dim);
  for (int64_t o = 0; o < outer; ++o) {
    for (int64_t i = 0; i < inner; ++i) f(o * inner * count + i, inner);
  }
}

// Julia's isgreater and isless put NaN above and below all; both signs of zero are told apart.
template <typename T>
bool Before(bool greatest, T a, T b) {
  if constexpr (scalar_ops::kIsFloat<T>) {
    if (b != b) return false;
    if (a != a) return true;
    if (a == b) {
      const bool a_negative = scalar_ops::WithSign(T(1), a) < 0;
      const bool b_negative = scalar_ops::WithSign(T(1), b) < 0;
      return greatest ? b_negative && !a_negative : a_negative && !b_negative;
    }
  }
  return greatest ? a > b : a < b;
}

}  // namespace

void CumSum(DType dtype, const Shape& shape, int dim, const void* input, void* output) {
  if (shape.num_elements() == 0) return;
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* in = static_cast<const T*>(input);
    T* out = static_cast<T*>(output);
    ForEachLine(shape, dim, [&](int64_t first, int64_t stride) {
      T sum = in[first];
      out[first] = sum;
      for (int64_t k = 1; k < shape.dim(dim); ++k) {
        sum = scalar_ops::Add(sum, in[first + k * stride]);
        out[first + k * stride] = sum;
      }
    });
  });
}

void ArgReduce(bool greatest, DType dtype, const Shape& shape, int dim, const void* input,
               int64_t* output) {
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    const T* in = static_cast<const T*>(input);
    ForEachLine(shape, dim, [&](int64_t first, int64_t stride) {
      int64_t best = 0;
      for (int64_t k = 1; k < shape.dim(dim); ++k) {
        if (Before(greatest, in[first + k * stride], in[first + best * stride])) best = k;
      }
      *output++ = best;
    });
  });
}

void Iota(DType dtype, const Shape& shape, int dim, void* output) {
  if (shape.num_elements() == 0) return;
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    T* out = static_cast<T*>(output);
    ForEachLine(shape, dim, [&](int64_t first, int64_t stride) {
      for (int64_t k = 0; k < shape.dim(dim); ++k) out[first + k * stride] = static_cast<T>(k);
    });
  });
}

}  // namespace fluxgate::kernels
