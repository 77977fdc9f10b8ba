#include "server/session/session.h"

#include <gmock/gmock.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "server/session/evaluation.h"
#include "server/session/workspace.h"
#include "tests/server/session/session_fixture.h"

namespace fluxgate::session {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

class SessionTest : public SessionFixture {};

TEST_F(SessionTest, KeepsItsNamesBetweenVisits) {
  Run(*Enter(), "x = 41");
  EXPECT_EQ(Number(*Enter(), "x + 1"), 42);
  EXPECT_EQ(session_->num_names(), 1);
}

TEST_F(SessionTest, ChangesFromManyThreadsDoNotGetLost) {
  Run(*Enter(), "count = 0");
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      CallContext context;
      for (int i = 0; i < 25; ++i) {
        auto visit = session_->Enter(context);
        ASSERT_OK(visit);
        Run(**visit, "global count += 1");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(Number(*Enter(), "count"), 100);
}

TEST_F(SessionTest, AVisitEndsWithItsTimeout) {
  Session::Entry entry;
  entry.timeout = std::chrono::milliseconds(20);
  ASSERT_OK_AND_ASSIGN(auto visit, session_->Enter(context_, entry));
  EXPECT_THAT(visit->interpreter().Evaluate("test", "while true end"),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(SessionTest, AVisitEndsWhenItsCallIsCancelled) {
  CancellationSource source;
  CallContext context;
  context.token = source.token();
  ASSERT_OK_AND_ASSIGN(auto visit, session_->Enter(context));
  source.Cancel();
  EXPECT_THAT(visit->Pause(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(visit->interpreter().Evaluate("test", "while true end"),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(SessionTest, OnlyATrainingPassesItsTurnOn) {
  Session::Entry entry;
  entry.job = "job";
  CallContext training;
  ASSERT_OK_AND_ASSIGN(auto visit, session_->Enter(training, entry));
  std::atomic<bool> was_inside = false;
  std::thread other([&] {
    CallContext context;
    auto inside = session_->Enter(context);
    ASSERT_OK(inside);
    Run(**inside, "seen = true");
    was_inside = true;
  });
  while (!visit->ReaderWaits()) std::this_thread::yield();
  ASSERT_OK(visit->Pause());
  EXPECT_TRUE(was_inside);
  other.join();
  EXPECT_EQ(Number(*visit, "seen ? 1 : 0"), 1);
}

TEST_F(SessionTest, OutputBelongsToTheVisitThatMadeIt) {
  {
    auto visit = Enter();
    Run(*visit, "println(1)");
    EXPECT_EQ(visit->TakeOutput(), "1\n");
    EXPECT_EQ(visit->TakeOutput(), "");
  }
  auto visit = Enter();
  std::string sunk;
  visit->SetSink([&](absl::string_view text) { sunk.append(text.data(), text.size()); });
  Run(*visit, "println(2)");
  EXPECT_EQ(sunk, "2\n");
  EXPECT_EQ(visit->TakeOutput(), "");
}

TEST_F(SessionTest, OutputIsBounded) {
  auto visit = Enter();
  EXPECT_THAT(visit->interpreter().Evaluate("test", "while true println(\"x\"^1000) end"),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_LE(visit->TakeOutput().size(), size_t{2} << 20);
}

TEST_F(SessionTest, MemoryIsBounded) {
  EXPECT_THAT(Enter()->interpreter().Evaluate("test", "zeros(Float64, 20000, 20000)"),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_EQ(Number(*Enter(), "1"), 1);
}

TEST_F(SessionTest, LooksUpPaths) {
  auto visit = Enter();
  Run(*visit, "t = (x = [1.0, 2.0], y = 3); m = Chain(Dense(2 => 3), Dense(3 => 1))");
  ASSERT_OK(Lookup(*visit, "t.x"));
  ASSERT_OK(Lookup(*visit, "m.layers[1].weight"));
  EXPECT_THAT(Lookup(*visit, "u"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("t, m")));
  EXPECT_THAT(Lookup(*visit, "t.z"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Lookup(*visit, ""), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SessionTest, FindsTheOnlyModelAndTheOnlyDataset) {
  auto visit = Enter();
  EXPECT_THAT(FindModel(*visit, ""), StatusIs(absl::StatusCode::kNotFound));
  Run(*visit,
      "m = Dense(2 => 3); d = (x = ones(2, 4), y = ones(1, 4)); n = (x = ones(2, 4), y = 1)");
  ASSERT_OK_AND_ASSIGN(NamedValue model, FindModel(*visit, ""));
  EXPECT_EQ(model.name, "m");
  ASSERT_OK_AND_ASSIGN(NamedValue data, FindDataset(*visit, ""));
  EXPECT_EQ(data.name, "d");
  EXPECT_EQ(NumExamples(data.value), 4);
  Run(*visit, "alias = m; k = Dense(1 => 1)");
  EXPECT_THAT(FindModel(*visit, ""),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("m, k")));
  EXPECT_THAT(FindModel(*visit, "d"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("not a model")));
}

TEST_F(SessionTest, AnswersInputByInputUpToTheFirstError) {
  auto visit = Enter();
  absl::Status error;
  Evaluation all =
      EvaluateInputs(*visit, "f(x) =\n  2x\n\nf(4)\nf(1); f(2)\nf(3);\nnope\n1", "", &error);
  EXPECT_THAT(error, StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("nope")));
  ASSERT_EQ(all.inputs.size(), 4u);
  EXPECT_THAT(all.inputs[0].show, HasSubstr("generic function"));
  EXPECT_EQ(all.inputs[1].show, "8");
  EXPECT_EQ(all.inputs[1].line, 4);
  EXPECT_EQ(all.inputs[2].show, "4");
  EXPECT_EQ(all.inputs[3].show, "");
}

TEST_F(SessionTest, SaysWhenATextEndsTooEarly) {
  auto visit = Enter();
  EXPECT_TRUE(IsIncomplete(EvaluateText(*visit, "function f(x)", "").status()));
  EXPECT_FALSE(IsIncomplete(EvaluateText(*visit, "f(x))", "").status()));
}

}  // namespace
}  // namespace fluxgate::session
