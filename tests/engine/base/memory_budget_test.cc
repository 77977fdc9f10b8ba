#include "engine/base/memory_budget.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::StatusIs;

TEST(MemoryBudgetTest, RefusesWhatDoesNotFitAndSaysWhy) {
  MemoryBudget budget(100);
  EXPECT_OK(budget.Charge(60));
  EXPECT_THAT(budget.Charge(41),
              StatusIs(absl::StatusCode::kResourceExhausted,
                       AllOf(HasSubstr("41"), HasSubstr("60"), HasSubstr("100"))));
  EXPECT_OK(budget.Charge(40));
  EXPECT_EQ(budget.used(), 100);
  budget.Release(100);
  EXPECT_EQ(budget.used(), 0);
  EXPECT_EQ(budget.peak(), 100);
}

TEST(MemoryBudgetTest, HugeRequestsDoNotOverflow) {
  MemoryBudget budget(100);
  ASSERT_OK(budget.Charge(50));
  EXPECT_THAT(budget.Charge(INT64_MAX), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(budget.used(), 50);
}

TEST(MemoryBudgetTest, AParentThatRefusesLeavesTheChildAsItWas) {
  auto server = std::make_shared<MemoryBudget>(100);
  MemoryBudget first(80, server), second(80, server);
  ASSERT_OK(first.Charge(70));
  EXPECT_THAT(second.Charge(40), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(second.used(), 0);
  EXPECT_EQ(server->used(), 70);
  first.Release(70);
  EXPECT_OK(second.Charge(40));
}

TEST(MemoryBudgetTest, ChargesBeyondTheLimitCount) {
  MemoryBudget budget(100);
  budget.ChargeBeyondLimit(150);
  EXPECT_EQ(budget.used(), 150);
  EXPECT_THAT(budget.Charge(1), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(MemoryBudgetTest, ScopesNestPerThread) {
  auto outer = std::make_shared<MemoryBudget>(1), inner = std::make_shared<MemoryBudget>(2);
  EXPECT_EQ(MemoryBudget::Current(), nullptr);
  {
    ScopedMemoryBudget a(outer);
    {
      ScopedMemoryBudget b(inner);
      EXPECT_EQ(MemoryBudget::Current(), inner);
      std::thread([] { EXPECT_EQ(MemoryBudget::Current(), nullptr); }).join();
    }
    EXPECT_EQ(MemoryBudget::Current(), outer);
  }
  EXPECT_EQ(MemoryBudget::Current(), nullptr);
}

TEST(MemoryBudgetTest, ThreadsNeverGetMoreThanThereIs) {
  MemoryBudget budget(1000);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&budget] {
      for (int i = 0; i < 2000; ++i) {
        if (budget.Charge(300).ok()) budget.Release(300);
      }
    });
  }
  for (std::thread& t : threads) t.join();
  EXPECT_EQ(budget.used(), 0);
  EXPECT_LE(budget.peak(), 1000);
}

}  // namespace
}  // namespace fluxgate
