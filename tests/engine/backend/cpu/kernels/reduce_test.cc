#include "engine/backend/cpu/kernels/reduce.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "engine/kernels/reduce.h"
#include "engine/tensor/tensor.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::cpu {
namespace {

using ir::OpKind;

struct Case {
  Shape shape;
  absl::InlinedVector<int, 4> dims;
};

// Rows, columns, both, neither; lengths around 16 lanes and blocks of 1024.
std::vector<Case> Cases() {
  std::vector<Case> cases;
  for (int64_t n : {1, 2, 7, 8, 9, 15, 16, 17, 31, 100, 1023, 1024, 1025, 1030, 5000}) {
    cases.push_back({Shape({n}), {0}});
    cases.push_back({Shape({n, 5}), {0}});
    cases.push_back({Shape({3, n}), {1}});
    cases.push_back({Shape({37, n, 2}), {1}});
  }
  cases.push_back({Shape({10, 64}), {0, 1}});
  cases.push_back({Shape({4, 5, 6}), {0, 2}});
  cases.push_back({Shape({4, 1, 6, 7}), {1, 2}});
  cases.push_back({Shape({4, 5, 6, 7}), {1, 3}});
  cases.push_back({Shape({0, 4}), {0}});
  cases.push_back({Shape({4, 0}), {0}});
  cases.push_back({Shape({4, 5}), {}});
  return cases;
}

template <typename T>
Tensor Sample(const Shape& shape, bool with_nan) {
  std::mt19937 generator(static_cast<uint32_t>(shape.num_elements()));
  Tensor t = *Tensor::Create(DTypeOf<T>::value, shape);
  for (T& x : t.mutable_data<T>()) {
    const uint32_t choice = generator() % 64;
    x = static_cast<T>(static_cast<double>(generator() % 4001) / 1000.0 - 2.0);
    if (choice == 0) x = static_cast<T>(-0.0);
    if (with_nan && choice == 1) x = std::numeric_limits<T>::quiet_NaN();
  }
  return t;
}

template <typename T>
void ExpectAgrees(OpKind op, kernels::ReduceKind kind, const Case& c, bool with_nan) {
  const Tensor x = Sample<T>(c.shape, with_nan);
  int64_t kept = 1;
  for (int d = 0; d < c.shape.rank(); ++d) {
    if (std::find(c.dims.begin(), c.dims.end(), d) == c.dims.end()) kept *= c.shape.dim(d);
  }
  std::vector<T> want(kept + 1), got(kept + 1);
  kernels::Reduce(kind, x.dtype(), c.shape, c.dims, x.raw(), want.data());
  for (CpuLevel level : {CpuLevel::kV2, CpuLevel::kV3, CpuLevel::kV4}) {
    if (!Supports(level)) continue;
    ASSERT_OK_AND_ASSIGN(const ReduceKernel kernel,
                         ReduceKernel::Create(op, x.dtype(), c.shape, c.dims, level));
    kernel.Run(x.raw(), got.data());
    for (int64_t i = 0; i < kept; ++i) {
      if (want[i] != want[i] && got[i] != got[i]) continue;
      ASSERT_EQ(std::memcmp(&got[i], &want[i], sizeof(T)), 0)
          << ir::GetOpInfo(op).name.data() << " of " << c.shape.ToString() << " "
          << CpuLevelName(level).data() << " at " << i << ": " << got[i] << ", want " << want[i];
    }
  }
}

TEST(ReduceKernelTest, EveryLevelGivesTheBitsOfTheDefinedOrder) {
  for (const Case& c : Cases()) {
    for (bool with_nan : {false, true}) {
      ExpectAgrees<float>(OpKind::kSum, kernels::ReduceKind::kSum, c, with_nan);
      ExpectAgrees<float>(OpKind::kProd, kernels::ReduceKind::kProd, c, with_nan);
      ExpectAgrees<float>(OpKind::kReduceMax, kernels::ReduceKind::kMax, c, with_nan);
      ExpectAgrees<float>(OpKind::kReduceMin, kernels::ReduceKind::kMin, c, with_nan);
      ExpectAgrees<double>(OpKind::kSum, kernels::ReduceKind::kSum, c, with_nan);
      ExpectAgrees<double>(OpKind::kReduceMax, kernels::ReduceKind::kMax, c, with_nan);
    }
    ExpectAgrees<int64_t>(OpKind::kSum, kernels::ReduceKind::kSum, c, false);
    ExpectAgrees<int64_t>(OpKind::kProd, kernels::ReduceKind::kProd, c, false);
    ExpectAgrees<int32_t>(OpKind::kReduceMax, kernels::ReduceKind::kMax, c, false);
    ExpectAgrees<int32_t>(OpKind::kReduceMin, kernels::ReduceKind::kMin, c, false);
  }
}

TEST(ReduceKernelTest, RefusesOtherOps) {
  EXPECT_THAT(ReduceKernel::Create(OpKind::kArgMax, DType::kFloat32, Shape({3}), {0}),
              testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxgate::cpu
