// Rewind: a model back at a mark, and on from there.

#include <gmock/gmock.h>

#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class RewindTest : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    Evaluate(
        "m = Chain(Dense(2 => 8, tanh), Flux.Scale(8), Dropout(0.5), Dense(8 => 1));"
        "d = (x = rand(Float32, 2, 9), y = rand(Float32, 1, 9));");
  }

  // A training of batches in a random order, with dropout; its job.
  std::string TrainFor(int epochs, const std::string& more = "") {
    std::vector<v1::TrainEvent> events;
    const grpc::Status status =
        Train(R"({"model": "m", "data": "d", "loss": "mse", "batchSize": 3, "shuffle": true,
                  "epochs": )" +
                  std::to_string(epochs) + more + "}",
              &events);
    EXPECT_TRUE(status.ok()) << status.error_message();
    losses_.clear();
    for (const v1::TrainEvent& event : events) {
      if (event.has_progress()) losses_.push_back(event.progress().batch_loss());
    }
    return events.empty() ? "" : events.front().started().job();
  }
  v1::RewindResponse Rewind(const std::string& json) {
    return Good(*models_, &v1::Models::Stub::Rewind, json);
  }
  // All arrays of the model.
  std::string State() {
    std::string all;
    for (const char* part :
         {"m[1].weight", "m[1].bias", "m[2].scale", "m[2].bias", "m[4].weight", "m[4].bias"}) {
      all += Evaluate(part).value().tensor().ShortDebugString() + "\n";
    }
    return all;
  }
  std::vector<uint32_t> MarksOf(const std::string& job) {
    std::vector<uint32_t> steps;
    const auto response = Good(*jobs_, &v1::Jobs::Stub::GetJob, R"({"job": ")" + job + "\"}");
    for (const v1::TrainMark& mark : response.job().marks()) steps.push_back(mark.step());
    return steps;
  }

  std::vector<double> losses_;
};

TEST_F(RewindTest, TrainingOnFromAMarkGivesTheSameBits) {
  const std::string job =
      TrainFor(7, R"j(, "optimiser": "Adam(0.05)", "markEvery": 2, "every": 1)j");
  const std::string end = State(), draws = Evaluate("rand(3)").ShortDebugString();
  const std::vector<double> losses = losses_;
  ASSERT_EQ(losses.size(), 21u);  // 3 batches in each of 7 epochs
  EXPECT_THAT(MarksOf(job), ElementsAre(6, 12, 18));

  const v1::RewindResponse response = Rewind(R"({"step": 6})");
  EXPECT_EQ(response.job(), job);
  EXPECT_EQ(response.mark().epoch(), 2u);
  EXPECT_EQ(response.mark().batch_loss(), losses[5]);
  EXPECT_EQ(Good(*models_, &v1::Models::Stub::GetModel, "{}").model().step(), 6u);
  EXPECT_NE(State(), end);

  TrainFor(5, R"(, "every": 1)");
  EXPECT_EQ(losses_, std::vector<double>(losses.begin() + 6, losses.end()));
  EXPECT_EQ(State(), end);
  EXPECT_EQ(Evaluate("rand(3)").ShortDebugString(), draws);
  EXPECT_EQ(Good(*models_, &v1::Models::Stub::GetModel, "{}").model().step(), 21u);
}

TEST_F(RewindTest, AMarkCanBeGoneBackToAgain) {
  TrainFor(4, R"(, "markEvery": 2)");
  Rewind(R"({"step": 6})");
  const std::string then = State();
  TrainFor(2);
  const std::string end = State();
  // Whatever is drawn or changed in between.
  Evaluate("rand(5); m[1].weight .= 0;");
  Rewind(R"({"step": 6})");
  EXPECT_EQ(State(), then);
  Evaluate("rand(7)");
  TrainFor(2);
  EXPECT_EQ(State(), end);
}

TEST_F(RewindTest, TheNewestMarkUnlessToldOtherwise) {
  const std::string first = TrainFor(2, R"(, "markEvery": 1)");
  const std::string second = TrainFor(3, R"(, "markEvery": 1)");
  EXPECT_EQ(Rewind("{}").job(), second);
  EXPECT_EQ(Rewind("{}").mark().step(), 9u);
  EXPECT_EQ(Rewind(R"({"job": ")" + first + "\"}").mark().step(), 6u);
  EXPECT_EQ(Good(*models_, &v1::Models::Stub::GetModel, "{}").model().step(), 6u);
}

TEST_F(RewindTest, AnotherOptimiserSinceIsUndone) {
  TrainFor(1, R"j(, "optimiser": "Adam(0.05)", "markEvery": 1)j");
  TrainFor(1, R"j(, "optimiser": "Descent(0.1)")j");
  Rewind("{}");
  EXPECT_THAT(Good(*models_, &v1::Models::Stub::GetModel, "{}").model().optimiser(),
              HasSubstr("Adam"));
}

TEST_F(RewindTest, TheOldestMarksGo) {
  const std::string job = TrainFor(20, R"(, "markEvery": 1)");
  const std::vector<uint32_t> marks = MarksOf(job);
  ASSERT_EQ(marks.size(), 16u);
  EXPECT_EQ(marks.front(), 15u);
  EXPECT_EQ(marks.back(), 60u);
  v1::RewindResponse response;
  const grpc::Status gone = Call(*models_, &v1::Models::Stub::Rewind, R"({"step": 12})", &response);
  EXPECT_EQ(gone.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(BlamedField(gone), "step");
  EXPECT_THAT(gone.error_message(), HasSubstr("15 of " + job));
}

TEST_F(RewindTest, AModelThatIsDefinedAnewHasNoMarks) {
  const std::string job = TrainFor(1, R"(, "markEvery": 1)");
  Evaluate("m = Dense(2 => 1);");
  v1::RewindResponse response;
  const grpc::Status status = Call(*models_, &v1::Models::Stub::Rewind, "{}", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_THAT(status.error_message(), HasSubstr("mark_every"));
  EXPECT_THAT(MarksOf(job), ElementsAre());
}

TEST_F(RewindTest, NotWhileAJobTrains) {
  TrainFor(1, R"(, "markEvery": 1)");
  grpc::ClientContext context;
  auto reader = models_->Train(
      &context, FromJson<v1::TrainRequest>(R"({"model": "m", "data": "d", "epochs": 1000000000})"));
  v1::TrainResponse event;
  ASSERT_TRUE(reader->Read(&event));
  const std::string job = event.event().started().job();
  // It trains from its first step on, which may come later than `started`.
  while (reader->Read(&event) && !event.event().has_progress()) {
  }
  v1::RewindResponse response;
  const grpc::Status status = Call(*models_, &v1::Models::Stub::Rewind, "{}", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_THAT(status.error_message(), HasSubstr(job));
  context.TryCancel();
  reader->Finish();
}

}  // namespace
}  // namespace fluxgate::rpc
