#include "engine/compile/plan_cache.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include "engine/ir/builder.h"

namespace fluxgate::compile {
namespace {

class FakePlan : public CachedPlan {
 public:
  explicit FakePlan(int64_t bytes) : bytes_(bytes) {}
  int64_t bytes() const override { return bytes_; }

 private:
  const int64_t bytes_;
};

// Keys for different n differ in a number only.
PlanKey KeyFor(double n, const std::string& device = "cpu", CompileOptions options = {}) {
  ir::Builder b;
  const ir::NodeId x = b.Input(DType::kFloat32, Shape({}));
  return {*b.Finish({b.Binary(ir::OpKind::kMul, x, b.Scalar(DType::kFloat32, n))}),
          std::move(options), device};
}

constexpr int64_t kPlanBytes = 100'000;

TEST(PlanCacheTest, FindsWhatWasInserted) {
  PlanCache cache(10 * kPlanBytes);
  EXPECT_EQ(cache.Find(KeyFor(3)), nullptr);
  auto plan = std::make_shared<FakePlan>(kPlanBytes);
  EXPECT_EQ(cache.Insert(KeyFor(3), plan), plan);
  EXPECT_EQ(cache.Find(KeyFor(3)), plan);
  EXPECT_EQ(cache.Find(KeyFor(4)), nullptr);
  EXPECT_EQ(cache.statistics().hits, 1);
  EXPECT_EQ(cache.statistics().misses, 2);
}

TEST(PlanCacheTest, DeviceAndOptionsCount) {
  PlanCache cache(10 * kPlanBytes);
  cache.Insert(KeyFor(3), std::make_shared<FakePlan>(kPlanBytes));
  EXPECT_EQ(cache.Find(KeyFor(3, "cuda")), nullptr);
  EXPECT_EQ(cache.Find(KeyFor(3, "cpu", {.flush_denormals = true})), nullptr);
  EXPECT_EQ(cache.Find(KeyFor(3, "cpu", {.fuse = false})), nullptr);
}

TEST(PlanCacheTest, TheFirstOfEqualEntriesStays) {
  PlanCache cache(10 * kPlanBytes);
  auto first = std::make_shared<FakePlan>(kPlanBytes);
  cache.Insert(KeyFor(3), first);
  EXPECT_EQ(cache.Insert(KeyFor(3), std::make_shared<FakePlan>(kPlanBytes)), first);
  EXPECT_EQ(cache.statistics().entries, 1);
}

TEST(PlanCacheTest, TheLeastRecentlyUsedGoesFirst) {
  PlanCache cache(3 * kPlanBytes);  // Room for two, with their keys.
  cache.Insert(KeyFor(3), std::make_shared<FakePlan>(kPlanBytes));
  cache.Insert(KeyFor(4), std::make_shared<FakePlan>(kPlanBytes));
  cache.Find(KeyFor(3));
  cache.Insert(KeyFor(5), std::make_shared<FakePlan>(kPlanBytes));
  EXPECT_NE(cache.Find(KeyFor(3)), nullptr);
  EXPECT_EQ(cache.Find(KeyFor(4)), nullptr);
  EXPECT_NE(cache.Find(KeyFor(5)), nullptr);
}

TEST(PlanCacheTest, WhatIsTooLargeIsUsedButNotKept) {
  PlanCache cache(kPlanBytes);
  auto plan = std::make_shared<FakePlan>(2 * kPlanBytes);
  EXPECT_EQ(cache.Insert(KeyFor(3), plan), plan);
  EXPECT_EQ(cache.Find(KeyFor(3)), nullptr);
}

TEST(PlanCacheTest, TheBudgetIsChargedAndGivenBack) {
  auto budget = std::make_shared<MemoryBudget>(3 * kPlanBytes / 2);
  {
    PlanCache cache(10 * kPlanBytes, budget);
    cache.Insert(KeyFor(3), std::make_shared<FakePlan>(kPlanBytes));
    EXPECT_GE(budget->used(), kPlanBytes);
    cache.Insert(KeyFor(4), std::make_shared<FakePlan>(kPlanBytes));
    EXPECT_EQ(cache.statistics().entries, 1);
  }
  EXPECT_EQ(budget->used(), 0);
}

TEST(PlanCacheTest, ManyThreads) {
  PlanCache cache(4 * kPlanBytes);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&cache, t] {
      for (int i = 0; i < 200; ++i) {
        const PlanKey key = KeyFor(3 + (i + t) % 7);
        if (cache.Find(key) == nullptr) {
          cache.Insert(key, std::make_shared<FakePlan>(kPlanBytes));
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(cache.statistics().bytes, 4 * kPlanBytes);
}

}  // namespace
}  // namespace fluxgate::compile
