#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <memory>
#include <utility>
#include <vector>

#include "engine/backend/registry.h"
#include "engine/ir/expr.h"
#include "engine/optim/update.h"
#include "engine/runtime/host.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/engine/runtime/training_fixture.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using ::testing::HasSubstr;

class TrainerTest : public TrainingFixture {};

float Ulps(float a, float b) {
  return std::abs(a - b) / (std::nextafter(std::abs(b), 1e30f) - std::abs(b));
}

TEST_F(TrainerTest, AStraightLine) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.1f));
  std::vector<double> losses;
  request.on_step = [&](const TrainProgress& progress) -> absl::StatusOr<bool> {
    losses.push_back(progress.loss);
    return true;
  };
  ASSERT_OK_AND_ASSIGN(TrainSummary one, host_->Train(request));
  EXPECT_EQ(one.steps, 1);
  EXPECT_LE(Ulps(one.last_loss, 122.64734f), 2) << one.last_loss;

  request.epochs = 200;
  ASSERT_OK_AND_ASSIGN(TrainSummary rest, host_->Train(request));
  EXPECT_EQ(rest.steps, 200);
  ASSERT_EQ(losses.size(), 201u);
  EXPECT_LE(Ulps(losses[1], 116.38745f), 2) << losses[1];
  EXPECT_LE(Ulps(Weight(), 4.0178537f), 2) << Weight();
  EXPECT_LE(Ulps(Bias(), 2.0050256f), 2) << Bias();
  // The loss after the last update.
  request.epochs = 1;
  ASSERT_OK_AND_ASSIGN(TrainSummary last, host_->Train(request));
  EXPECT_NEAR(last.last_loss, 0.00339581f, 3e-6);
}

TEST_F(TrainerTest, ManyCallsCompileOnceAndGiveTheSameBits) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Adam", 0.05f));
  request.epochs = 50;
  ASSERT_OK(host_->Train(request));
  const float weight = Weight(), bias = Bias();

  ASSERT_OK_AND_ASSIGN(request, StraightLine("Adam", 0.05f));
  const auto before = cache_->statistics();
  for (int i = 0; i < 50; ++i) ASSERT_OK(host_->Train(request));
  EXPECT_EQ(Weight(), weight);
  EXPECT_EQ(Bias(), bias);
  EXPECT_EQ(cache_->statistics().misses, before.misses);
}

TEST_F(TrainerTest, ANewRateNeedsNoNewPlan) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.1f));
  ASSERT_OK(host_->Train(request));
  const auto before = cache_->statistics();
  ASSERT_OK_AND_ASSIGN(request, StraightLine("Descent", 0.05f));
  ASSERT_OK(host_->Train(request));
  EXPECT_EQ(cache_->statistics().misses, before.misses);
}

// The norms are checked outputs, between the loss and what is carried.
TEST_F(TrainerTest, ClipNormBoundsEachParametersStep) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("ClipNorm", 1));
  const float weight = Weight();
  ASSERT_OK(host_->Train(request));
  EXPECT_NEAR(Weight() - weight, 1, 1e-6);
  EXPECT_NEAR(Bias(), 1, 1e-6);
}

TEST_F(TrainerTest, FullAndPartialBatchesShareParameters) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.01f));
  const Value full = Batch({0, 1, 2, 3}), partial = Batch({4, 5});
  Serve(request, {full, partial, full, partial});
  ASSERT_OK_AND_ASSIGN(TrainSummary summary, host_->Train(request));
  EXPECT_EQ(summary.steps, 4);
  EXPECT_EQ(staged_, 2);
  const float weight = Weight();

  // As four calls of one batch each.
  ASSERT_OK_AND_ASSIGN(request, StraightLine("Descent", 0.01f));
  for (const Value& batch : {full, partial, full, partial}) {
    Serve(request, {batch});
    ASSERT_OK(host_->Train(request));
  }
  EXPECT_EQ(Weight(), weight);
}

TEST_F(TrainerTest, ALossThatIsNotANumberStopsBeforeTheUpdate) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.01f));
  const Value good = FloatBatch({0, 1}), bad = FloatBatch({0, std::nanf("")});
  Serve(request, {good, good});
  ASSERT_OK(host_->Train(request));
  const float expected = Weight();

  ASSERT_OK_AND_ASSIGN(request, StraightLine("Descent", 0.01f));
  Serve(request, {good, good, bad, good});
  EXPECT_THAT(host_->Train(request),
              testing::StatusIs(absl::StatusCode::kInvalidArgument,
                                "DomainError: Loss is NaN on data item 3, stopping training"));
  EXPECT_EQ(Weight(), expected);
}

TEST_F(TrainerTest, CancellationLeavesTheLastWholeStep) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Adam", 0.05f));
  request.epochs = 1000;
  std::vector<float> weights;
  CancellationSource source;
  request.on_step = [&](const TrainProgress& progress) -> absl::StatusOr<bool> {
    weights.push_back(Weight());  // Published.
    if (progress.step == 7) source.Cancel();
    return true;
  };
  request.every_step = true;
  {
    const ScopedEvaluation evaluation(*host_, {.token = source.token()});
    EXPECT_THAT(host_->Train(request), testing::StatusIs(absl::StatusCode::kCancelled));
  }
  ASSERT_GE(weights.size(), 7u);
  EXPECT_LT(weights.size(), 1000u);
  EXPECT_EQ(Weight(), weights.back());

  // And training goes on from there as if nothing had happened.
  const int64_t done = static_cast<int64_t>(weights.size());
  request.epochs = 20 - std::min<int64_t>(done, 19);
  ASSERT_OK(host_->Train(request));
  const float resumed = Weight();
  ASSERT_OK_AND_ASSIGN(TrainRequest straight, StraightLine("Adam", 0.05f));
  straight.epochs = done + request.epochs;
  ASSERT_OK(host_->Train(straight));
  EXPECT_EQ(Weight(), resumed);
}

TEST_F(TrainerTest, TheCallbackStopsTheRun) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.01f));
  request.epochs = 100;
  request.on_step = [](const TrainProgress& progress) -> absl::StatusOr<bool> {
    return progress.epoch < 5;
  };
  ASSERT_OK_AND_ASSIGN(TrainSummary summary, host_->Train(request));
  EXPECT_TRUE(summary.stopped);
  EXPECT_EQ(summary.steps, 5);
}

TEST_F(TrainerTest, WritesOfACallbackCount) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.0f));
  request.epochs = 3;
  request.on_step = [&](const TrainProgress& progress) -> absl::StatusOr<bool> {
    if (progress.step == 2) {
      EXPECT_OK(weight_->Write(*Tensor::FromVector<float>(Shape({1, 1}), {7.0f})));
    }
    return true;
  };
  ASSERT_OK(host_->Train(request));
  EXPECT_EQ(Weight(), 7.0f);
}

TEST_F(TrainerTest, AGuardThatFailsStagesAgain) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.0f));
  // The text branches on the data: for negative data the loss is another.
  branch_ = true;
  Serve(request,
        {FloatBatch({1, 2}), FloatBatch({3, 4}), FloatBatch({-1, -2}), FloatBatch({5, 6})});
  std::vector<double> losses;
  request.every_step = true;
  request.on_step = [&](const TrainProgress& progress) -> absl::StatusOr<bool> {
    losses.push_back(progress.loss);
    return true;
  };
  ASSERT_OK(host_->Train(request));
  ASSERT_EQ(losses.size(), 4u);
  EXPECT_EQ(staged_, 3);
  EXPECT_GT(losses[1], 0);
  EXPECT_LT(losses[2], 0);  // The other branch negates it.
  EXPECT_GT(losses[3], 0);
}

TEST_F(TrainerTest, EffectsHappenForEachBatch) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.0f));
  effects_ = true;
  const Value batch = Batch({0, 1});
  Serve(request, {batch, batch, batch});
  ASSERT_OK(host_->Train(request));
  EXPECT_EQ(staged_, 3);
}

TEST_F(TrainerTest, EachStepDrawsAKeyOfItsOwn) {
  const auto run = [&](bool effects) {
    TrainRequest request = *StraightLine("Descent", 0.1f);
    noise_ = true;
    effects_ = effects;  // Staged, and so drawn by the text itself, each time.
    request.epochs = 6;
    host_->Seed(5);
    std::vector<double> losses;
    request.on_step = [&](const TrainProgress& progress) -> absl::StatusOr<bool> {
      losses.push_back(progress.loss);
      return true;
    };
    EXPECT_OK(host_->Train(request));
    return losses;
  };
  const std::vector<double> compiled = run(false);
  EXPECT_EQ(compiled, run(true));
  EXPECT_NE(compiled[0], compiled[1]);
}

TEST_F(TrainerTest, TheFastPathGivesTheSameBits) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.01f));
  const std::vector<Value> batches = {FloatBatch({0, 1, 2}), FloatBatch({3, 4, 5}),
                                      FloatBatch({6})};
  Serve(request, batches);
  request.epochs = 5;
  ASSERT_OK_AND_ASSIGN(const TrainSummary slow, host_->Train(request));
  const float expected = Weight();

  ASSERT_OK_AND_ASSIGN(request, StraightLine("Descent", 0.01f));
  ServeFast(request, batches);
  request.epochs = 5;
  ASSERT_OK_AND_ASSIGN(const TrainSummary fast, host_->Train(request));
  EXPECT_EQ(slow.steps, 15);
  EXPECT_EQ(fast.steps, 15);
  EXPECT_EQ(Weight(), expected);
  EXPECT_EQ(staged_, 2);
}

// Counts pauses and writes to a parameter in one of them.
class BusyTurn : public Turn {
 public:
  absl::Status Pause() override {
    ++pauses;
    return during == nullptr ? absl::OkStatus() : during();
  }
  absl::Status Yield() override { return absl::OkStatus(); }
  bool ReaderWaits() const override { return true; }
  int pauses = 0;
  std::function<absl::Status()> during;
};

TEST_F(TrainerTest, OthersSeeTheParametersWhenTheTurnIsPassed) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.01f));
  request.epochs = 1'000'000;
  BusyTurn turn;
  const float before = Weight();
  turn.during = [&]() -> absl::Status {
    EXPECT_NE(Weight(), before);
    return turn.pauses == 3 ? absl::CancelledError("enough") : absl::OkStatus();
  };
  const ScopedEvaluation evaluation(*host_, {.turn = &turn});
  EXPECT_THAT(host_->Train(request),
              testing::StatusIs(absl::StatusCode::kCancelled, HasSubstr("enough")));
  EXPECT_EQ(turn.pauses, 3);
}

TEST_F(TrainerTest, AParameterThatTheLossIgnoresStays) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Adam", 0.1f));
  auto spare = std::make_shared<Array>(*Tensor::FromVector<float>(Shape({2}), {1.0f, 2.0f}));
  request.parameters.push_back(Value(spare));
  ASSERT_OK_AND_ASSIGN(const Value leaf, optim::MakeLeaf(rule_, Value(spare)));
  request.leaves.push_back(leaf);
  ASSERT_OK(host_->Train(request));
  ASSERT_OK_AND_ASSIGN(const Tensor value, spare->Read());
  EXPECT_EQ(value.data<float>()[1], 2.0f);
}

TEST_F(TrainerTest, ATiedParameterIsUpdatedOnce) {
  ASSERT_OK_AND_ASSIGN(TrainRequest request, StraightLine("Descent", 0.1f));
  ASSERT_OK(host_->Train(request));
  const float expected = Weight();
  ASSERT_OK_AND_ASSIGN(request, StraightLine("Descent", 0.1f));
  request.parameters.push_back(request.parameters[0]);
  request.leaves.push_back(request.leaves[0]);
  ASSERT_OK(host_->Train(request));
  EXPECT_EQ(Weight(), expected);
}

}  // namespace
}  // namespace fluxgate
