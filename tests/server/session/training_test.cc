#include "server/session/training.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/server/session/session_fixture.h"

namespace fluxgate::session {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

// The straight line of the overview: from weight 0.9066542 and bias 0.
class TrainingTest : public SessionFixture {
 protected:
  void SetUp() override {
    SessionFixture::SetUp();
    Session::Entry entry;
    entry.job = "job-1";
    ASSERT_OK_AND_ASSIGN(visit_, session_->Enter(context_, entry));
    Run(*visit_,
        "using Statistics; x = Float32[0 1 2 3 4 5]; y = Float32[2 6 10 14 18 22];"
        "predict = Dense([0.9066542f0;;]); loss(m, x, y) = mean(abs2.(m(x) .- y))");
  }

  TrainingSpec Spec(int64_t epochs) {
    TrainingSpec spec;
    spec.model = *FindModel(*visit_, "");
    spec.x = Run(*visit_, "x");
    spec.y = Run(*visit_, "y");
    spec.epochs = epochs;
    spec.job = "job-1";
    return spec;
  }

  void Choose(const std::string& loss, const std::string& optimiser) {
    ModelState& state = StateOf(*visit_, *FindModel(*visit_, ""));
    ASSERT_OK(ChooseLoss(*visit_, state, loss, true));
    ASSERT_OK(ChooseOptimiser(*visit_, state, optimiser, Value()));
  }

  TrainingReport Train(const TrainingSpec& spec) {
    TrainingEvents events;
    events.progress = [this](const TrainProgress& progress) { steps_.push_back(progress.step); };
    events.epoch = [this](const EpochReport& report) { epochs_.push_back(report); };
    return RunTraining(*visit_, spec, events);
  }

  std::unique_ptr<Visit> visit_;
  std::vector<int64_t> steps_;
  std::vector<EpochReport> epochs_;
};

TEST_F(TrainingTest, FollowsTheTutorial) {
  Choose("loss", "Descent()");
  const TrainingReport first = Train(Spec(1));
  ASSERT_OK(first.status);
  EXPECT_FLOAT_EQ(*first.loss, 116.38745f);
  EXPECT_EQ(first.steps, 1);
  Choose("", "");  // Both are remembered.
  const TrainingReport then = Train(Spec(200));
  ASSERT_OK(then.status);
  EXPECT_NEAR(*then.loss, 0.00339581, 3e-6);
  EXPECT_NEAR(Number(*visit_, "predict.weight[1]"), 4.0178537, 1e-6);
  EXPECT_NEAR(Number(*visit_, "predict.bias[1]"), 2.0050256, 1e-6);
  EXPECT_EQ(visit_->FindState("predict")->step, 201);
}

TEST_F(TrainingTest, LeavesAModelToTheJobThatHasIt) {
  Choose("loss", "Descent()");
  ModelState& state = StateOf(*visit_, *FindModel(*visit_, ""));
  state.job = "job-0";
  EXPECT_THAT(Train(Spec(1)).status,
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("job-0")));
  EXPECT_EQ(state.job, "job-0");
  EXPECT_EQ(state.step, 0);
}

TEST_F(TrainingTest, ShufflesBatchesByTheSeed) {
  Choose("loss", "Descent(0.01)");
  TrainingSpec spec = Spec(3);
  spec.batches.batch_size = 2;
  spec.batches.shuffle = true;
  spec.seed = 7;
  ASSERT_OK(Train(spec).status);
  const double weight = Number(*visit_, "predict.weight[1]");
  Run(*visit_, "predict.weight .= 0.9066542f0; predict.bias .= 0");
  ASSERT_OK(Train(spec).status);
  EXPECT_EQ(Number(*visit_, "predict.weight[1]"), weight);
  Run(*visit_, "predict.weight .= 0.9066542f0; predict.bias .= 0");
  spec.seed = 8;
  ASSERT_OK(Train(spec).status);
  EXPECT_NE(Number(*visit_, "predict.weight[1]"), weight);
}

TEST_F(TrainingTest, ReportsAboutTenTimes) {
  Choose("loss", "Descent()");
  ASSERT_OK(Train(Spec(200)).status);
  EXPECT_GE(steps_.size(), 10u);
  EXPECT_LE(steps_.size(), 12u);
  EXPECT_EQ(steps_.back(), 200);
  steps_.clear();
  TrainingSpec spec = Spec(10);
  spec.every = 3;
  ASSERT_OK(Train(spec).status);
  EXPECT_THAT(steps_, ::testing::IsSupersetOf({3, 6, 9}));
}

TEST_F(TrainingTest, SaysWhatItDidToASmallModel) {
  Choose("loss", "Descent()");
  const TrainingReport report = Train(Spec(1));
  ASSERT_EQ(report.parameters.size(), 2u);
  EXPECT_EQ(report.parameters[0].path, "weight");
  EXPECT_FLOAT_EQ(report.parameters[0].before.ElementAsDouble(0), 0.9066542f);
  EXPECT_NEAR(report.parameters[0].after.ElementAsDouble(0), 7.577788, 2e-6);
  ASSERT_TRUE(report.parameters[0].gradient.has_value());
  EXPECT_NEAR(report.parameters[0].gradient->ElementAsDouble(0), -66.711334, 1e-4);
}

TEST_F(TrainingTest, BuiltInLossesTakeThePrediction) {
  Choose("mse", "Descent()");
  EXPECT_FLOAT_EQ(*Train(Spec(1)).loss, 116.38745f);
}

TEST_F(TrainingTest, MeasuresValidationDataAndMetrics) {
  Choose("loss", "Descent()");
  TrainingSpec spec = Spec(3);
  spec.validation_x = Run(*visit_, "Float32[6 7]");
  spec.validation_y = Run(*visit_, "Float32[26 30]");
  ASSERT_OK_AND_ASSIGN(Metric metric, ResolveMetric(*visit_, "mae"));
  spec.metrics.push_back(metric);
  const TrainingReport report = Train(spec);
  ASSERT_OK(report.status);
  ASSERT_EQ(epochs_.size(), 3u);
  EXPECT_EQ(epochs_[2].epoch, 3);
  EXPECT_TRUE(epochs_[2].validation_loss.has_value());
  EXPECT_EQ(epochs_[2].metrics[0].first, "mae");
  EXPECT_EQ(report.validation_loss, epochs_[2].validation_loss);
}

TEST_F(TrainingTest, EventsCarryTheLearningRate) {
  Choose("loss", "OptimiserChain(ClipNorm(1.0), Adam(0.25))");
  TrainingSpec spec = Spec(2);
  spec.every = 1;
  ASSERT_OK_AND_ASSIGN(Metric metric, ResolveMetric(*visit_, "mae"));
  spec.metrics.push_back(metric);
  std::vector<absl::optional<double>> rates;
  TrainingEvents events;
  events.progress = [&](const StepReport& report) { rates.push_back(report.learning_rate); };
  events.epoch = [&](const EpochReport& report) { rates.push_back(report.learning_rate); };
  ASSERT_OK(RunTraining(*visit_, spec, events).status);
  EXPECT_EQ(rates, (std::vector<absl::optional<double>>(4, 0.25)));
}

TEST_F(TrainingTest, ZeroEpochsOnlyReportTheLoss) {
  Choose("loss", "Descent()");
  const TrainingReport report = Train(Spec(0));
  ASSERT_OK(report.status);
  EXPECT_EQ(static_cast<float>(*report.loss), 122.64734f);
  EXPECT_EQ(report.steps, 0);
}

TEST_F(TrainingTest, TheSameSeedGivesTheSameBits) {
  Choose("loss", "Adam(0.1)");
  TrainingSpec spec = Spec(5);
  spec.batches = {2, true, true};
  spec.seed = 11;
  ASSERT_OK(Train(spec).status);
  const double first = Number(*visit_, "predict.weight[1]");
  Run(*visit_, "predict = Dense([0.9066542f0;;])");
  Choose("loss", "Adam(0.1)");
  TrainingSpec again = Spec(5);
  again.batches = {2, true, true};
  again.seed = 11;
  ASSERT_OK(Train(again).status);
  EXPECT_EQ(Number(*visit_, "predict.weight[1]"), first);
}

TEST_F(TrainingTest, ACancelledTrainingLeavesAWholeStep) {
  Choose("loss", "Descent()");
  TrainingSpec spec = Spec(1'000'000'000);
  spec.every = 1;
  CancellationSource source;
  visit_ = nullptr;
  CallContext context;
  context.token = source.token();
  auto visit = session_->Enter(context);
  ASSERT_OK(visit);
  TrainingEvents events;
  events.progress = [&](const TrainProgress& progress) {
    if (progress.step == 5) source.Cancel();
  };
  events.epoch = [](const EpochReport&) {};
  const TrainingReport report = RunTraining(**visit, spec, events);
  EXPECT_THAT(report.status, StatusIs(absl::StatusCode::kCancelled));
  EXPECT_GE(report.steps, 5);
  EXPECT_EQ((*visit)->FindState("predict")->job, "");
  visit->reset();
  visit_ = Enter();
  Run(*visit_, "predict.weight .= 1");  // The lock is gone.
}

TEST_F(TrainingTest, TheClientsLoopGivesTheServersBits) {
  Choose("loss", "Momentum(0.01)");
  ASSERT_OK(Train(Spec(3)).status);
  const double trained = Number(*visit_, "predict.weight[1]");
  Run(*visit_, "predict = Dense([0.9066542f0;;])");
  Choose("loss", "Momentum(0.01)");
  const NamedValue model = *FindModel(*visit_, "");
  ModelState& state = StateOf(*visit_, model);
  EXPECT_THAT(OptimStep(*visit_, model, state), StatusIs(absl::StatusCode::kFailedPrecondition));
  const Value x = Run(*visit_, "x"), y = Run(*visit_, "y");
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK(ForwardBackward(*visit_, model, state, x, y, false));
    ASSERT_OK(OptimStep(*visit_, model, state));
  }
  EXPECT_EQ(Number(*visit_, "predict.weight[1]"), trained);
}

TEST_F(TrainingTest, RefusesWhatIsNoLossOrOptimiser) {
  ModelState& state = StateOf(*visit_, *FindModel(*visit_, ""));
  EXPECT_THAT(ChooseLoss(*visit_, state, "x", true),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("a loss is a function")));
  EXPECT_FALSE(ChooseLoss(*visit_, state, "no_such_loss", true).ok());
  EXPECT_THAT(ChooseOptimiser(*visit_, state, "3", Value()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("rule is expected")));
  EXPECT_TRUE(state.loss.is_nothing());
  EXPECT_TRUE(state.rule.is_nothing());
}

}  // namespace
}  // namespace fluxgate::session
