#include "engine/backend/cpu/kernels/matmul.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/tensor/tensor.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::cpu {
namespace {

std::string Describe(const GemmShape& s) {
  return absl::StrCat(s.m, "×", s.k, (s.transpose_a ? "'" : ""), " * ", s.k, "×", s.n,
                      (s.transpose_b ? "'" : ""));
}

template <typename T>
struct Operands {
  std::vector<T> a, b;
};

template <typename T>
Operands<T> Sample(const GemmShape& s) {
  std::mt19937 generator(static_cast<uint32_t>(s.m * 31 + s.n * 7 + s.k));
  std::uniform_real_distribution<double> numbers(-9, 9);
  Operands<T> x;
  x.a.resize(s.m * s.k * (s.share_a ? 1 : s.batch));
  x.b.resize(s.k * s.n * (s.share_b ? 1 : s.batch));
  for (T& v : x.a) v = static_cast<T>(numbers(generator));
  for (T& v : x.b) v = static_cast<T>(numbers(generator));
  return x;
}

template <typename T>
std::vector<T> RunGemm(const GemmShape& s, const Operands<T>& x, CpuLevel level) {
  auto plan = GemmPlan::Create(s, level);
  EXPECT_OK(plan);
  Tensor scratch = *Tensor::Create(DType::kBool, Shape({plan->scratch_bytes()}));
  // NaN, so that what is not written, or is added to, shows.
  std::vector<T> c(s.m * s.n * s.batch,
                   std::is_integral_v<T> ? T(-1) : static_cast<T>(std::nan("")));
  plan->Run(x.a.data(), x.b.data(), c.data(), scratch.mutable_raw());
  return c;
}

// Each element within the error that a sum of k products may have, in any order.
template <typename T>
void ExpectNaive(const GemmShape& s, const Operands<T>& x, const std::vector<T>& c) {
  for (int64_t z = 0; z < s.batch; ++z) {
    const T* a = x.a.data() + (s.share_a ? 0 : z * s.m * s.k);
    const T* b = x.b.data() + (s.share_b ? 0 : z * s.k * s.n);
    for (int64_t j = 0; j < s.n; ++j) {
      for (int64_t i = 0; i < s.m; ++i) {
        double sum = 0, magnitude = 0;
        for (int64_t p = 0; p < s.k; ++p) {
          const double u = s.transpose_a ? a[p + i * s.k] : a[i + p * s.m];
          const double v = s.transpose_b ? b[j + p * s.n] : b[p + j * s.k];
          sum += u * v;
          magnitude += std::abs(u * v);
        }
        const double unit = sizeof(T) == 4 ? 0x1p-24 : 0x1p-53;
        const double bound =
            std::is_integral_v<T> ? 0 : (static_cast<double>(s.k) + 1) * unit * magnitude;
        ASSERT_LE(std::abs(static_cast<double>(c[i + (j + z * s.n) * s.m]) - sum), bound)
            << Describe(s) << " at " << i << ", " << j;
      }
    }
  }
}

template <typename T>
void ExpectAgrees(GemmShape s) {
  s.dtype = DTypeOf<T>::value;
  const Operands<T> x = Sample<T>(s);
  for (CpuLevel level : {CpuLevel::kV2, CpuLevel::kV3, CpuLevel::kV4}) {
    if (Supports(level)) ExpectNaive(s, x, RunGemm(s, x, level));
  }
}

TEST(GemmPlanTest, AgreesWithTheNaiveProduct) {
  // Extents around vectors of 2 to 16 elements, blocks of 4, 6 and 12 columns, and depths of 256.
  const int64_t extents[] = {1, 2, 3, 5, 8, 10, 16, 17, 31, 33, 64};
  for (int64_t m : extents) {
    for (int64_t n : extents) {
      for (int64_t k : {1, 2, 7, 16, 33, 257}) {
        for (int transposes = 0; transposes < 4; ++transposes) {
          if (k > 33 && (m + n) % 3 != 0) continue;
          GemmShape s{DType::kFloat32, m, n, k, (transposes & 1) != 0, (transposes & 2) != 0};
          ExpectAgrees<float>(s);
          if ((m + n + k) % 2 == 0) ExpectAgrees<double>(s);
        }
      }
    }
  }
}

TEST(GemmPlanTest, LargeProductsAgreeWhicheverLibraryMakesThem) {
  for (int transposes = 0; transposes < 4; ++transposes) {
    const bool ta = (transposes & 1) != 0, tb = (transposes & 2) != 0;
    ExpectAgrees<float>({DType::kFloat32, 130, 100, 300, ta, tb});
    ExpectAgrees<double>({DType::kFloat64, 70, 50, 520, ta, tb});
    ExpectAgrees<float>({DType::kFloat32, 1, 700, 600, ta, tb});
    ExpectAgrees<float>({DType::kFloat32, 700, 1, 600, ta, tb});
    // Columns that lie a power of two apart, which may be copied first.
    ExpectAgrees<float>({DType::kFloat32, 512, 40, 70, ta, tb});
    ExpectAgrees<float>({DType::kFloat32, 256, 96, 50, ta, tb, 2, true, false});
  }
}

TEST(GemmPlanTest, PiecesInAnyOrderAreTheProduct) {
  for (int transposes = 0; transposes < 4; ++transposes) {
    const bool ta = (transposes & 1) != 0, tb = (transposes & 2) != 0;
    // Columns of c that do not divide evenly, and rows that are copied with padding.
    for (const GemmShape& s : {GemmShape{DType::kFloat32, 256, 1200, 60, ta, tb},
                               GemmShape{DType::kFloat32, 700, 130, 200, ta, tb}}) {
      const Operands<float> x = Sample<float>(s);
      for (CpuLevel level : {CpuLevel::kV2, BestLevel()}) {
        ASSERT_OK_AND_ASSIGN(GemmPlan plan, GemmPlan::Create(s, level));
        ASSERT_GT(plan.pieces(), 1) << Describe(s);
        ASSERT_OK_AND_ASSIGN(Tensor scratch,
                             Tensor::Create(DType::kBool, Shape({plan.scratch_bytes()})));
        std::vector<float> c(s.m * s.n, std::nanf(""));
        plan.Begin(x.a.data(), scratch.mutable_raw());
        for (int piece = plan.pieces() - 1; piece >= 0; --piece) {
          plan.RunPiece(piece, x.a.data(), x.b.data(), c.data(), scratch.mutable_raw());
        }
        EXPECT_EQ(c, RunGemm(s, x, level)) << Describe(s);
        if (level == BestLevel()) ExpectNaive(s, x, c);
      }
    }
  }
}

TEST(GemmPlanTest, IntegersWrapAndBatchesShareMatrices) {
  ExpectAgrees<int64_t>({DType::kInt64, 7, 5, 9, true, false});
  ExpectAgrees<int32_t>({DType::kInt32, 7, 5, 9, false, true});
  ExpectAgrees<float>({DType::kFloat32, 9, 4, 6, false, false, 5});
  ExpectAgrees<float>({DType::kFloat32, 9, 4, 6, false, true, 5, true, false});
  ExpectAgrees<double>({DType::kFloat64, 9, 4, 6, true, false, 5, false, true});
}

TEST(GemmPlanTest, EmptySumsAreZero) {
  const GemmShape s{DType::kFloat32, 3, 2, 0};
  EXPECT_EQ(RunGemm<float>(s, {}, BestLevel()), std::vector<float>(6, 0.0f));
  EXPECT_TRUE(
      RunGemm<float>({DType::kFloat32, 0, 2, 3}, {{}, std::vector<float>(6)}, BestLevel()).empty());
  EXPECT_THAT(GemmPlan::Create({DType::kFloat32, -1, 2, 3}),
              testing::StatusIs(absl::StatusCode::kInvalidArgument));
}

// The bits depend on shape and level alone: not on the plan, its copies, or the thread.
TEST(GemmPlanTest, CopiesAndThreadsGiveTheSameBits) {
  const GemmShape s{DType::kFloat32, 128, 96, 120};
  const Operands<float> x = Sample<float>(s);
  const std::vector<float> want = RunGemm(s, x, BestLevel());
  ASSERT_OK_AND_ASSIGN(const GemmPlan plan, GemmPlan::Create(s));
  std::vector<std::vector<float>> got(3, std::vector<float>(want.size()));
  std::vector<std::thread> threads;
  for (auto& c : got) {
    threads.emplace_back([&plan, &x, &c] {
      GemmPlan mine = plan;
      Tensor scratch = *Tensor::Create(DType::kBool, Shape({mine.scratch_bytes()}));
      mine.Run(x.a.data(), x.b.data(), c.data(), scratch.mutable_raw());
    });
  }
  for (std::thread& t : threads) t.join();
  for (const auto& c : got) {
    EXPECT_EQ(std::memcmp(c.data(), want.data(), want.size() * sizeof(float)), 0);
  }
  std::vector<float> once(want.size());
  ASSERT_OK(Gemm(s, x.a.data(), x.b.data(), once.data()));
  EXPECT_EQ(std::memcmp(once.data(), want.data(), want.size() * sizeof(float)), 0);
}

}  // namespace
}  // namespace fluxgate::cpu
