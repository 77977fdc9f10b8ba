#include "server/jobs/worker_pool.h"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>
#include <thread>
#include <vector>

namespace fluxgate::jobs {
namespace {

WorkerPool::Options Small(int workers, int max_running) {
  WorkerPool::Options options;
  options.workers = workers;
  options.max_running = max_running;
  options.stack_bytes = 1 << 20;
  return options;
}

TEST(FairQueueTest, KeysTakeTurns) {
  FairQueue<int> queue;
  queue.Push("a", 1);
  queue.Push("a", 2);
  queue.Push("a", 3);
  queue.Push("b", 10);
  std::vector<int> order;
  while (auto item = queue.Pop()) order.push_back(*item);
  EXPECT_EQ(order, (std::vector<int>{1, 10, 2, 3}));
}

TEST(FairQueueTest, AKeyThatMayNotRunKeepsItsPlace) {
  FairQueue<int> queue;
  queue.Push("a", 1);
  queue.Push("b", 10);
  EXPECT_EQ(queue.PopIf([](const std::string& key) { return key != "a"; }), 10);
  EXPECT_EQ(queue.PopIf([](const std::string& key) { return key != "a"; }), absl::nullopt);
  EXPECT_EQ(queue.Pop(), 1);
}

TEST(WorkerPoolTest, RunsEverythingThatWasAccepted) {
  std::atomic<int> done{0};
  {
    WorkerPool pool(Small(2, 4));
    for (int i = 0; i < 200; ++i) {
      ASSERT_TRUE(pool.Submit(std::to_string(i % 7), [&done](Permit&) { ++done; }).ok());
    }
    pool.Drain();
    EXPECT_EQ(done, 200);
    EXPECT_EQ(pool.Submit("late", [](Permit&) {}).code(), absl::StatusCode::kUnavailable);
  }
}

TEST(WorkerPoolTest, SpareWorkersHelpWhatRunsUntilSomebodyElseWorks) {
  WorkerPool pool(Small(2, 4));
  std::promise<void> helped;
  ASSERT_TRUE(pool.Submit("alone",
                          [&](Permit&) {
                            std::atomic<int> begun{0};
                            // Each piece waits for the other, so two threads must run.
                            pool.crew().Run(2, [&](int) {
                              ++begun;
                              while (begun < 2) std::this_thread::yield();
                            });
                            helped.set_value();
                          })
                  .ok());
  helped.get_future().wait();

  // Now the other permit is taken, so the work is alone with its pieces.
  std::promise<void> done;
  std::shared_future<void> end = done.get_future().share();
  std::promise<void> computing;
  ASSERT_TRUE(pool.Submit("other",
                          [&](Permit&) {
                            computing.set_value();
                            end.wait();
                          })
                  .ok());
  computing.get_future().wait();
  ASSERT_TRUE(pool.Submit("alone",
                          [&](Permit&) {
                            const std::thread::id self = std::this_thread::get_id();
                            pool.crew().Run(
                                8, [&](int) { EXPECT_EQ(std::this_thread::get_id(), self); });
                            done.set_value();
                          })
                  .ok());
  pool.Drain();
}

TEST(WorkerPoolTest, WorkThatSharesLeavesRoomForOthers) {
  for (const int max_sharing : {0, 2}) {
    WorkerPool::Options options = Small(4, 1);
    options.max_sharing = max_sharing;
    WorkerPool pool(options);
    std::promise<void> end;
    std::shared_future<void> ended = end.get_future().share();
    std::promise<void> shared[2];
    for (int job = 0; job < 2; ++job) {
      ASSERT_TRUE(pool.Submit(std::to_string(job),
                              [&, job](Permit& permit) {
                                permit.Share();
                                shared[job].set_value();
                                ended.wait();
                              })
                      .ok());
    }
    std::promise<void> called;
    shared[0].get_future().wait();
    if (max_sharing > 0) shared[1].get_future().wait();
    ASSERT_TRUE(pool.Submit("call", [&](Permit&) { called.set_value(); }).ok());
    if (max_sharing > 0) {
      called.get_future().wait();
    } else {
      EXPECT_EQ(pool.load().running, 1);
      EXPECT_EQ(pool.load().queued, 2u);
    }
    end.set_value();
    pool.Drain();
  }
}

TEST(WorkerPoolTest, AtMostWorkersComputeAtOnce) {
  WorkerPool pool(Small(1, 4));
  std::atomic<int> computing{0};
  std::atomic<int> most{0};
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(pool.Submit("k",
                            [&](Permit& permit) {
                              for (int step = 0; step < 100; ++step) {
                                const int now = ++computing;
                                if (now > most) most = now;
                                --computing;
                                permit.Yield();
                              }
                            })
                    .ok());
  }
  pool.Drain();
  EXPECT_EQ(most, 1);
}

TEST(WorkerPoolTest, LongWorkLetsAnotherSessionsSmallCallThrough) {
  WorkerPool pool(Small(1, 4));
  std::promise<void> small_done;
  std::atomic<bool> done{false};
  ASSERT_TRUE(pool.Submit("long",
                          [&](Permit& permit) {
                            while (!done) permit.Yield();
                          })
                  .ok());
  ASSERT_TRUE(pool.Submit("small",
                          [&](Permit&) {
                            done = true;
                            small_done.set_value();
                          })
                  .ok());
  small_done.get_future().wait();
  pool.Drain();
}

TEST(WorkerPoolTest, AKeyHoldsAtMostItsShareOfThreads) {
  WorkerPool::Options options = Small(2, 4);
  options.max_running_per_key = 1;
  WorkerPool pool(options);
  std::atomic<int> running{0};
  std::atomic<bool> ok{true};
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(pool.Submit("k",
                            [&](Permit& permit) {
                              if (++running > 1) ok = false;
                              permit.Yield();
                              --running;
                            })
                    .ok());
  }
  pool.Drain();
  EXPECT_TRUE(ok);
}

TEST(WorkerPoolTest, AFullQueueRefuses) {
  WorkerPool::Options options = Small(1, 1);
  options.max_queued = 2;
  WorkerPool pool(options);
  std::promise<void> started, release;
  ASSERT_TRUE(pool.Submit("k",
                          [&](Permit&) {
                            started.set_value();
                            release.get_future().wait();
                          })
                  .ok());
  started.get_future().wait();
  EXPECT_TRUE(pool.Submit("k", [](Permit&) {}).ok());
  EXPECT_TRUE(pool.Submit("k", [](Permit&) {}).ok());
  const absl::Status refused = pool.Submit("k", [](Permit&) {});
  EXPECT_EQ(refused.code(), absl::StatusCode::kResourceExhausted);
  release.set_value();
  pool.Drain();
}

TEST(WorkerPoolTest, AReleasedPermitServesOthers) {
  WorkerPool pool(Small(1, 2));
  std::promise<void> other_ran;
  ASSERT_TRUE(pool.Submit("waits",
                          [&](Permit& permit) {
                            permit.Release();
                            other_ran.get_future().wait();
                            permit.Acquire();
                          })
                  .ok());
  ASSERT_TRUE(pool.Submit("other", [&](Permit&) { other_ran.set_value(); }).ok());
  pool.Drain();
}

TEST(WorkerPoolTest, WorkOfOneKeyRunsOneAfterAnotherUnlessItShares) {
  WorkerPool pool(Small(2, 4));
  std::promise<void> first_shares, second_done;
  std::atomic<bool> alone{true};
  ASSERT_TRUE(pool.Submit("k",
                          [&](Permit& permit) {
                            // The second one is queued and must not have begun.
                            first_shares.get_future().wait();
                            alone = false;
                            permit.Share();
                            second_done.get_future().wait();
                          })
                  .ok());
  bool began_alone = true;
  ASSERT_TRUE(pool.Submit("k",
                          [&](Permit&) {
                            began_alone = alone;
                            second_done.set_value();
                          })
                  .ok());
  first_shares.set_value();
  pool.Drain();
  EXPECT_FALSE(began_alone);
}

TEST(WorkerPoolTest, WorkThatWaitsLetsTheNextOfItsKeyBegin) {
  WorkerPool pool(Small(1, 4));
  std::promise<void> second_ran;
  ASSERT_TRUE(pool.Submit("k",
                          [&](Permit& permit) {
                            permit.Release();
                            second_ran.get_future().wait();
                            permit.Acquire();
                          })
                  .ok());
  ASSERT_TRUE(pool.Submit("k", [&](Permit&) { second_ran.set_value(); }).ok());
  pool.Drain();
}

TEST(WorkerPoolTest, ManyKeysAndStatesAtOnce) {
  WorkerPool pool(Small(2, 8));
  std::atomic<int> done{0};
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(pool.Submit(std::to_string(i % 5),
                            [&done, i](Permit& permit) {
                              if (i % 3 == 0) permit.Share();
                              if (i % 4 == 0) {
                                permit.Release();
                                permit.Acquire();
                              }
                              permit.Yield();
                              ++done;
                            })
                    .ok());
  }
  pool.Drain();
  EXPECT_EQ(done, 2000);
}

}  // namespace
}  // namespace fluxgate::jobs
