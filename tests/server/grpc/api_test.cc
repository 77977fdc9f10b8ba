// What the RPCs do, through a real server and real stubs.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ApiTest : public ApiFixture {
 protected:
  void DefineLine() {
    Good(*models_, &v1::Models::Stub::DefineModel,
         R"j({"name": "predict", "source": "Dense([0.9066542f0;;])"})j");
    v1::PushDatasetResponse pushed;
    ASSERT_TRUE(Push({R"({"name": "train", "x": {"rows": [[0,1,2,3,4,5]]},
                          "y": {"rows": [[2,6,10,14,18,22]]}})"},
                     &pushed)
                    .ok());
    EXPECT_EQ(pushed.dataset().examples(), 6u);
  }
};

TEST_F(ApiTest, TheStraightLine) {
  DefineLine();
  const v1::PredictResponse first =
      Good(*models_, &v1::Models::Stub::Predict, R"({"x": {"ref": "train.x"}})");
  EXPECT_FLOAT_EQ(first.y().rows().list_value().values(0).list_value().values(1).number_value(),
                  0.9066542);
  EXPECT_EQ(Evaluate("using Statistics; loss(m,x,y)=mean(abs2.(m(x).-y)); "
                     "loss(predict,train.x,train.y)")
                .show(0),
            "122.64734f0");
  std::vector<v1::TrainEvent> events;
  grpc::Status status = Train(R"j({"loss": "loss", "optimiser": "Descent()"})j", &events);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(events.front().has_started());
  ASSERT_TRUE(events.back().has_done());
  const v1::TrainDone& done = events.back().done();
  EXPECT_EQ(done.stopped_because(), v1::TrainDone::EPOCHS_DONE);
  EXPECT_FLOAT_EQ(done.loss(), 116.38745f);
  EXPECT_EQ(done.steps(), 1u);
  ASSERT_EQ(done.parameters_size(), 2);
  EXPECT_EQ(done.parameters(0).path(), "weight");
  for (size_t i = 0; i < events.size(); ++i) EXPECT_EQ(events[i].event(), i + 1);

  events.clear();
  ASSERT_TRUE(Train(R"({"epochs": 200})", &events).ok());
  EXPECT_NEAR(events.back().done().loss(), 0.00339581, 3e-6);
  EXPECT_GE(events.size(), 10u);

  grpc::ClientContext context;
  auto reader = models_->GetParameters(&context, {});
  std::vector<double> parameters;
  for (v1::GetParametersResponse response; reader->Read(&response);) {
    const auto& rows = response.chunk().tensor().rows().list_value().values(0);
    parameters.push_back(rows.has_list_value() ? rows.list_value().values(0).number_value()
                                               : rows.number_value());
  }
  ASSERT_TRUE(reader->Finish().ok());
  ASSERT_THAT(parameters, SizeIs(2));
  EXPECT_NEAR(parameters[0], 4.0178537, 1e-6);
  EXPECT_NEAR(parameters[1], 2.0050256, 1e-6);
}

TEST_F(ApiTest, TypedMessagesAloneTrainTheSameLine) {
  Good(*models_, &v1::Models::Stub::DefineModel,
       R"({"name": "predict", "layer": {"dense": {"weight": {"rows": [[0.9066542]]}}}})");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"({"loss": "mse", "rule": {"descent": {}}, "x": {"rows": [[0,1,2,3,4,5]]},
                        "y": {"rows": [[2,6,10,14,18,22]]}})",
                    &events)
                  .ok());
  EXPECT_FLOAT_EQ(events.back().done().loss(), 116.38745f);
}

TEST_F(ApiTest, ARangeIsAnsweredWithoutItsNumbers) {
  const v1::EvaluateResponse answer = Evaluate("1:typemax(Int)");
  EXPECT_EQ(answer.show(0), "1:9223372036854775807");
  EXPECT_TRUE(answer.value().truncated());
}

TEST_F(ApiTest, WhatCannotBeCalledIsNoModel) {
  v1::DefineModelResponse response;
  const grpc::Status status =
      Call(*models_, &v1::Models::Stub::DefineModel, R"({"name": "m", "source": "3"})", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(BlamedField(status), "source");
}

TEST_F(ApiTest, Derivatives) {
  auto gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                       R"({"source": "x -> 3x^2+2x+1", "at": "2"})");
  EXPECT_EQ(gradient.gradients(0).tensor().rows().number_value(), 14);
  EXPECT_EQ(gradient.value().tensor().rows().number_value(), 17);
  gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                  R"({"source": "x -> 3x^2+2x+1", "at": "2", "order": 2})");
  EXPECT_EQ(gradient.gradients(0).tensor().rows().number_value(), 6);
  gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                  R"j({"source": "(x, y) -> sum((x .- y).^2)", "at": "[2.0, 1.0], [2.0, 0.0]"})j");
  ASSERT_EQ(gradient.gradients_size(), 2);
  EXPECT_EQ(gradient.gradients(0).tensor().rows().list_value().values(1).number_value(), 2);
  DefineLine();
  gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                  R"j({"source": "() -> sum(predict(train.x))", "parameters": ["predict"]})j");
  ASSERT_EQ(gradient.parameters_size(), 2);
  EXPECT_EQ(gradient.parameters(0).path(), "predict.weight");
}

TEST_F(ApiTest, DerivativesAsText) {
  auto gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                       R"({"source": "f(x) = 3x^2+2x+1", "as_text": true})");
  ASSERT_EQ(gradient.formulas_size(), 1);
  EXPECT_EQ(gradient.formulas(0).argument(), "x");
  EXPECT_EQ(gradient.formulas(0).text(), "6x + 2");
  EXPECT_EQ(gradient.gradients_size(), 0);
  gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                  R"({"source": "f", "at": "2", "order": 2, "as_text": true})");
  EXPECT_EQ(gradient.formulas(0).text(), "6");
  EXPECT_EQ(gradient.gradients(0).tensor().rows().number_value(), 6);
  gradient = Good(*workspace_, &v1::Workspace::Stub::Gradient,
                  R"j({"source": "(a, b) -> a * sin(b)", "as_text": true})j");
  ASSERT_EQ(gradient.formulas_size(), 2);
  EXPECT_EQ(gradient.formulas(1).argument(), "b");
  EXPECT_EQ(gradient.formulas(1).text(), "a * cos(b)");
}

TEST_F(ApiTest, ChecksShapesWithoutRunning) {
  Good(*models_, &v1::Models::Stub::DefineModel,
       R"j({"name": "m", "source": "Chain(Dense(64 => 32, relu), Dense(32 => 10))"})j");
  const auto check =
      Good(*workspace_, &v1::Workspace::Stub::Check, R"({"arguments": [{"dims": [64, 5]}]})");
  EXPECT_THAT(check.dims(), ElementsAre(10, 5));
  EXPECT_EQ(check.type(), "Matrix{Float32}");
  EXPECT_EQ(check.parameter_count(), 2410u);
  EXPECT_EQ(check.parameters_size(), 4);
  EXPECT_GT(check.activation_bytes(), 0u);
}

TEST_F(ApiTest, AShapeErrorSaysWhichLayoutWouldFit) {
  Good(*models_, &v1::Models::Stub::DefineModel, R"j({"name": "m", "source": "Dense(2 => 1)"})j");
  v1::PredictResponse response;
  const grpc::Status status = Call(*models_, &v1::Models::Stub::Predict,
                                   R"({"x": {"rows": [[1,2],[3,4],[5,6]]}})", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("REVERSED"));
}

TEST_F(ApiTest, ValuesAndNames) {
  Good(*workspace_, &v1::Workspace::Stub::SetValue,
       R"({"name": "x", "value": {"rows": [[0, 1, 2]]}})");
  Good(*workspace_, &v1::Workspace::Stub::SetValue, R"({"name": "t", "text": "hello"})");
  EXPECT_EQ(Good(*workspace_, &v1::Workspace::Stub::GetValue, R"({"name": "t"})").value().text(),
            "hello");
  const auto call = Good(*workspace_, &v1::Workspace::Stub::Call,
                         R"({"function": "sum", "arguments": [{"ref": "x"}]})");
  EXPECT_EQ(call.value().tensor().rows().number_value(), 3);
  const auto first = Good(*workspace_, &v1::Workspace::Stub::ListNames, R"({"pageSize": 1})");
  ASSERT_EQ(first.names_size(), 1);
  EXPECT_EQ(first.names(0).name(), "x");
  EXPECT_EQ(first.names(0).type(), "Matrix{Float32}");
  const auto second = Good(*workspace_, &v1::Workspace::Stub::ListNames,
                           "{\"pageSize\": 1, \"pageToken\": \"" + first.next_page_token() + "\"}");
  EXPECT_EQ(second.names(0).name(), "t");
  EXPECT_EQ(second.next_page_token(), "");
}

TEST_F(ApiTest, ParametersGoOutAndComeBack) {
  Good(*models_, &v1::Models::Stub::DefineModel, R"j({"name": "m", "source": "Dense(2 => 1)"})j");
  v1::SetParametersResponse response;
  ASSERT_TRUE(SetParameters({R"({"chunk": {"path": "weight", "tensor": {"rows": [[1, 2]]}}})",
                             R"({"chunk": {"path": "bias", "tensor": {"rows": [3]}}})"},
                            &response)
                  .ok());
  EXPECT_EQ(response.tensors(), 2u);
  EXPECT_EQ(response.elements(), 3u);
  EXPECT_EQ(Evaluate("m(Float32[1, 1])").show(1), " 6.0");
}

TEST_F(ApiTest, ABadStreamOfParametersChangesNothing) {
  Good(*models_, &v1::Models::Stub::DefineModel,
       R"j({"name": "m", "source": "Dense(Float32[1 2])"})j");
  v1::SetParametersResponse response;
  const grpc::Status status =
      SetParameters({R"({"chunk": {"path": "weight", "tensor": {"rows": [[7, 7]]}}})",
                     R"({"chunk": {"path": "bias", "tensor": {"rows": [3, 4]}}})"},
                    &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(Evaluate("m.weight[1]").show(0), "1.0f0");
}

TEST_F(ApiTest, TheClientDrivenLoop) {
  DefineLine();
  const auto batch = Good(*models_, &v1::Models::Stub::ForwardBackward,
                          R"({"loss": "mse", "x": {"ref": "train.x"}, "y": {"ref": "train.y"}})");
  EXPECT_EQ(static_cast<float>(batch.loss()), 122.64734f);
  EXPECT_EQ(batch.batches(), 1u);
  EXPECT_EQ(batch.gradients_size(), 2);
  const auto step = Good(*models_, &v1::Models::Stub::OptimStep,
                         R"j({"optimiser": "Descent()", "expectedStep": 0})j");
  EXPECT_EQ(step.step(), 1u);
  EXPECT_EQ(step.parameters_size(), 2);
  v1::OptimStepResponse response;
  EXPECT_EQ(Call(*models_, &v1::Models::Stub::OptimStep, R"({"expectedStep": 0})", &response)
                .error_code(),
            grpc::StatusCode::ABORTED);
}

TEST_F(ApiTest, DatasetsInChunksComeBackInChunks) {
  v1::PushDatasetResponse pushed;
  ASSERT_TRUE(Push({R"({"name": "d"})",
                    R"({"chunk": {"path": "x", "tensor": {"dtype": "FLOAT32", "dims": [1, 100]}}})",
                    "{\"chunk\": {\"data\": \"" + std::string(536, 'A') + "\"}}"},
                   &pushed)
                  .error_code() == grpc::StatusCode::INVALID_ARGUMENT);  // 402 bytes are too many.
  Evaluate("big = (x = Float32.(reshape(1:1_000_000, 10, :)), y = ones(Float32, 1, 100_000));");
  grpc::ClientContext context;
  auto reader = datasets_->PullDataset(&context, FromJson<v1::PullDatasetRequest>("{}"));
  size_t bytes = 0;
  for (v1::PullDatasetResponse response; reader->Read(&response);) {
    bytes += response.chunk().data().size();
    EXPECT_LE(response.chunk().data().size(), size_t{1} << 20);
    EXPECT_TRUE(response.chunk().has_crc32c());
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(bytes, size_t{4'400'000});
}

TEST_F(ApiTest, ADetachedTrainingIsAJob) {
  DefineLine();
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"({"loss": "mse", "epochs": 5, "detach": true})", &events).ok());
  const std::string job = events.front().started().job();
  grpc::ClientContext context;
  auto reader =
      jobs_->WatchJob(&context, FromJson<v1::WatchJobRequest>("{\"job\": \"" + job + "\"}"));
  std::vector<v1::WatchJobResponse> watched;
  for (v1::WatchJobResponse response; reader->Read(&response);) watched.push_back(response);
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_TRUE(watched.front().train().has_started());
  EXPECT_EQ(watched.back().job().state(), v1::Job::SUCCEEDED);
  const auto got = Good(*jobs_, &v1::Jobs::Stub::GetJob, "{}");
  EXPECT_EQ(got.job().id(), job);
  EXPECT_EQ(got.job().kind(), v1::Job::TRAIN);
  EXPECT_EQ(Good(*jobs_, &v1::Jobs::Stub::ListJobs, R"({"states": ["SUCCEEDED"]})").jobs_size(), 1);
  v1::CancelJobResponse response;
  EXPECT_EQ(Call(*jobs_, &v1::Jobs::Stub::CancelJob, "{}", &response).error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
}

TEST_F(ApiTest, ARunningJobLocksItsModelAndCanBeCancelled) {
  DefineLine();
  grpc::ClientContext context;
  auto reader = models_->Train(
      &context,
      FromJson<v1::TrainRequest>(
          R"j({"loss": "mse", "epochs": 4000000000, "optimiser": "Descent(0.0)", "every": 1000})j"));
  v1::TrainResponse response;
  while (reader->Read(&response) && !response.event().has_progress()) {
  }
  // Others have their turn between its steps.
  Good(*models_, &v1::Models::Stub::Predict, R"({"x": {"rows": [[1]]}})");
  EXPECT_THAT(Good(*models_, &v1::Models::Stub::GetModel, "{}").model().job(), HasSubstr("job-"));
  v1::SetParametersResponse set;
  EXPECT_EQ(SetParameters({R"({"chunk": {"path": "weight", "tensor": {"rows": [[1]]}}})"}, &set)
                .error_code(),
            grpc::StatusCode::FAILED_PRECONDITION);
  Good(*jobs_, &v1::Jobs::Stub::CancelJob, "{}");
  v1::TrainEvent last;
  while (reader->Read(&response)) last = response.event();
  EXPECT_EQ(last.done().stopped_because(), v1::TrainDone::CANCELLED);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
}

TEST_F(ApiTest, ADetachedTextStreamsWhatItPrints) {
  const auto started = Good(*workspace_, &v1::Workspace::Stub::Evaluate,
                            R"j({"source": "println(1); 6 * 7", "detach": true})j");
  grpc::ClientContext context;
  auto reader = jobs_->WatchJob(&context, FromJson<v1::WatchJobRequest>("{}"));
  std::string output, shown;
  for (v1::WatchJobResponse response; reader->Read(&response);) {
    output += response.evaluate().output();
    if (response.evaluate().done()) shown = response.evaluate().show(0);
  }
  EXPECT_TRUE(reader->Finish().ok());
  EXPECT_EQ(output, "1\n");
  EXPECT_EQ(shown, "42");
  EXPECT_THAT(started.job(), HasSubstr("job-"));
}

TEST_F(ApiTest, RetriesWithTheSameRequestIdHappenOnce) {
  Evaluate("n = 0");
  const std::string json = R"({"source": "global n += 1", "requestId": "r1"})";
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(Good(*workspace_, &v1::Workspace::Stub::Evaluate, json).show(0), "1");
  }
  v1::EvaluateResponse response;
  EXPECT_EQ(Call(*workspace_, &v1::Workspace::Stub::Evaluate,
                 R"({"source": "global n += 2", "requestId": "r1"})", &response)
                .error_code(),
            grpc::StatusCode::ALREADY_EXISTS);
}

TEST_F(ApiTest, Sessions) {
  const auto made = Good(*sessions_, &v1::Sessions::Stub::CreateSession,
                         R"({"name": "ada", "seed": "7", "timeToLive": "60s"})");
  EXPECT_EQ(made.session().device(), "cpu");
  EXPECT_TRUE(made.session().has_expire_time());
  Good(*workspace_, &v1::Workspace::Stub::Evaluate, R"({"session": "ada", "source": "a = 1"})");
  EXPECT_EQ(
      Good(*sessions_, &v1::Sessions::Stub::GetSession, R"({"session": "ada"})").session().names(),
      1u);
  EXPECT_EQ(Good(*sessions_, &v1::Sessions::Stub::ListSessions, "{}").sessions_size(), 2);
  EXPECT_TRUE(
      Good(*sessions_, &v1::Sessions::Stub::KeepAlive, R"({"session": "ada"})").has_expire_time());
  Good(*sessions_, &v1::Sessions::Stub::DeleteSession, R"({"session": "ada"})");
  v1::GetSessionResponse response;
  EXPECT_EQ(Call(*sessions_, &v1::Sessions::Stub::GetSession, R"({"session": "ada"})", &response)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(ApiTest, TheServerDescribesItself) {
  const auto info = Good(*info_, &v1::Server::Stub::GetServerInfo, "{}");
  EXPECT_EQ(info.storage(), "memory only");
  EXPECT_EQ(info.devices(0).name(), "cpu");
  EXPECT_THAT(info.layers(), Contains("Dense"));
  EXPECT_THAT(info.optimisers(), Contains("Adam"));
  EXPECT_THAT(info.functions(), Contains("relu"));
  EXPECT_GT(info.limits().workers(), 0u);
  EXPECT_THAT(info.ops(), Not(::testing::IsEmpty()));
  const auto statistics = Good(*info_, &v1::Server::Stub::GetStatistics, "{}");
  ASSERT_GT(statistics.methods_size(), 0);
  EXPECT_EQ(statistics.methods(0).method(), "fluxgate.v1.Server/GetServerInfo");
  EXPECT_EQ(statistics.methods(0).calls(), 1u);
}

}  // namespace
}  // namespace fluxgate::rpc
