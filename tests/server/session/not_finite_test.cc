// A typed training whose loss ceases to be a finite number, on the real backend: the error says
// where, and parameters, optimiser and later trainings are as if the step had not been tried.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/diagnostics.h"
#include "server/session/training.h"
#include "tests/server/session/session_fixture.h"

namespace fluxgate::session {
namespace {

using ::testing::HasSubstr;

class NotFiniteTest : public SessionFixture {
 protected:
  void SetUp() override {
    SessionFixture::SetUp();
    Session::Entry entry;
    entry.job = "job-1";
    ASSERT_OK_AND_ASSIGN(visit_, session_->Enter(context_, entry));
  }

  // Trains `m` on x and y. `weights` receives the first parameter after each whole step.
  TrainingReport Train(const std::string& loss, const std::string& optimiser, int64_t epochs,
                       BatchOptions batches) {
    TrainingSpec spec;
    spec.model = *FindModel(*visit_, "m");
    spec.x = Run(*visit_, "x");
    spec.y = Run(*visit_, "y");
    spec.epochs = epochs;
    spec.batches = batches;
    spec.seed = 3;
    spec.every = 1;
    spec.job = "job-1";
    ModelState& state = StateOf(*visit_, spec.model);
    EXPECT_OK(ChooseLoss(*visit_, state, loss, true));
    EXPECT_OK(ChooseOptimiser(*visit_, state, optimiser, Value()));
    TrainingEvents events;
    events.progress = [](const TrainProgress&) {};
    return RunTraining(*visit_, spec, events);
  }

  std::unique_ptr<Visit> visit_;
};

TEST_F(NotFiniteTest, ARateTooHigh) {
  Run(*visit_,
      "m = Chain(Dense([0.5f0;;], [0f0]), Dense([0.5f0;;], [0f0])); x = Float32[1 2 3 4];"
      "y = 2x; loss(m, x, y) = sum(abs2, m(x) .- y)");
  const TrainingReport report = Train("loss", "Descent(1f6)", 50, {2, false, true});
  const auto diagnostic = GetDiagnostic(report.status);
  ASSERT_TRUE(diagnostic.has_value()) << report.status;
  EXPECT_THAT(diagnostic->message, HasSubstr(" in layers["));
  EXPECT_THAT(diagnostic->message, HasSubstr("learning rate"));
  EXPECT_THAT(diagnostic->message, HasSubstr(absl::StrCat("(epoch ", report.steps / 2 + 1,
                                                          ", batch ", report.steps % 2 + 1, ")")));
  EXPECT_EQ(diagnostic->source, "test");
  EXPECT_THAT(diagnostic->excerpt, HasSubstr("m(x)"));

  // The same model trained for exactly the steps that went well has the same bits.
  const std::string after = visit_->interpreter().Repr(Run(*visit_, "Flux.trainables(m)"));
  Run(*visit_, "m = Chain(Dense([0.5f0;;], [0f0]), Dense([0.5f0;;], [0f0]))");
  for (int64_t step = 0; step < report.steps; ++step) {
    Run(*visit_, step % 2 == 0 ? "b = (x[:, 1:2], y[:, 1:2])" : "b = (x[:, 3:4], y[:, 3:4])");
    Run(*visit_, "Flux.train!(loss, m, [b], Descent(1f6))");
  }
  EXPECT_EQ(visit_->interpreter().Repr(Run(*visit_, "Flux.trainables(m)")), after);
}

TEST_F(NotFiniteTest, NaNInShuffledDataIsFoundThere) {
  Run(*visit_,
      "m = Dense(ones(Float32, 1, 3)); x = ones(Float32, 3, 20); x[2, 17] = NaN; y = ones(Float32, "
      "1, 20)");
  const TrainingReport report = Train("mse", "Adam(0.1)", 2, {4, true, true});
  const auto diagnostic = GetDiagnostic(report.status);
  ASSERT_TRUE(diagnostic.has_value()) << report.status;
  EXPECT_THAT(diagnostic->message, HasSubstr("the data x holds NaN at [2, "));
  EXPECT_THAT(diagnostic->message, HasSubstr("which is example 17; "));
  EXPECT_THAT(diagnostic->message, HasSubstr(absl::StrCat("batch ", report.steps + 1, ")")));
  // The loss is built in: no text of the caller's is to blame.
  EXPECT_EQ(diagnostic->line, 0);
}

// The random numbers of the step are those that the explanation computes with.
TEST_F(NotFiniteTest, DropoutIsReplayed) {
  Run(*visit_,
      "m = Chain(Dropout(0.5), Dense(ones(Float32, 1, 64), false)); x = ones(Float32, 64, 8);"
      "y = ones(Float32, 1, 8); loss(m, x, y) = sum(sqrt.(m(x) .- 64))");
  const TrainingReport report = Train("loss", "Descent(0.0)", 100, {2, false, true});
  const auto diagnostic = GetDiagnostic(report.status);
  ASSERT_TRUE(diagnostic.has_value()) << report.status;
  EXPECT_THAT(diagnostic->message, HasSubstr("sqrt(-"));
}

TEST_F(NotFiniteTest, TheOptimiserGoesOnAsBefore) {
  Run(*visit_,
      "m = Dense([0.5f0;;], [0f0]); x = Float32[1 2 3 0]; y = 2x;"
      "loss(m, x, y) = sum(abs2, m(x) .- y) / sum(abs, x)");
  const TrainingReport failed = Train("loss", "Adam(0.1)", 1, {1, false, true});
  EXPECT_EQ(failed.steps, 3);
  EXPECT_THAT(std::string(failed.status.message()), HasSubstr(" / 0.0 is Inf (epoch 1, batch 4)"));
  const double after_three = Number(*visit_, "m.weight[1]");
  Run(*visit_, "x = x[:, 1:3]; y = y[:, 1:3]");
  ASSERT_OK(Train("", "", 1, {1, false, true}).status);
  const double after_six = Number(*visit_, "m.weight[1]");

  Run(*visit_, "m = Dense([0.5f0;;], [0f0])");
  ASSERT_OK(Train("loss", "Adam(0.1)", 1, {1, false, true}).status);
  EXPECT_EQ(Number(*visit_, "m.weight[1]"), after_three);
  ASSERT_OK(Train("", "", 1, {1, false, true}).status);
  EXPECT_EQ(Number(*visit_, "m.weight[1]"), after_six);
}

TEST_F(NotFiniteTest, ABatchOfTheLoopThatTheClientDrives) {
  Run(*visit_,
      "m = Chain(Dropout(0.5), Dense(ones(Float32, 1, 64), false)); x = ones(Float32, 64, 8);"
      "good = Float32[64 64 64 64 64 64 64 64]; bad = 1f3 .* good;"
      "loss(m, x, y) = sum(sqrt.(abs.(m(x)) .- y .+ 64))");
  const NamedValue model = *FindModel(*visit_, "m");
  ModelState state = StateOf(*visit_, model);
  ASSERT_OK(ChooseLoss(*visit_, state, "loss", true));
  const auto step = [&](const std::string& y) {
    return ForwardBackward(*visit_, model, state, Run(*visit_, "x"), Run(*visit_, y), false);
  };
  ASSERT_OK(step("good").status());
  const absl::Status status = step("bad").status();
  const auto diagnostic = GetDiagnostic(status);
  ASSERT_TRUE(diagnostic.has_value()) << status;
  EXPECT_THAT(diagnostic->message, HasSubstr("Loss is NaN: sqrt(-"));
  EXPECT_THAT(diagnostic->excerpt, HasSubstr("sqrt.("));
  EXPECT_EQ(state.batches, 1);  // Nothing was added.
  Run(*visit_, "x[3, 2] = NaN");
  EXPECT_THAT(
      std::string(step("good").status().message()),
      HasSubstr("the data x holds NaN at [3, 2], which is example 2; the first to use it is"));
}

}  // namespace
}  // namespace fluxgate::session
