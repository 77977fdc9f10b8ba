#include "server/session/turn_queue.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "engine/base/mutex.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::session {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;

// The order in which threads had their turn.
class Order {
 public:
  void Add(int who) {
    MutexLock lock(mutex_);
    order_.push_back(who);
  }
  std::vector<int> Get() const {
    MutexLock lock(mutex_);
    return order_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<int> order_ ABSL_GUARDED_BY(mutex_);
};

TEST(TurnQueueTest, OneAtATime) {
  TurnQueue queue;
  int inside = 0;  // Guarded by the turn: TSan would tell.
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&] {
      for (int i = 0; i < 200; ++i) {
        ASSERT_OK(queue.Acquire({}));
        ++inside;
        queue.Release();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(inside, 800);
  EXPECT_TRUE(queue.TryAcquire());
}

TEST(TurnQueueTest, FirstComeFirstServed) {
  TurnQueue queue;
  Order order;
  ASSERT_OK(queue.Acquire({}));
  std::vector<std::thread> threads;
  for (int t = 0; t < 3; ++t) {
    std::atomic<bool> begun = false;
    threads.emplace_back([&, t] {
      begun = true;
      ASSERT_OK(queue.Acquire({}));
      order.Add(t);
      queue.Release();
    });
    // The queue has a hint of its length for one waiter only, so the first is awaited by it.
    while (!begun || !queue.someone_waits()) std::this_thread::yield();
    if (t == 0) continue;
    // The others stand behind it, in whatever order they came.
  }
  queue.Release();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(order.Get().size(), 3u);
  EXPECT_EQ(order.Get()[0], 0);
}

TEST(TurnQueueTest, AWaiterLeavesWhenItIsCancelled) {
  TurnQueue queue;
  ASSERT_OK(queue.Acquire({}));
  CancellationSource source;
  std::thread waiter(
      [&] { EXPECT_THAT(queue.Acquire(source.token()), StatusIs(absl::StatusCode::kCancelled)); });
  while (!queue.someone_waits()) std::this_thread::yield();
  source.Cancel();
  waiter.join();
  EXPECT_FALSE(queue.someone_waits());
  queue.Release();
  EXPECT_TRUE(queue.TryAcquire());
}

TEST(TurnQueueTest, PassingOnLetsTheOthersGoFirst) {
  TurnQueue queue;
  Order order;
  ASSERT_OK(queue.Acquire({}));
  queue.PassOn();  // Nobody waits: nothing happens.
  std::thread other([&] {
    ASSERT_OK(queue.Acquire({}));
    order.Add(1);
    queue.Release();
  });
  while (!queue.someone_waits()) std::this_thread::yield();
  queue.PassOn();
  order.Add(2);
  queue.Release();
  other.join();
  EXPECT_THAT(order.Get(), ElementsAre(1, 2));
}

TEST(TurnQueueTest, NumberedCallsComeInTheOrderOfTheirNumbers) {
  TurnQueue queue;
  Order order;
  std::vector<std::thread> threads;
  for (int number : {3, 2, 1}) {
    threads.emplace_back([&, number] {
      ASSERT_OK(queue.Acquire({}, static_cast<uint32_t>(number)));
      order.Add(number);
      queue.Release();
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_THAT(order.Get(), ElementsAre(1, 2, 3));
}

TEST(TurnQueueTest, ANumberCanBeUsedOnce) {
  TurnQueue queue;
  ASSERT_OK(queue.Acquire({}, 1));
  queue.Release();
  EXPECT_THAT(queue.Acquire({}, 1), StatusIs(absl::StatusCode::kAborted));
  EXPECT_THAT(queue.Acquire({}, 0), StatusIs(absl::StatusCode::kAborted));
}

TEST(TurnQueueTest, ANumberThatNeverComesEndsWithTheDeadline) {
  TurnQueue queue;
  CancellationSource source;
  source.SetTimeout(std::chrono::milliseconds(1));
  EXPECT_THAT(queue.Acquire(source.token(), 2), StatusIs(absl::StatusCode::kDeadlineExceeded));
  EXPECT_TRUE(queue.TryAcquire());
}

TEST(TurnQueueTest, FewMayComeEarly) {
  TurnQueue queue;
  CancellationSource source;
  std::vector<std::thread> threads;
  std::atomic<int> aborted = 0;
  for (uint32_t number = 2; number < 22; ++number) {
    threads.emplace_back([&, number] {
      if (absl::IsAborted(queue.Acquire(source.token(), number))) ++aborted;
    });
  }
  while (aborted < 12) std::this_thread::yield();
  source.Cancel();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(aborted, 12);
}

TEST(TurnQueueTest, TryAcquireTakesOnlyTheNextNumber) {
  TurnQueue queue;
  EXPECT_FALSE(queue.TryAcquire(2));
  EXPECT_TRUE(queue.TryAcquire(1));
  EXPECT_FALSE(queue.TryAcquire(2));
  queue.Release();
  EXPECT_FALSE(queue.TryAcquire(1));
  EXPECT_TRUE(queue.TryAcquire(2));
  queue.Release();
}

}  // namespace
}  // namespace fluxgate::session
