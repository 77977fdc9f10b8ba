#include "engine/lang/training/train.h"

#include <gtest/gtest.h>

#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"
#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class TrainTextTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(TrainTextTest, Shows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

// The loss after one step. The last digits depend on the order of a sum.
constexpr char kAfter[] = "116.387f0";

#define LINE                                           \
  "x = [0f0 1 2 3 4 5]; y = 4x .+ 2\n"                 \
  "m = Dense([0.9066542f0;;], [0f0])\n"                \
  "loss(m, x, y) = sum(abs2, m(x) .- y) / length(y)\n" \
  "after(l) = round(l, digits = 3)\n"

constexpr JuliaCase kText[] = {
    {LINE "train!(loss, m, [(x, y)], Descent())\nafter(loss(m, x, y))", kAfter},
    {LINE "opt = Flux.setup(Descent(0.1), m)\ntrain!(loss, m, [(x, y)], opt)\nafter(loss(m, x, y))",
     kAfter},
    {LINE "train!(m, [(x, y)], Descent()) do m, x, y\n loss(m, x, y)\nend\nafter(loss(m, x, y))",
     kAfter},
    {LINE "l(x, y) = loss(m, x, y)\ntrain!(l, Flux.params(m), [(x, y)], Descent())\nafter(l(x, y))",
     kAfter},
    {LINE
     "train!(loss, m, Flux.DataLoader((x, y), batchsize = 6), Descent())\nafter(loss(m, x, y))",
     kAfter},
    {LINE "train!(loss, m, zip([x], [y]), Descent())\nafter(loss(m, x, y))", kAfter},
    {LINE "train!(loss, m, [(x, y)], Descent())", ""},
    {LINE "train!((m, x, y) -> loss(m, x, y) * NaN, m, [(x, y)], Descent())",
     "ERROR: DomainError: Loss is NaN on data item 1, stopping training: the constant NaN; the "
     "first "
     "to use it is * (epoch 1, batch 1)"},
    {LINE "train!(loss, m, 3, Descent())",
     "ERROR: ArgumentError: train! needs an iterable of batches as data, got Int64"},
    {LINE "opt = Flux.setup(Adam(), m)\ngs = gradient(m -> loss(m, x, y), m)\n"
          "Flux.update!(opt, m, gs[1])\nm.weight[1] != 0.9066542f0",
     "true"},
};
INSTANTIATE_TEST_SUITE_P(Text, TrainTextTest, ::testing::ValuesIn(kText));

// Adam's moments go on from call to call with a state tree, and with a rule that trains implicit
// parameters; a bare rule starts anew each time.
TEST(TrainStateTest, MomentsGoOn) {
  const std::string tree = Show({LINE "opt = Flux.setup(Adam(0.1), m)\nfor i in 1:3\n"
                                      " train!(loss, m, [(x, y)], opt)\nend\nm.weight[1]",
                                 ""});
  const std::string implicit =
      Show({LINE "opt = Adam(0.1); l(x, y) = loss(m, x, y)\nfor i in 1:3\n"
                 " train!(l, Flux.params(m), [(x, y)], opt)\nend\nm.weight[1]",
            ""});
  const std::string once = Show({LINE "opt = Flux.setup(Adam(0.1), m)\n"
                                      "train!(loss, m, [(x, y), (x, y), (x, y)], opt)\nm.weight[1]",
                                 ""});
  EXPECT_EQ(tree, implicit);
  EXPECT_EQ(tree, once);
}

class TrainTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(session_.Enter(LINE "nothing"), "");
    arguments_.loss = Get("loss");
    arguments_.model = Get("m");
    arguments_.data = Tuple::Of({Get("x"), Get("y")});
    const auto state =
        optim::Setup(*session_.interpreter().Call(*session_.interpreter().Resolve("Descent"), {}),
                     arguments_.model);
    ASSERT_TRUE(state.ok()) << state.status();
    arguments_.optimiser_state = *state;
  }
  Value Get(const char* name) { return *session_.interpreter().Find(name); }

  JuliaSession session_;
  lang::TrainArguments arguments_;
};

TEST_F(TrainTest, OneBatchOfAllTheData) {
  const auto summary = lang::Train(session_.interpreter(), arguments_);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->steps, 1);
  EXPECT_FLOAT_EQ(summary->last_loss, 122.64734f);
  EXPECT_EQ(session_.Enter("after(loss(m, x, y))"), kAfter);
}

TEST_F(TrainTest, EpochsBatchesAndStopping) {
  arguments_.batches = data::LoaderOptions{};
  arguments_.batches->batch_size = 4;
  arguments_.epochs = 3;
  std::vector<int64_t> steps;
  arguments_.on_step = [&](const TrainProgress& progress) -> absl::StatusOr<bool> {
    steps.push_back(progress.step);
    return progress.step < 5;
  };
  const auto summary = lang::Train(session_.interpreter(), arguments_);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(steps, std::vector<int64_t>({1, 2, 3, 4, 5}));
  EXPECT_TRUE(summary->stopped);
}

TEST_F(TrainTest, BuiltInLossTakesPredictionAndTarget) {
  arguments_.loss = *session_.interpreter().Resolve("Flux.mse");
  arguments_.form = lang::LossForm::kPredictionAndTarget;
  const auto summary = lang::Train(session_.interpreter(), arguments_);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(session_.Enter("after(loss(m, x, y))"), kAfter);
}

TEST_F(TrainTest, TheClientDrivenStepIsTheSame) {
  const auto step =
      lang::ForwardBackward(session_.interpreter(), arguments_.loss, lang::LossForm::kModelAndData,
                            arguments_.model, arguments_.data);
  ASSERT_TRUE(step.ok()) << step.status();
  EXPECT_FLOAT_EQ(step->loss, 122.64734f);
  ASSERT_EQ(step->gradients.size(), 2u);
  EXPECT_EQ(step->gradients[0].path, "weight");
  EXPECT_EQ(session_.Enter("m.bias[1]"), "0.0f0");  // nothing has changed yet
  ASSERT_TRUE(lang::ApplyGradients(session_.interpreter(), arguments_.model,
                                   arguments_.optimiser_state, step->gradients)
                  .ok());
  EXPECT_EQ(session_.Enter("after(loss(m, x, y))"), kAfter);
}

TEST_F(TrainTest, AGradientOfTheWrongShapeChangesNothing) {
  lang::ParameterGradient wrong{"weight", Value(),
                                Array::Of(*Tensor::Zeros(DType::kFloat32, Shape({2})))};
  wrong.parameter = *arguments_.model.As<Struct>()->Find("weight");
  const absl::Status status = lang::ApplyGradients(session_.interpreter(), arguments_.model,
                                                   arguments_.optimiser_state, {wrong});
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(session_.Enter("m.weight[1]"), "0.9066542f0");
}

TEST_F(TrainTest, StagingLeavesAGraphWithItsInputs) {
  const Value batch = arguments_.data;
  const auto staged = session_.interpreter().StageLoss(arguments_.loss, {arguments_.model}, batch);
  ASSERT_TRUE(staged.ok()) << staged.status();
  EXPECT_EQ(staged->batch_inputs.size(), 2u);
  EXPECT_EQ(staged->trace->captured().size(), 2u);  // weight and bias
  EXPECT_TRUE(staged->trace->guards().empty());
  EXPECT_EQ(staged->trace->builder().shape(staged->loss).rank(), 0);
}

}  // namespace
}  // namespace fluxgate::testing
