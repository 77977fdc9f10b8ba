#include "server/jobs/stack.h"

#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "server/jobs/thread.h"

namespace fluxgate::jobs {
namespace {

constexpr size_t kFrame = 8 << 10;
constexpr int kDepth = 1000;

// Uses kFrame bytes of the stack for each level; returns where the lowest one was.
__attribute__((noinline)) uintptr_t Descend(int levels) {
  std::array<volatile char, kFrame> frame;
  frame[0] = static_cast<char>(levels);
  const uintptr_t lowest =
      levels == 0 ? reinterpret_cast<uintptr_t>(frame.data()) : Descend(levels - 1);
  return lowest + static_cast<uintptr_t>(frame[0] - static_cast<char>(levels));
}

// Whether any of the 64 pages from `address` on has memory.
bool HasMemory(uintptr_t address) {
  const auto page = static_cast<uintptr_t>(sysconf(_SC_PAGESIZE));
  std::vector<unsigned char> resident(64);
  EXPECT_EQ(mincore(reinterpret_cast<void*>(address / page * page), 64 * page, resident.data()), 0);
  return std::any_of(resident.begin(), resident.end(), [](unsigned char in) { return in & 1; });
}

TEST(StackTest, AStackThatWasDeepGivesItsMemoryBack) {
  auto thread = Thread::Start("deep", 64 << 20, [] {
    const uintptr_t lowest = Descend(kDepth);
    EXPECT_TRUE(HasMemory(lowest));
    ReleaseUnusedStack();
    EXPECT_FALSE(HasMemory(lowest));
    // And can be used again.
    EXPECT_EQ(Descend(kDepth), lowest);
    EXPECT_TRUE(HasMemory(lowest));
  });
  ASSERT_TRUE(thread.ok()) << thread.status();
  thread->Join();
}

TEST(StackTest, AStackThatIsInUseIsLeftAlone) {
  auto thread = Thread::Start("shallow", 1 << 20, [] {
    std::array<char, kFrame> frame;
    frame.fill(7);
    ReleaseUnusedStack();
    EXPECT_TRUE(
        std::all_of(frame.begin(), frame.end(), [](char c) { return c == 7; }));
  });
  ASSERT_TRUE(thread.ok()) << thread.status();
  thread->Join();
}

}  // namespace
}  // namespace fluxgate::jobs
