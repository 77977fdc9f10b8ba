#include "engine/kernels/scalar_ops.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace fluxgate::scalar_ops {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
constexpr int64_t kGreatest = std::numeric_limits<int64_t>::max();

TEST(ScalarOpsTest, IntegersWrap) {
  EXPECT_EQ(Add(kGreatest, int64_t{1}), kLeast);
  EXPECT_EQ(Sub(kLeast, int64_t{1}), kGreatest);
  EXPECT_EQ(Mul(kGreatest, int64_t{2}), -2);
  EXPECT_EQ(Neg(kLeast), kLeast);
  EXPECT_EQ(Abs(kLeast), kLeast);
  EXPECT_EQ(Add(std::numeric_limits<int32_t>::max(), 1), std::numeric_limits<int32_t>::min());
}

TEST(ScalarOpsTest, IntegerDivisionNeverTraps) {
  EXPECT_EQ(Rem(int64_t{7}, int64_t{0}), 0);
  EXPECT_EQ(Rem(kLeast, int64_t{-1}), 0);
  EXPECT_EQ(IDiv(kLeast, int64_t{-1}), kLeast);
  EXPECT_EQ(IDiv(int64_t{7}, int64_t{0}), 0);
  EXPECT_EQ(Mod(int64_t{7}, int64_t{0}), 0);
}

TEST(ScalarOpsTest, RemHasTheSignOfTheDividendModOfTheDivisor) {
  EXPECT_EQ(Rem(-7, 3), -1);
  EXPECT_EQ(Rem(7, -3), 1);
  EXPECT_EQ(Mod(-7, 3), 2);
  EXPECT_EQ(Mod(7, -3), -2);
  EXPECT_EQ(IDiv(-7, 2), -3);
  EXPECT_EQ(Rem(-7.5, 2.0), -1.5);
  EXPECT_EQ(Mod(-7.5, 2.0), 0.5);
  EXPECT_EQ(Mod(7.5, -2.0), -0.5);
  EXPECT_EQ(IDiv(-7.5, 2.0), -3.0);
  EXPECT_TRUE(std::signbit(Mod(4.0, -2.0)));
  EXPECT_TRUE(std::isnan(Rem(1.0f, 0.0f)));
}

TEST(ScalarOpsTest, MaxAndMinPassNanAndOrderZeros) {
  EXPECT_TRUE(std::isnan(Max(kNan, 1.0f)));
  EXPECT_TRUE(std::isnan(Max(1.0f, kNan)));
  EXPECT_TRUE(std::isnan(Min(kNan, 1.0f)));
  EXPECT_TRUE(std::isnan(Min(1.0f, kNan)));
  EXPECT_FALSE(std::signbit(Max(-0.0f, 0.0f)));
  EXPECT_FALSE(std::signbit(Max(0.0f, -0.0f)));
  EXPECT_TRUE(std::signbit(Min(-0.0f, 0.0f)));
  EXPECT_TRUE(std::signbit(Min(0.0f, -0.0f)));
  EXPECT_TRUE(std::signbit(Max(-0.0f, -0.0f)));
  EXPECT_EQ(Max(-kInf, 3.0f), 3.0f);
  EXPECT_EQ(Min(kInf, kInf), kInf);
}

TEST(ScalarOpsTest, RoundingTiesToEven) {
  EXPECT_EQ(Round(0.5f), 0.0f);
  EXPECT_EQ(Round(1.5f), 2.0f);
  EXPECT_EQ(Round(2.5), 2.0);
  EXPECT_EQ(Round(-2.5), -2.0);
  EXPECT_TRUE(std::signbit(Round(-0.25f)));
  EXPECT_EQ(Floor(-1.5f), -2.0f);
  EXPECT_EQ(Ceil(-1.5f), -1.0f);
  EXPECT_EQ(Trunc(-1.5f), -1.0f);
  EXPECT_EQ(Floor(int64_t{3}), 3);
}

TEST(ScalarOpsTest, SignKeepsZerosAndNan) {
  EXPECT_EQ(Sign(-3.0f), -1.0f);
  EXPECT_EQ(Sign(kInf), 1.0f);
  EXPECT_TRUE(std::signbit(Sign(-0.0f)));
  EXPECT_TRUE(std::isnan(Sign(kNan)));
  EXPECT_EQ(Sign(int64_t{-9}), -1);
}

TEST(ScalarOpsTest, SmallPowersAreProducts) {
  for (float x : {1.1f, -0.3f, 7.77f, 1e-20f}) {
    EXPECT_EQ(Pow(x, 2.0f), x * x);
    EXPECT_EQ(Pow(x, 3.0f), x * x * x);
    EXPECT_EQ(Pow(x, 1.0f), x);
    EXPECT_EQ(Pow(x, -1.0f), 1.0f / x);
  }
  EXPECT_EQ(Pow(kNan, 0.0f), 1.0f);
  EXPECT_EQ(Pow(9.0, 0.5), 3.0);
  EXPECT_TRUE(std::isnan(Pow(-2.0, 0.5)));
}

TEST(ScalarOpsTest, IntegerPowersWrap) {
  EXPECT_EQ(Pow(int64_t{3}, int64_t{4}), 81);
  EXPECT_EQ(Pow(int64_t{2}, int64_t{63}), kLeast);
  EXPECT_EQ(Pow(int64_t{2}, int64_t{64}), 0);
  EXPECT_EQ(Pow(int64_t{0}, int64_t{0}), 1);
  EXPECT_EQ(Pow(int64_t{-1}, int64_t{-3}), -1);
  EXPECT_EQ(Pow(int64_t{2}, int64_t{-1}), 0);
  EXPECT_EQ(Pow(int64_t{3}, kGreatest), static_cast<int64_t>([] {
              uint64_t result = 1, base = 3;
              for (uint64_t n = static_cast<uint64_t>(kGreatest); n != 0; n >>= 1) {
                if ((n & 1) != 0) result *= base;
                base *= base;
              }
              return result;
            }()));
}

TEST(ScalarOpsTest, ComparisonsWithNanAreFalse) {
  EXPECT_FALSE(Eq(kNan, kNan));
  EXPECT_TRUE(Ne(kNan, kNan));
  EXPECT_FALSE(Lt(kNan, 1.0f));
  EXPECT_FALSE(Le(kNan, kNan));
  EXPECT_TRUE(IsNan(kNan));
  EXPECT_TRUE(IsInf(-kInf));
  EXPECT_FALSE(IsFinite(kNan));
  EXPECT_TRUE(IsFinite(int64_t{3}));
}

TEST(ScalarOpsTest, BoolIsLogical) {
  EXPECT_TRUE(And(true, true));
  EXPECT_FALSE(And(true, false));
  EXPECT_TRUE(Or(false, true));
  EXPECT_FALSE(Xor(true, true));
  EXPECT_TRUE(Not(false));
  EXPECT_EQ(And(6, 3), 2);
  EXPECT_EQ(Xor(int64_t{6}, int64_t{3}), 5);
}

TEST(ScalarOpsTest, CastsTruncateAndSaturateToTheLeast) {
  EXPECT_EQ(Cast<int64_t>(-2.9f), -2);
  EXPECT_EQ(Cast<int32_t>(2.9), 2);
  EXPECT_EQ(Cast<int64_t>(kNan), kLeast);
  EXPECT_EQ(Cast<int64_t>(1e30f), kLeast);
  EXPECT_EQ(Cast<int32_t>(-2147483648.0), std::numeric_limits<int32_t>::min());
  EXPECT_EQ(Cast<int32_t>(int64_t{1} << 32), 0);
  EXPECT_TRUE(Cast<bool>(0.1f));
  EXPECT_FALSE(Cast<bool>(int64_t{0}));
  EXPECT_EQ(Cast<float>(true), 1.0f);
  EXPECT_EQ(Cast<float>(16777217), 16777216.0f);
}

}  // namespace
}  // namespace fluxgate::scalar_ops
