#include "engine/kernels/matmul.h"

#include <Eigen/Core>

#include "engine/kernels/scalar_ops.h"

namespace fluxgate::kernels {
namespace {

template <typename T>
void PlainMatMul(const MatMulShape& s, const T* a, const T* b, T* c) {
  for (int64_t j = 0; j < s.n; ++j) {
    for (int64_t i = 0; i < s.m; ++i) {
      T sum = T(0);
      for (int64_t p = 0; p < s.k; ++p) {
        const T x = s.transpose_a ? a[p + i * s.k] : a[i + p * s.m];
        const T y = s.transpose_b ? b[j + p * s.n] : b[p + j * s.k];
        if constexpr (std::is_same_v<T, bool>) {
          sum = sum || (x && y);
        } else {
          sum = scalar_ops::Add(sum, scalar_ops::Mul(x, y));
        }
      }
      c[i + j * s.m] = sum;
    }
  }
}

template <typename T>
void EigenMatMul(const MatMulShape& s, const T* a, const T* b, T* c) {
  using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
  using Operand = Eigen::Map<const Matrix>;
  const Operand x(a, s.transpose_a ? s.k : s.m, s.transpose_a ? s.m : s.k);
  const Operand y(b, s.transpose_b ? s.n : s.k, s.transpose_b ? s.k : s.n);
  Eigen::Map<Matrix> z(c, s.m, s.n);
  if (s.transpose_a && s.transpose_b) {
    z.noalias() = x.transpose() * y.transpose();
  } else if (s.transpose_a) {
    z.noalias() = x.transpose() * y;
  } else if (s.transpose_b) {
    z.noalias() = x * y.transpose();
  } else {
    z.noalias() = x * y;
  }
}

}  // namespace

void MatMul(DType dtype, const MatMulShape& shape, const void* a, const void* b, void* c) {
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    const auto* x = static_cast<const T*>(a);
    const auto* y = static_cast<const T*>(b);
    auto* z = static_cast<T*>(c);
    // A small product is over before Eigen has chosen how to make it.
    constexpr int64_t kSmall = 64;
    if constexpr (std::is_floating_point_v<T>) {
      if (shape.m * shape.n * shape.k > kSmall) return EigenMatMul(shape, x, y, z);
    }
    PlainMatMul(shape, x, y, z);
  });
}

}  // namespace fluxgate::kernels
