#include "engine/tensor/tensor.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using testing::StatusIs;

TEST(TensorTest, ASizeInBytesThatOverflowsIsRefused) {
  const Shape huge({std::numeric_limits<int64_t>::max()});
  EXPECT_EQ(Tensor::Create(DType::kInt64, huge).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(TensorTest, DefaultIsAFloat32Zero) {
  const Tensor t;
  EXPECT_EQ(t.dtype(), DType::kFloat32);
  EXPECT_EQ(t.shape(), Shape());
  EXPECT_EQ(t.data<float>()[0], 0.0f);
}

TEST(TensorTest, ScalarsConvert) {
  EXPECT_EQ(Tensor::ScalarOf(DType::kInt32, -2.7).ElementAsInt64(0), -2);
  EXPECT_EQ(Tensor::ScalarOf(DType::kBool, 0.5).ElementAsInt64(0), 1);
  EXPECT_EQ(Tensor::ScalarOf(DType::kInt64, std::nan("")).ElementAsInt64(0), INT64_MIN);
  EXPECT_EQ(Tensor::Scalar(int64_t{7}).ElementAsDouble(0), 7.0);
  EXPECT_EQ(Tensor::Scalar(true).dtype(), DType::kBool);
}

TEST(TensorTest, EveryDTypeReadsBackWhatWasWritten) {
  for (DType dtype : kAllDTypes) {
    ASSERT_OK_AND_ASSIGN(Tensor t, Tensor::Zeros(dtype, Shape({3})));
    DispatchDType(dtype, [&](auto zero) {
      using T = decltype(zero);
      t.mutable_data<T>()[1] = T(1);
      EXPECT_EQ(t.data<T>().size(), 3u);
    });
    EXPECT_EQ(t.ElementAsDouble(0), 0.0);
    EXPECT_EQ(t.ElementAsDouble(1), 1.0);
    EXPECT_EQ(t.ElementAsInt64(1), 1);
  }
}

TEST(TensorTest, CopiesShareUntilWritten) {
  ASSERT_OK_AND_ASSIGN(Tensor a, Tensor::FromVector<float>(Shape({2, 2}), {1, 2, 3, 4}));
  Tensor b = a;
  EXPECT_TRUE(a.SharesBytesWith(b));
  b.mutable_data<float>()[0] = 9;
  EXPECT_FALSE(a.SharesBytesWith(b));
  EXPECT_EQ(a.data<float>()[0], 1);
  EXPECT_EQ(b.data<float>()[0], 9);
  EXPECT_EQ(b.data<float>()[3], 4);
  // The only owner writes in place.
  const std::byte* before = b.raw();
  b.mutable_data<float>()[1] = 8;
  EXPECT_EQ(b.raw(), before);
}

TEST(TensorTest, ASingleElementCopiesByValue) {
  ASSERT_OK_AND_ASSIGN(Tensor a, Tensor::FromVector<double>(Shape({1, 1}), {1.5}));
  Tensor b = a;
  b.mutable_data<double>()[0] = 2;
  EXPECT_EQ(a.data<double>()[0], 1.5);
}

TEST(TensorTest, ReshapingSharesBytes) {
  ASSERT_OK_AND_ASSIGN(const Tensor a,
                       Tensor::FromVector<float>(Shape({2, 3}), {1, 2, 3, 4, 5, 6}));
  const Tensor b = a.Reshaped(Shape({6}));
  EXPECT_TRUE(b.SharesBytesWith(a));
  EXPECT_EQ(b.data<float>()[5], 6);
}

TEST(TensorTest, BlocksAreAligned) {
  for (int64_t n : {2, 3, 100}) {
    ASSERT_OK_AND_ASSIGN(const Tensor t, Tensor::Create(DType::kBool, Shape({n})));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(t.raw()) % 64, 0u);
  }
}

TEST(TensorTest, FromVectorChecksTheCount) {
  EXPECT_THAT(Tensor::FromVector<float>(Shape({2}), {1}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(TensorTest, BytesAreChargedAndGivenBackByTheLastOwner) {
  auto budget = std::make_shared<MemoryBudget>(1000);
  ScopedMemoryBudget scope(budget);
  {
    ASSERT_OK_AND_ASSIGN(Tensor a, Tensor::Create(DType::kFloat64, Shape({100})));
    EXPECT_EQ(budget->used(), 800);
    EXPECT_THAT(Tensor::Create(DType::kFloat64, Shape({100})),
                StatusIs(absl::StatusCode::kResourceExhausted));
    Tensor b = a;
    EXPECT_EQ(budget->used(), 800);
    a = Tensor();
    EXPECT_EQ(budget->used(), 800);
    Tensor c = b;
    c.mutable_raw();  // Cannot fail, so it is charged past the limit.
    EXPECT_EQ(budget->used(), 1600);
  }
  EXPECT_EQ(budget->used(), 0);
}

TEST(TensorTest, UnsharingCopiesSharedBytesOrRefuses) {
  auto budget = std::make_shared<MemoryBudget>(1000);
  ScopedMemoryBudget scope(budget);
  ASSERT_OK_AND_ASSIGN(Tensor a, Tensor::Zeros(DType::kFloat64, Shape({60})));
  const std::byte* bytes = a.raw();
  EXPECT_OK(a.Unshare());
  EXPECT_EQ(a.raw(), bytes);  // Nobody else has them.
  const Tensor b = a;
  EXPECT_EQ(budget->used(), 480);
  EXPECT_OK(a.Unshare());
  EXPECT_NE(a.raw(), bytes);
  EXPECT_TRUE(BitIdentical(a, b));
  EXPECT_EQ(budget->used(), 960);
  Tensor c = a;
  EXPECT_THAT(c.Unshare(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_TRUE(c.SharesBytesWith(a));
}

TEST(TensorTest, WhatTheMachineDoesNotHaveIsRefused) {
  EXPECT_THAT(Tensor::Create(DType::kFloat64, Shape({int64_t{1} << 59})),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(TensorTest, CopiesMayLiveOnOtherThreads) {
  ASSERT_OK_AND_ASSIGN(Tensor a, Tensor::Zeros(DType::kFloat32, Shape({1000})));
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([mine = a, i]() mutable {
      for (float& x : mine.mutable_data<float>()) x += static_cast<float>(i + 1);
      EXPECT_EQ(mine.data<float>()[999], static_cast<float>(i + 1));
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(a.data<float>()[999], 0.0f);
}

TEST(TensorTest, BitIdentityTellsZerosApart) {
  EXPECT_FALSE(BitIdentical(Tensor::Scalar(0.0f), Tensor::Scalar(-0.0f)));
  EXPECT_TRUE(BitIdentical(Tensor::Scalar(1.0f), Tensor::Scalar(1.0f)));
  EXPECT_FALSE(BitIdentical(Tensor::Scalar(1.0f), Tensor::Scalar(1.0)));
}

}  // namespace
}  // namespace fluxgate
