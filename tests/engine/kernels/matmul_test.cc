#include "engine/kernels/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fluxgate::kernels {
namespace {

template <typename T>
void ExpectNaive(const MatMulShape& s) {
  std::vector<T> a(s.m * s.k), b(s.k * s.n), c(s.m * s.n, T(77));
  for (size_t i = 0; i < a.size(); ++i) a[i] = static_cast<T>(static_cast<int>(i * 7 % 11) - 5);
  for (size_t i = 0; i < b.size(); ++i) b[i] = static_cast<T>(static_cast<int>(i * 5 % 13) - 6);
  MatMul(DTypeOf<T>::value, s, a.data(), b.data(), c.data());
  for (int64_t j = 0; j < s.n; ++j) {
    for (int64_t i = 0; i < s.m; ++i) {
      T sum = T(0);
      for (int64_t p = 0; p < s.k; ++p) {
        sum += (s.transpose_a ? a[p + i * s.k] : a[i + p * s.m]) *
               (s.transpose_b ? b[j + p * s.n] : b[p + j * s.k]);
      }
      EXPECT_EQ(c[i + j * s.m], sum);  // Small integers: exact in any order.
    }
  }
}

TEST(MatMulTest, AgreesWithTheNaiveProduct) {
  for (int transposes = 0; transposes < 4; ++transposes) {
    for (const MatMulShape& size : {MatMulShape{1, 6, 1}, MatMulShape{3, 4, 5},
                                    MatMulShape{20, 9, 17}, MatMulShape{4, 3, 0}}) {
      MatMulShape s = size;
      s.transpose_a = (transposes & 1) != 0;
      s.transpose_b = (transposes & 2) != 0;
      ExpectNaive<float>(s);
      ExpectNaive<double>(s);
      ExpectNaive<int64_t>(s);
      ExpectNaive<int32_t>(s);
    }
  }
}

}  // namespace
}  // namespace fluxgate::kernels
