#include "engine/compile/memory_plan.h"

#include <gtest/gtest.h>

#include <random>

namespace fluxgate::compile {
namespace {

TEST(MemoryPlanTest, BlocksThatNeverMeetShare) {
  const MemoryLayout layout = LayOutMemory({{100, 0, 1}, {100, 2, 3}});
  EXPECT_EQ(layout.offsets, (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(layout.total_bytes, 128);
}

TEST(MemoryPlanTest, BlocksThatMeetAtOneStepDoNot) {
  const MemoryLayout layout = LayOutMemory({{64, 0, 2}, {64, 2, 3}});
  EXPECT_NE(layout.offsets[0], layout.offsets[1]);
}

TEST(MemoryPlanTest, AGapIsFilled) {
  // The first and the last leave room for the small one while the middle is away.
  const MemoryLayout layout = LayOutMemory({{256, 0, 9}, {128, 0, 4}, {64, 0, 9}, {128, 5, 9}});
  EXPECT_EQ(layout.total_bytes, 256 + 128 + 64);
}

TEST(MemoryPlanTest, NothingAliveAtOnceOverlaps) {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Lifetime> blocks;
    int64_t sum = 0;
    for (int i = 0; i < 60; ++i) {
      const int first = static_cast<int>(random() % 40);
      blocks.push_back(
          {static_cast<int64_t>(random() % 5000), first, first + static_cast<int>(random() % 10)});
      sum += (blocks.back().bytes + 63) / 64 * 64 + 64;
    }
    const MemoryLayout layout = LayOutMemory(blocks);
    EXPECT_LE(layout.total_bytes, sum);
    for (size_t a = 0; a < blocks.size(); ++a) {
      EXPECT_EQ(layout.offsets[a] % kArenaAlignment, 0);
      EXPECT_LE(layout.offsets[a] + blocks[a].bytes, layout.total_bytes);
      for (size_t b = 0; b < a; ++b) {
        const bool meet = blocks[a].first_step <= blocks[b].last_step &&
                          blocks[b].first_step <= blocks[a].last_step;
        const bool overlap = layout.offsets[a] < layout.offsets[b] + blocks[b].bytes &&
                             layout.offsets[b] < layout.offsets[a] + blocks[a].bytes;
        EXPECT_FALSE(meet && overlap) << a << " and " << b;
      }
    }
  }
}

}  // namespace
}  // namespace fluxgate::compile
