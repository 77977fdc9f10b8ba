#include "engine/kernels/gather.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace fluxgate::kernels {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

TEST(GatherTest, PicksAlongAnyDim) {
  std::vector<float> x(12);  // 3×4
  std::iota(x.begin(), x.end(), 0.0f);
  std::vector<float> columns(6), rows(8);
  ASSERT_OK(Gather(4, Shape({3, 4}), x.data(), 1, {3, 0}, columns.data()));
  EXPECT_EQ(columns, (std::vector<float>{9, 10, 11, 0, 1, 2}));
  ASSERT_OK(Gather(4, Shape({3, 4}), x.data(), 0, {2, 2}, rows.data()));
  EXPECT_EQ(rows, (std::vector<float>{2, 2, 5, 5, 8, 8, 11, 11}));
}

TEST(GatherTest, ScatterAddIsItsAdjointAndAddsRepeats) {
  const std::vector<float> values = {1, 2, 10, 20, 100, 200};  // 2×3
  std::vector<float> result(8, 7.0f);
  ASSERT_OK(ScatterAdd(DType::kFloat32, Shape({2, 4}), values.data(), 1, {3, 0, 3}, result.data()));
  EXPECT_EQ(result, (std::vector<float>{10, 20, 0, 0, 0, 0, 101, 202}));
}

TEST(GatherTest, IndicesOutsideAreNamedAsInJulia) {
  const float x[3] = {};
  float y[3];
  EXPECT_THAT(Gather(4, Shape({3}), x, 0, {0, 3}, y),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("BoundsError")));
  EXPECT_THAT(Gather(4, Shape({3}), x, 0, {-1}, y), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(ScatterAdd(DType::kFloat32, Shape({3}), x, 0, {5}, y),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxgate::kernels
