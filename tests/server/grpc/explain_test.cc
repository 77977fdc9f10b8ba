// Check's `explain`: layers, and the kernels of a call and of a step of training.

#include <gmock/gmock.h>

#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ExplainTest : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    Evaluate("net = Chain(Dense(2 => 3, tanh), Chain(Dense(3 => 1), Dropout(0.5)))");
  }
  v1::CheckResponse Explain(const std::string& rest) {
    return Good(*workspace_, &v1::Workspace::Stub::Check,
                R"({"explain": true, "arguments": [{"dims": [2, 100]}])" + rest + "}");
  }
};

std::vector<std::string> Kernels(const v1::CheckResponse::Plan& plan) {
  std::vector<std::string> texts;
  for (const auto& kernel : plan.kernels()) texts.push_back(kernel.summary());
  return texts;
}

TEST_F(ExplainTest, LayersWithTheirOutputsAndParameters) {
  const auto answer = Explain("");
  ASSERT_EQ(answer.layers_size(), 3);
  EXPECT_EQ(answer.layers(0).path(), "layers[1]");
  EXPECT_THAT(answer.layers(0).summary(), HasSubstr("Dense(2 => 3, tanh)"));
  EXPECT_THAT(answer.layers(0).dims(), ElementsAre(3, 100));
  EXPECT_EQ(answer.layers(0).parameter_count(), 9u);
  EXPECT_EQ(answer.layers(0).parameter_bytes(), 36u);
  EXPECT_EQ(answer.layers(1).path(), "layers[2].layers[1]");
  EXPECT_EQ(answer.layers(2).parameter_count(), 0u);
  EXPECT_THAT(answer.dims(), ElementsAre(1, 100));
}

TEST_F(ExplainTest, KernelsOfAPrediction) {
  const auto answer = Explain("");
  EXPECT_THAT(Kernels(answer.prediction()),
              ElementsAre("3×2 * 2×100 → 3×100", HasSubstr("tanh → 3×100"), "1×3 * 3×100 → 1×100",
                          "add → 1×100"));
  EXPECT_THAT(answer.prediction().kernels(1).ops(), Contains("tanh"));
  EXPECT_THAT(answer.prediction().kernels(1).dims(), ElementsAre(3, 100));
  EXPECT_GT(answer.prediction().arena_bytes(), 0u);
  EXPECT_FALSE(answer.has_training_step());
}

TEST_F(ExplainTest, KernelsOfAStep) {
  const auto answer = Explain(R"j(, "loss": "mse", "optimiser": "Adam(0.01)")j");
  EXPECT_EQ(answer.loss(), "mse");
  EXPECT_THAT(answer.optimiser(), HasSubstr("Adam(eta=0.01"));
  const std::vector<std::string> kernels = Kernels(answer.training_step());
  // Forwards, and the gradient of each weight.
  EXPECT_THAT(kernels, Contains("3×2 * 2×100 → 3×100"));
  EXPECT_THAT(kernels, Contains("1×100 * 100×3 → 1×3"));
  EXPECT_THAT(kernels, Contains("3×100 * 100×2 → 3×2"));
  EXPECT_GT(answer.training_step().arena_bytes(), 0u);
  // What was looked at is not remembered.
  EXPECT_FALSE(Explain("").has_training_step());
}

TEST_F(ExplainTest, RemembersTheLastTraining) {
  std::vector<v1::TrainEvent> events;
  const std::string training = R"j({"loss": "mae", "x": {"source": "ones(Float32, 2, 4)"},
                                    "y": {"source": "ones(Float32, 1, 4)"}})j";
  ASSERT_TRUE(Train(training, &events).ok());
  const auto answer = Explain("");
  EXPECT_EQ(answer.loss(), "mae");
  EXPECT_TRUE(answer.has_training_step());
}

TEST_F(ExplainTest, TargetsMayBeOtherThanTheResult) {
  Evaluate("first_row(m, x, y) = sum(abs2, m(x) .- y[1:1, :])");
  const auto answer = Explain(R"(, "loss": "first_row", "targets": {"dims": [5, 100]})");
  EXPECT_TRUE(answer.has_training_step());
}

TEST_F(ExplainTest, ChangesNothing) {
  const std::string draw = Evaluate("using Random; Random.seed!(3); rand()").show(0);
  Evaluate("Random.seed!(3)");
  // Dropout draws while a step is staged.
  Explain(R"(, "loss": "mse")");
  EXPECT_EQ(Evaluate("rand()").show(0), draw);
}

TEST_F(ExplainTest, OfAFunctionWithoutParameters) {
  const auto answer =
      Good(*workspace_, &v1::Workspace::Stub::Check,
           R"j({"explain": true, "function": "x -> sum(x .^ 2)", "arguments": [{"dims": [7]}]})j");
  ASSERT_EQ(answer.layers_size(), 1);
  EXPECT_EQ(answer.layers(0).path(), "");
  EXPECT_GE(answer.prediction().kernels_size(), 1);
}

TEST_F(ExplainTest, SaysWhatIsWrong) {
  v1::CheckResponse response;
  const auto blamed = [&](const std::string& rest) {
    const grpc::Status status =
        Call(*workspace_, &v1::Workspace::Stub::Check,
             R"({"explain": true, "arguments": [{"dims": [2, 4]}])" + rest + "}", &response);
    EXPECT_FALSE(status.ok()) << rest;
    return BlamedField(status);
  };
  EXPECT_EQ(blamed(R"(, "loss": "nope")"), "loss");
  EXPECT_EQ(blamed(R"(, "optimiser": "3")"), "optimiser");
  EXPECT_EQ(blamed(R"(, "loss": "mse", "targets": {"dims": [3, 9]})"), "loss");
  EXPECT_EQ(blamed(R"(, "loss": "mse", "targets": {"dims": [4294967295, 4294967295, 99]})"),
            "targets.dims");
}

}  // namespace
}  // namespace fluxgate::rpc
