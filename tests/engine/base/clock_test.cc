#include "engine/base/clock.h"

#include <gtest/gtest.h>

#include "engine/base/task_runner.h"

namespace fluxgate {
namespace {

TEST(ClockTest, AFakeOneMovesOnlyWhenTold) {
  FakeClock clock;
  const Clock::TimePoint start = clock.Now();
  EXPECT_EQ(clock.Monotonic(), std::chrono::nanoseconds(0));
  clock.Advance(std::chrono::seconds(3));
  EXPECT_EQ(clock.Now() - start, std::chrono::seconds(3));
  EXPECT_EQ(clock.Monotonic(), std::chrono::seconds(3));
}

TEST(ClockTest, TheSystemsNeverGoesBack) {
  SystemClock clock;
  const auto first = clock.Monotonic();
  EXPECT_GE(clock.Monotonic(), first);
}

TEST(TaskRunnerTest, TheInlineOneRunsBeforeItReturns) {
  InlineRunner runner;
  int runs = 0;
  runner.Run([&runs] { ++runs; });
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace fluxgate
