#include "engine/kernels/reduce.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace fluxgate::kernels {
namespace {

std::vector<float> Numbers(int64_t n) {
  std::vector<float> x(n);
  for (int64_t i = 0; i < n; ++i) x[i] = std::sin(static_cast<float>(i) * 1.7f);
  return x;
}

float ReduceAll(ReduceKind kind, const std::vector<float>& x) {
  float result = std::nanf("");
  Reduce(kind, DType::kFloat32, Shape({static_cast<int64_t>(x.size())}), {0}, x.data(), &result);
  return result;
}

// The order that every backend must follow.
TEST(ReduceTest, FewElementsAreAddedFromTheFirstToTheLast) {
  const std::vector<float> x = {1e8f, 1, -1e8f, 2, 3};
  EXPECT_EQ(ReduceAll(ReduceKind::kSum, x), (((x[0] + x[1]) + x[2]) + x[3]) + x[4]);
}

TEST(ReduceTest, LanesAreStridedAndBlocksAreJoinedLaneByLane) {
  const std::vector<float> x = Numbers(1024 + 100);
  std::vector<float> total(16);
  for (int l = 0; l < 16; ++l) {
    float first = x[l], second = x[1024 + l];
    for (int i = l + 16; i < 1024; i += 16) first += x[i];
    for (int i = 1024 + l + 16; i < 1124; i += 16) second += x[i];
    total[l] = first + second;
  }
  for (int half = 8; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) total[l] += total[l + half];
  }
  EXPECT_EQ(ReduceAll(ReduceKind::kSum, x), total[0]);
}

// Added up one by one, the last digits would be lost by the hundred.
TEST(ReduceTest, LongSumsStayClose) {
  const std::vector<float> x(3'000'000, 0.1f);
  EXPECT_NEAR(ReduceAll(ReduceKind::kSum, x), 3e6 * 0.1f, 3e5 * 1e-4);
}

TEST(ReduceTest, NothingGivesTheIdentity) {
  EXPECT_EQ(ReduceAll(ReduceKind::kSum, {}), 0.0f);
  EXPECT_EQ(ReduceAll(ReduceKind::kProd, {}), 1.0f);
  EXPECT_EQ(ReduceAll(ReduceKind::kMax, {}), -std::numeric_limits<float>::infinity());
  EXPECT_EQ(ReduceAll(ReduceKind::kMin, {}), std::numeric_limits<float>::infinity());
}

TEST(ReduceTest, MaxAndMinPassNan) {
  EXPECT_TRUE(std::isnan(ReduceAll(ReduceKind::kMax, {1, std::nanf(""), 2})));
  EXPECT_TRUE(std::isnan(ReduceAll(ReduceKind::kMin, {1, std::nanf(""), 2})));
  EXPECT_EQ(ReduceAll(ReduceKind::kMax, {1, 5, 2}), 5.0f);
  EXPECT_TRUE(std::signbit(ReduceAll(ReduceKind::kSum, {-0.0f, -0.0f})));
}

TEST(ReduceTest, AnyDims) {
  const Shape shape({2, 3, 4});
  std::vector<int64_t> x(24);
  std::iota(x.begin(), x.end(), 1);
  const auto at = [&](int i, int j, int k) { return x[i + 2 * j + 6 * k]; };

  std::vector<int64_t> middle(8);
  Reduce(ReduceKind::kSum, DType::kInt64, shape, {1}, x.data(), middle.data());
  for (int k = 0; k < 4; ++k) {
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(middle[i + 2 * k], at(i, 0, k) + at(i, 1, k) + at(i, 2, k));
    }
  }
  std::vector<int64_t> outer(3);
  Reduce(ReduceKind::kMax, DType::kInt64, shape, {0, 2}, x.data(), outer.data());
  EXPECT_EQ(outer, (std::vector<int64_t>{at(1, 0, 3), at(1, 1, 3), at(1, 2, 3)}));
  int64_t product = 0;
  Reduce(ReduceKind::kProd, DType::kInt64, Shape({3}), {0}, x.data(), &product);
  EXPECT_EQ(product, 6);
}

TEST(ReduceTest, BoolIsLogical) {
  const bool x[] = {true, false, true};
  bool any = false, all = true;
  Reduce(ReduceKind::kSum, DType::kBool, Shape({3}), {0}, x, &any);
  Reduce(ReduceKind::kProd, DType::kBool, Shape({3}), {0}, x, &all);
  EXPECT_TRUE(any);
  EXPECT_FALSE(all);
}

}  // namespace
}  // namespace fluxgate::kernels
