#include "engine/base/crew.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#include "gtest/gtest.h"
#include "tests/testing/thread_crew.h"

namespace fluxgate {
namespace {

// Lends what the test allows, and remembers how much is out.
class CountedProcessors : public SpareProcessors {
 public:
  explicit CountedProcessors(int free) : free_(free) {}
  int Borrow(int most) override {
    const int count = std::min(most, free_.load());
    free_ -= count;
    asked_ = true;
    return count;
  }
  void GiveBack(int count) override { free_ += count; }
  int free() const { return free_; }
  bool asked() const { return asked_; }

 private:
  std::atomic<int> free_;
  std::atomic<bool> asked_{false};
};

TEST(CrewTest, EachPieceRunsOnce) {
  testing::ThreadCrew crew(3);
  for (int pieces : {0, 1, 2, 7, 100}) {
    std::vector<std::atomic<int>> runs(pieces);
    crew->Run(pieces, [&](int piece) { ++runs[piece]; });
    for (const auto& count : runs) EXPECT_EQ(count, 1);
  }
}

TEST(CrewTest, AHelperRunsAPieceWhileTheCallerRunsAnother) {
  testing::ThreadCrew crew(1);
  std::atomic<int> begun{0};
  // Each piece waits for the other: one thread alone would never end.
  crew->Run(2, [&](int) {
    ++begun;
    while (begun < 2) std::this_thread::yield();
  });
  EXPECT_EQ(begun, 2);
}

TEST(CrewTest, WhatPiecesWroteIsSeenAfterwards) {
  testing::ThreadCrew crew(2);
  std::vector<int> values(64);
  for (int round = 1; round <= 1000; ++round) {
    crew->Run(64, [&](int piece) { values[piece] += piece; });
    for (int piece = 0; piece < 64; ++piece) ASSERT_EQ(values[piece], piece * round);
  }
}

TEST(CrewTest, CallersAtTheSameTimeHaveTheirOwnHelpers) {
  testing::ThreadCrew crew(2);
  std::vector<std::thread> callers;
  std::atomic<int> done{0};
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        std::atomic<int> sum{0};
        crew->Run(8, [&](int piece) { sum += piece; });
        if (sum == 28) ++done;
      }
    });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(done, 4 * 500);
}

TEST(CrewTest, AnOfferThatIsWithdrawnAtOnceWakesNobodyForNothing) {
  testing::ThreadCrew crew(3);
  int64_t sum = 0;
  for (int round = 0; round < 20000; ++round) {
    // The caller is done with so little before a sleeping helper has looked; every so often the
    // helpers have time to fall asleep.
    if (round % 64 == 0) std::this_thread::sleep_for(std::chrono::microseconds(200));
    std::atomic<int64_t> part{0};
    crew->Run(2, [&](int piece) { part += piece + 1; });
    sum += part;
  }
  EXPECT_EQ(sum, 20000 * 3);
}

TEST(CrewTest, WithoutSpareProcessorsTheCallerWorksAlone) {
  CountedProcessors none(0);
  testing::ThreadCrew crew(2, &none);
  const std::thread::id self = std::this_thread::get_id();
  crew->Run(16, [&](int) { EXPECT_EQ(std::this_thread::get_id(), self); });
  EXPECT_TRUE(none.asked());
}

TEST(CrewTest, ProcessorsAreGivenBack) {
  CountedProcessors three(3);
  testing::ThreadCrew crew(2, &three);
  crew->Run(16, [&](int) { EXPECT_EQ(three.free(), 1) << "two helpers"; });
  EXPECT_EQ(three.free(), 3);
  crew->Run(2, [&](int) { EXPECT_EQ(three.free(), 2) << "one helper for two pieces"; });
  EXPECT_EQ(three.free(), 3);
}

TEST(CrewTest, WithoutThreadsItStillRuns) {
  Crew crew(2, [](std::function<void()>) { return false; });
  int sum = 0;
  crew.Run(10, [&](int piece) { sum += piece; });
  EXPECT_EQ(sum, 45);
}

}  // namespace
}  // namespace fluxgate
