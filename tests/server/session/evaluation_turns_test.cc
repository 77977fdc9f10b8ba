// Who computes while a text runs: other sessions at any step, other calls of the session between
// the statements and training steps of a job.

#include <gmock/gmock.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "server/jobs/worker_pool.h"
#include "server/session/evaluation.h"
#include "tests/server/session/session_fixture.h"

namespace fluxgate::session {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

class EvaluationTurnsTest : public SessionFixture {
 protected:
  // Runs a text as a job. When it first prints, it goes on only when another call waits.
  absl::Status RunJob(const std::string& source) {
    Session::Entry entry;
    entry.job = "job-7";
    entry.timeout = std::chrono::minutes(2);  // Instead of hanging when a turn is not passed.
    auto visit = session_->Enter(context_, entry);
    if (!visit.ok()) return visit.status();
    (*visit)->SetSink([&](absl::string_view) {
      if (inside_.exchange(true)) return;
      while (!(*visit)->ReaderWaits()) std::this_thread::yield();
    });
    return EvaluateText(**visit, source, "").status();
  }

  // A call that comes when the job prints.
  std::thread Call(std::function<void(Visit&)> work) {
    return std::thread([this, work = std::move(work)] {
      while (!inside_) std::this_thread::yield();
      CallContext context;
      auto visit = session_->Enter(context);
      ASSERT_OK(visit);
      work(**visit);
    });
  }

  std::atomic<bool> inside_ = false;
};

TEST_F(EvaluationTurnsTest, AJobPassesItsTurnBetweenItsStatements) {
  Run(*Enter(), "a = [0, 0]; seen = -1");
  std::thread call = Call([](Visit& visit) { Run(visit, "seen = a[1] + 10a[2]"); });
  EXPECT_OK(
      RunJob("begin\n println()\n a[1] = 1\n for i in 1:1000 end\n a[2] = 1\nend\n"
             "a[1] = 5"));
  call.join();
  // It had its turn, and not amid a statement.
  EXPECT_EQ(Number(*Enter(), "seen"), 11);
}

TEST_F(EvaluationTurnsTest, AJobPassesItsTurnBetweenTrainingSteps) {
  Run(*Enter(),
      "using Flux; m = Dense([0.5f0;;]); x = ones(Float32, 1, 6); done = false;"
      "loss(m, x) = (println(); sum(abs2, m(x)))");
  std::thread call = Call([](Visit& visit) {
    EXPECT_THAT(visit.interpreter().Evaluate("call", "m.weight .= 0").status(),
                StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("job-7")));
    // The job's own depth, limits and mode are laid aside meanwhile.
    EXPECT_EQ(Number(visit, "f(n) = n == 0 ? 0 : 1 + f(n - 1); f(100)"), 100);
    Run(visit, "done = true");
  });
  EXPECT_OK(
      RunJob("opt = Flux.setup(Descent(1f-6), m)\n"
             "while !done\n"
             "  Flux.train!(loss, m, [(x,) for i in 1:1000], opt)\n"
             "end"));
  call.join();
  // Nobody trains it any more.
  Run(*Enter(), "m.weight .= 0");
}

TEST_F(EvaluationTurnsTest, ACallKeepsItsTurnToItsEnd) {
  auto visit = Enter();
  std::atomic<bool> entered = false;
  inside_ = true;
  std::thread call = Call([&](Visit&) { entered = true; });
  Run(*visit, "a = 0; for i in 1:100000\n global a += 1\nend; b = 1; c = 2");
  EXPECT_FALSE(entered);
  visit = nullptr;
  call.join();
  EXPECT_TRUE(entered);
}

TEST_F(EvaluationTurnsTest, ATextLoopPassesItsPermitToOtherSessions) {
  SessionOptions options;
  options.name = "other";
  options.budget = std::make_shared<MemoryBudget>(int64_t{1} << 30);
  ASSERT_OK_AND_ASSIGN(auto other, Session::Create(options, EngineHosts(1 << 20), clock_));
  jobs::WorkerPool pool({.workers = 1, .max_running = 2});
  CancellationSource endless;
  std::atomic<bool> looping = false;
  absl::Status ended;
  ASSERT_OK(pool.Submit("test", [&](jobs::Permit& permit) {
    CallContext context{endless.token(), &permit, {}};
    auto visit = session_->Enter(context);
    ASSERT_OK(visit);
    looping = true;
    ended = (*visit)->interpreter().Evaluate("test", "while true end").status();
  }));
  while (!looping) std::this_thread::yield();
  ASSERT_OK(pool.Submit("other", [&](jobs::Permit& permit) {
    CallContext context{{}, &permit, {}};
    auto visit = other->Enter(context);
    ASSERT_OK(visit);
    EXPECT_EQ(Number(**visit, "1 + 1"), 2);
    endless.Cancel();
  }));
  pool.Drain();
  EXPECT_THAT(ended, StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace fluxgate::session
