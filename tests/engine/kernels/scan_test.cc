#include "engine/kernels/scan.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fluxgate::kernels {
namespace {

TEST(ScanTest, CumSumAlongEachDim) {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6};  // 2×3
  std::vector<float> y(6);
  CumSum(DType::kFloat32, Shape({2, 3}), 0, x.data(), y.data());
  EXPECT_EQ(y, (std::vector<float>{1, 3, 3, 7, 5, 11}));
  CumSum(DType::kFloat32, Shape({2, 3}), 1, x.data(), y.data());
  EXPECT_EQ(y, (std::vector<float>{1, 2, 4, 6, 9, 12}));
  CumSum(DType::kFloat32, Shape({2, 0}), 1, x.data(), y.data());
}

TEST(ScanTest, ArgReduceTakesTheFirstOfEqualsAndNanBeforeAll) {
  const float nan = std::nanf("");
  const std::vector<float> x = {1, 7, 7, -2, 0, nan, 9, nan, -0.0f, 0.0f, -0.0f, 0.0f};  // 4×3
  std::vector<int64_t> at(3);
  ArgReduce(true, DType::kFloat32, Shape({4, 3}), 0, x.data(), at.data());
  EXPECT_EQ(at, (std::vector<int64_t>{1, 1, 1}));
  ArgReduce(false, DType::kFloat32, Shape({4, 3}), 0, x.data(), at.data());
  EXPECT_EQ(at, (std::vector<int64_t>{3, 1, 0}));
  std::vector<int64_t> along(4);
  ArgReduce(true, DType::kFloat32, Shape({4, 3}), 1, x.data(), along.data());
  EXPECT_EQ(along, (std::vector<int64_t>{0, 1, 1, 1}));
}

TEST(ScanTest, IotaCountsAlongItsDim) {
  std::vector<int64_t> x(6);
  Iota(DType::kInt64, Shape({2, 3}), 1, x.data());
  EXPECT_EQ(x, (std::vector<int64_t>{0, 0, 1, 1, 2, 2}));
  Iota(DType::kInt64, Shape({2, 3}), 0, x.data());
  EXPECT_EQ(x, (std::vector<int64_t>{0, 1, 0, 1, 0, 1}));
}

}  // namespace
}  // namespace fluxgate::kernels
