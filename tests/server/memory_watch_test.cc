#include "server/memory_watch.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "server/process_memory.h"

namespace fluxgate {
namespace {

// A process whose size the test sets: sessions may hold 600 of its 800 bytes.
class Watched : public ::testing::Test {
 protected:
  MemoryWatch::Options Options() {
    return {.process_bytes = 800,
            .held = [this] { return held_.load(); },
            .release = [this] { held_ = held_ - freed_.exchange(0); }};
  }
  // The thread looks every few milliseconds; a budget that never gets there is the test's timeout.
  void AwaitUsed(int64_t bytes) {
    while (budget_->used() != bytes) std::this_thread::yield();
  }

  std::atomic<int64_t> held_{0}, freed_{0};
  std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(600);
};

TEST_F(Watched, WhatFitsTheRoomBesideSessionsIsNotCharged) {
  held_ = 500;
  ASSERT_TRUE(budget_->Charge(300).ok());
  const MemoryWatch watch(budget_, Options());
  // One more byte than the room of 200 is the first that counts.
  held_ = 501;
  AwaitUsed(301);
  held_ = 500;
  AwaitUsed(300);
}

TEST_F(Watched, TheBudgetIsFullWhenTheProcessIs) {
  ASSERT_TRUE(budget_->Charge(100).ok());
  const MemoryWatch watch(budget_, Options());
  held_ = 800;
  AwaitUsed(600);
  EXPECT_EQ(budget_->Charge(1).code(), absl::StatusCode::kResourceExhausted);
  held_ = 300;
  AwaitUsed(100);
  EXPECT_TRUE(budget_->Charge(500).ok());
}

TEST_F(Watched, FreedMemoryIsGivenBackBeforeAnyoneIsRefused) {
  held_ = 900;
  freed_ = 650;
  const MemoryWatch watch(budget_, Options());
  while (freed_ != 0) std::this_thread::yield();
  AwaitUsed(50);
}

TEST_F(Watched, ABudgetBeyondTheProcessIsCutToIt) {
  budget_ = std::make_shared<MemoryBudget>(2000);
  held_ = 800;
  const MemoryWatch watch(budget_, Options());
  AwaitUsed(2000);
}

TEST_F(Watched, ItsChargeEndsWithIt) {
  held_ = 700;
  {
    const MemoryWatch watch(budget_, Options());
    AwaitUsed(500);
  }
  EXPECT_EQ(budget_->used(), 0);
}

TEST(ProcessMemory, CountsWhatIsAllocated) {
  const int64_t before = ProcessMemoryBytes();
  EXPECT_GT(before, 0);
  constexpr size_t kBytes = 64 << 20;
  std::vector<char> block(kBytes, 1);
  EXPECT_GE(ProcessMemoryBytes(), before + int64_t{kBytes} * 9 / 10);
}

}  // namespace
}  // namespace fluxgate
