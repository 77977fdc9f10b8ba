#include "engine/tensor/shape.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <vector>

#include "engine/tensor/dtype.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ::testing::HasSubstr;
using testing::IsOkAndHolds;
using testing::StatusIs;
constexpr int64_t kMax = std::numeric_limits<int64_t>::max();

TEST(ShapeTest, CountsElements) {
  EXPECT_EQ(Shape().num_elements(), 1);
  EXPECT_EQ(Shape({2, 3, 4}).num_elements(), 24);
  EXPECT_EQ(Shape({2, 0, 4}).num_elements(), 0);
  EXPECT_EQ(Shape({2, 3}).dim(5), 1);
}

TEST(ShapeTest, CreateChecksEveryProduct) {
  EXPECT_THAT(Shape::Create({2, 3}), IsOkAndHolds(Shape({2, 3})));
  EXPECT_THAT(Shape::Create({0}), IsOkAndHolds(Shape({0})));
  EXPECT_THAT(Shape::Create({-1}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("-1")));
  EXPECT_THAT(Shape::Create({kMax}), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Shape::Create({kMax / 8}), IsOkAndHolds(Shape({kMax / 8})));
  EXPECT_THAT(Shape::Create({int64_t{1} << 32, int64_t{1} << 32}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  // An empty dim does not hide the others, wherever it stands.
  EXPECT_THAT(Shape::Create({0, int64_t{1} << 40, int64_t{1} << 40}),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Shape::Create(std::vector<int64_t>(17, 1)),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ShapeTest, PrintsAsATuple) {
  EXPECT_EQ(Shape().ToString(), "()");
  EXPECT_EQ(Shape({3}).ToString(), "(3,)");
  EXPECT_EQ(Shape({2, 3}).ToString(), "(2, 3)");
}

TEST(ShapeTest, BroadcastsAsJulia) {
  EXPECT_THAT(BroadcastShapes(Shape({2, 3}), Shape({2})), IsOkAndHolds(Shape({2, 3})));
  EXPECT_THAT(BroadcastShapes(Shape({1, 3}), Shape({2, 1, 4})), IsOkAndHolds(Shape({2, 3, 4})));
  EXPECT_THAT(BroadcastShapes(Shape({1}), Shape({0})), IsOkAndHolds(Shape({0})));
  EXPECT_THAT(BroadcastShapes(Shape(), Shape({5})), IsOkAndHolds(Shape({5})));
  EXPECT_THAT(BroadcastShapes(Shape({2, 3}), Shape({3})),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("DimensionMismatch")));
}

TEST(DTypeTest, NamesGoBothWaysAndPromotionIsJulias) {
  for (DType dtype : kAllDTypes) EXPECT_EQ(DTypeFromName(DTypeName(dtype)), dtype);
  EXPECT_EQ(DTypeFromName("Float8"), absl::nullopt);
  EXPECT_EQ(Promote(DType::kInt64, DType::kFloat32), DType::kFloat32);
  EXPECT_EQ(ToFloat(DType::kInt32), DType::kFloat64);
  EXPECT_EQ(ToFloat(DType::kFloat32), DType::kFloat32);
}

}  // namespace
}  // namespace fluxgate
