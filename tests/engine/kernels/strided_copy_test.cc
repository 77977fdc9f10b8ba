#include "engine/kernels/strided_copy.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace fluxgate::kernels {
namespace {

template <typename T>
std::vector<T> Counting(int64_t n) {
  std::vector<T> x(n);
  std::iota(x.begin(), x.end(), T(1));
  return x;
}

TEST(StridedCopyTest, BroadcastsRowsColumnsAndNumbers) {
  const std::vector<float> x = Counting<float>(3);
  std::vector<float> to(6);
  BroadcastTo(4, Shape({3}), x.data(), Shape({3, 2}), to.data());
  EXPECT_EQ(to, (std::vector<float>{1, 2, 3, 1, 2, 3}));
  BroadcastTo(4, Shape({1, 3}), x.data(), Shape({2, 3}), to.data());
  EXPECT_EQ(to, (std::vector<float>{1, 1, 2, 2, 3, 3}));
  BroadcastTo(4, Shape(), x.data(), Shape({2, 3}), to.data());
  EXPECT_EQ(to, std::vector<float>(6, 1.0f));
  BroadcastTo(4, Shape({1}), x.data(), Shape({0}), to.data());
}

TEST(StridedCopyTest, PermutesEveryElementSize) {
  const Shape shape({2, 3, 4});
  const std::vector<int> order = {2, 0, 1};
  const auto check = [&](auto zero) {
    using T = decltype(zero);
    const std::vector<T> x = Counting<T>(24);
    std::vector<T> to(24);
    Permute(sizeof(T), shape, x.data(), order, to.data());
    for (int a = 0; a < 4; ++a) {
      for (int b = 0; b < 2; ++b) {
        for (int c = 0; c < 3; ++c) EXPECT_EQ(to[a + 4 * b + 8 * c], x[b + 2 * c + 6 * a]);
      }
    }
  };
  check(uint8_t{});
  check(uint32_t{});
  check(uint64_t{});
}

TEST(StridedCopyTest, SlicesForwardsBackwardsAndInSteps) {
  const std::vector<double> x = Counting<double>(20);  // 5×4
  const std::vector<int64_t> start = {4, 1}, count = {2, 3}, step = {-2, 1};
  const SliceSpan slice{start, count, step};
  std::vector<double> part(6);
  Slice(8, Shape({5, 4}), x.data(), slice, part.data());
  EXPECT_EQ(part, (std::vector<double>{10, 8, 15, 13, 20, 18}));

  std::vector<double> whole(20, 0.0);
  WriteSlice(8, part.data(), slice, Shape({5, 4}), whole.data());
  for (int i = 0; i < 20; ++i) {
    const bool inside = i >= 5 && (i % 5 == 4 || i % 5 == 2);
    EXPECT_EQ(whole[i], inside ? x[i] : 0.0) << i;
  }
}

TEST(StridedCopyTest, WritesAlongADimIncludingOnesThatAPartLacks) {
  std::vector<float> whole(6, 0.0f);
  const std::vector<float> a = {1, 2}, b = {3, 4, 5, 6};
  WriteAlong(4, 1, 0, Shape({2}), a.data(), Shape({2, 3}), whole.data());
  WriteAlong(4, 1, 1, Shape({2, 2}), b.data(), Shape({2, 3}), whole.data());
  EXPECT_EQ(whole, (std::vector<float>{1, 2, 3, 4, 5, 6}));
  WriteAlong(4, 0, 1, Shape({1, 3}), b.data(), Shape({2, 3}), whole.data());
  EXPECT_EQ(whole, (std::vector<float>{1, 3, 3, 4, 5, 5}));
}

}  // namespace
}  // namespace fluxgate::kernels
