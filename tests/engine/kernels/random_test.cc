#include "engine/kernels/random.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace fluxgate::kernels {
namespace {

// From the test vectors of Random123.
TEST(RandomTest, PhiloxAgreesWithItsAuthors) {
  EXPECT_EQ(Philox({0, 0, 0, 0}, {0, 0}),
            (PhiloxBlock{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(Philox({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (PhiloxBlock{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(Philox({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (PhiloxBlock{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

template <typename T>
std::vector<T> Draw(RandomKind kind, int64_t key, int64_t salt, int64_t draw, int64_t count) {
  const int64_t keys[] = {key, salt};
  std::vector<T> x(count);
  const DType dtype = sizeof(T) == 4 ? DType::kFloat32 : DType::kFloat64;
  Random(kind, dtype, keys, draw, count, x.data());
  return x;
}

template <typename T>
void ExpectMoments(RandomKind kind, double mean, double variance) {
  constexpr int64_t kCount = 200000;
  double sum = 0, squares = 0;
  for (T x : Draw<T>(kind, 1, 2, 3, kCount)) {
    ASSERT_TRUE(std::isfinite(x));
    if (kind == RandomKind::kUniform) {
      ASSERT_GE(x, T(0));
      ASSERT_LT(x, T(1));
    }
    sum += x;
    squares += (x - mean) * (x - mean);
  }
  EXPECT_NEAR(sum / kCount, mean, 0.01);
  EXPECT_NEAR(squares / kCount, variance, 0.02);
}

TEST(RandomTest, DistributionsHaveTheirMoments) {
  ExpectMoments<float>(RandomKind::kUniform, 0.5, 1.0 / 12);
  ExpectMoments<double>(RandomKind::kUniform, 0.5, 1.0 / 12);
  ExpectMoments<float>(RandomKind::kNormal, 0, 1);
  ExpectMoments<double>(RandomKind::kNormal, 0, 1);
}

TEST(RandomTest, KeySaltDrawAndElementAllMatterAndNothingElse) {
  const auto base = Draw<float>(RandomKind::kUniform, 1, 2, 3, 8);
  EXPECT_EQ(Draw<float>(RandomKind::kUniform, 1, 2, 3, 8), base);
  EXPECT_NE(Draw<float>(RandomKind::kUniform, 9, 2, 3, 8), base);
  EXPECT_NE(Draw<float>(RandomKind::kUniform, 1, 9, 3, 8), base);
  EXPECT_NE(Draw<float>(RandomKind::kUniform, 1, 2, 9, 8), base);
  // A longer draw begins with the shorter one.
  auto longer = Draw<float>(RandomKind::kUniform, 1, 2, 3, 100);
  longer.resize(8);
  EXPECT_EQ(longer, base);
}

}  // namespace
}  // namespace fluxgate::kernels
