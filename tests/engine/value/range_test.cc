#include "engine/value/containers.h"
#include "gtest/gtest.h"

namespace fluxgate {
namespace {

TEST(RangeTest, DecimalStepsGiveTheNearestFloats) {
  const Range range(Scalar(0.0), Scalar(0.1), 11, false);
  EXPECT_EQ(range.At(3).AsDouble(), 0.3);
  EXPECT_EQ(range.At(7).AsDouble(), 0.7);
  EXPECT_EQ(range.At(10).AsDouble(), 1.0);
  const Range single(Scalar(0.1f), Scalar(0.1f), 5, false);
  EXPECT_EQ(single.At(2).AsDouble(), static_cast<double>(0.3f));
}

TEST(RangeTest, IntegersKeepTheirType) {
  const Range range(Scalar(int32_t{5}), Scalar(int32_t{-2}), 3, false);
  EXPECT_EQ(range.At(2).AsInt64(), 1);
  EXPECT_EQ(range.At(2).dtype(), DType::kInt32);
}

TEST(RangeTest, FractionsThatRoundToTheNumber) {
  double n, d;
  ASSERT_TRUE(AsFraction(0.1, DType::kFloat64, &n, &d));
  EXPECT_EQ(n, 1);
  EXPECT_EQ(d, 10);
  ASSERT_TRUE(AsFraction(-0.75, DType::kFloat64, &n, &d));
  EXPECT_EQ(n / d, -0.75);
  EXPECT_FALSE(AsFraction(3.14159265358979, DType::kFloat64, &n, &d));
}

}  // namespace
}  // namespace fluxgate
