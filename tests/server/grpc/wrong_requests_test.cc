// A wrong request to any RPC: the right code, the field to blame, and an untouched session.

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "proto/fluxgate/v1/error.pb.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::HasSubstr;
using Code = grpc::StatusCode;

class WrongRequestsTest : public ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    Evaluate("m = Dense(Float32[1 2]); d = (x = ones(Float32, 2, 4), y = ones(Float32, 1, 4));");
    before_ = Names();
  }
  void TearDown() override {
    EXPECT_EQ(Names(), before_) << "a wrong request left something behind";
    EXPECT_EQ(Evaluate("m.weight[1]").show(0), "1.0f0");
  }

  std::vector<std::string> Names() {
    std::vector<std::string> names;
    const auto listed = Good(*workspace_, &v1::Workspace::Stub::ListNames, "{}");
    for (const auto& name : listed.names()) {
      names.push_back(name.name() + ": " + name.summary());
    }
    return names;
  }

  template <typename Stub, typename Request, typename Response>
  void Expect(Stub& stub,
              grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
              const std::string& json, Code code, const std::string& field,
              const std::string& message = "") {
    Response response;
    Check(Call(stub, method, json, &response), json, code, field, message);
  }
  static void Check(const grpc::Status& status, const std::string& json, Code code,
                    const std::string& field, const std::string& message = "") {
    EXPECT_EQ(status.error_code(), code) << json << ": " << status.error_message();
    EXPECT_EQ(BlamedField(status), field) << json << ": " << status.error_message();
    EXPECT_THAT(status.error_message(), HasSubstr(message)) << json;
  }

  std::vector<std::string> before_;
};

TEST_F(WrongRequestsTest, Sessions) {
  using S = v1::Sessions::Stub;
  Expect(*sessions_, &S::CreateSession, "{}", Code::INVALID_ARGUMENT, "name", "required");
  Expect(*sessions_, &S::CreateSession, R"({"name": "a b"})", Code::INVALID_ARGUMENT, "name");
  Expect(*sessions_, &S::CreateSession, R"({"name": "a", "device": "tpu"})", Code::INVALID_ARGUMENT,
         "device", "it has cpu");
  Expect(*sessions_, &S::CreateSession, R"({"name": "a", "timeToLive": "0.5s"})",
         Code::INVALID_ARGUMENT, "time_to_live");
  Expect(*sessions_, &S::CreateSession, R"({"name": "a", "memoryLimitBytes": "0"})",
         Code::INVALID_ARGUMENT, "memory_limit_bytes");
  Expect(*sessions_, &S::CreateSession, R"({"name": "default"})", Code::ALREADY_EXISTS, "name");
  for (auto method : {&S::GetSession}) {
    Expect(*sessions_, method, R"({"session": "nope"})", Code::NOT_FOUND, "session", "default");
  }
  Expect(*sessions_, &S::KeepAlive, R"({"session": "nope"})", Code::NOT_FOUND, "session");
  Expect(*sessions_, &S::DeleteSession, R"({"session": "nope"})", Code::NOT_FOUND, "session");
  Expect(*sessions_, &S::ListSessions, R"({"pageToken": "x"})", Code::INVALID_ARGUMENT,
         "page_token");
}

TEST_F(WrongRequestsTest, Evaluate) {
  using S = v1::Workspace::Stub;
  v1::EvaluateResponse response;
  const grpc::Status status =
      Call(*workspace_, &S::Evaluate, R"j({"source": "1\nsin(nope)"})j", &response);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  google::rpc::Status rich;
  ASSERT_TRUE(rich.ParseFromString(status.error_details()));
  v1::SourceDiagnostic diagnostic;
  ASSERT_TRUE(rich.details(0).UnpackTo(&diagnostic));
  EXPECT_EQ(diagnostic.kind(), "UndefVarError");
  EXPECT_EQ(diagnostic.line(), 2u);
  EXPECT_EQ(diagnostic.column(), 5u);
  EXPECT_FALSE(diagnostic.excerpt().empty());
  Expect(*workspace_, &S::Evaluate, R"({"source": "1 +"})", Code::INVALID_ARGUMENT, "");
  Expect(*workspace_, &S::Evaluate, R"({"source": "while true end", "timeout": "0.02s"})",
         Code::DEADLINE_EXCEEDED, "");
  Expect(*workspace_, &S::Evaluate, R"({"source": "1", "timeout": "-1s"})", Code::INVALID_ARGUMENT,
         "timeout");
  Expect(*workspace_, &S::Evaluate, R"j({"source": "zeros(10^6, 10^6)"})j",
         Code::RESOURCE_EXHAUSTED, "");
  Expect(*workspace_, &S::Evaluate, R"({"source": "1", "eachInput": true, "detach": true})",
         Code::INVALID_ARGUMENT, "each_input");
  Expect(*workspace_, &S::Evaluate, R"({"session": "a/b", "source": "1"})", Code::INVALID_ARGUMENT,
         "session");
  v1::EvaluateRequest long_text;
  long_text.set_source(std::string((1 << 20) + 1, ' '));
  grpc::ClientContext context;
  Check(workspace_->Evaluate(&context, long_text, &response), "1 MiB", Code::INVALID_ARGUMENT,
        "source");
}

TEST_F(WrongRequestsTest, Workspace) {
  using S = v1::Workspace::Stub;
  Expect(*workspace_, &S::Call, "{}", Code::INVALID_ARGUMENT, "function", "required");
  Expect(*workspace_, &S::Call, R"({"function": "nope"})", Code::NOT_FOUND, "function");
  Expect(*workspace_, &S::Call, R"({"function": "sum", "arguments": [{"ref": "nope"}]})",
         Code::NOT_FOUND, "arguments[0].ref");
  Expect(*workspace_, &S::Call, R"({"function": "m", "arguments": [{"rows": [1, 2, 3]}]})",
         Code::INVALID_ARGUMENT, "");
  Expect(*workspace_, &S::Gradient, R"({"at": "1"})", Code::INVALID_ARGUMENT, "source");
  Expect(*workspace_, &S::Gradient, R"({"source": "sin"})", Code::INVALID_ARGUMENT, "at");
  Expect(*workspace_, &S::Gradient, R"({"source": "sin", "at": "1 +"})", Code::INVALID_ARGUMENT,
         "at");
  Expect(*workspace_, &S::Gradient, R"({"source": "sin", "at": "1", "order": 0})",
         Code::INVALID_ARGUMENT, "order");
  Expect(*workspace_, &S::Gradient, R"({"source": "sin", "at": "1", "order": 9})",
         Code::INVALID_ARGUMENT, "order");
  Expect(*workspace_, &S::Gradient, R"({"source": "sin", "at": "1", "arguments": [{"rows": 1}]})",
         Code::INVALID_ARGUMENT, "at");
  Expect(*workspace_, &S::Gradient, R"({"source": "x -> x", "parameters": ["nope"]})",
         Code::NOT_FOUND, "parameters[0]");
  Expect(*workspace_, &S::Gradient, R"({"source": "x -> [x, x]", "at": "1"})",
         Code::INVALID_ARGUMENT, "");
  Expect(*workspace_, &S::ListNames, R"({"session": "nope"})", Code::NOT_FOUND, "session");
  Expect(*workspace_, &S::GetValue, "{}", Code::INVALID_ARGUMENT, "name", "required");
  Expect(*workspace_, &S::GetValue, R"({"name": "n"})", Code::NOT_FOUND, "name");
  Expect(*workspace_, &S::GetValue, R"({"name": "m.nope"})", Code::NOT_FOUND, "name");
  Expect(*workspace_, &S::SetValue, R"({"name": "z"})", Code::INVALID_ARGUMENT, "value");
  Expect(*workspace_, &S::SetValue, R"({"name": "1z", "text": ""})", Code::INVALID_ARGUMENT,
         "name");
  Expect(*workspace_, &S::SetValue, R"({"name": "z", "value": {"rows": [[1], [2, 3]]}})",
         Code::INVALID_ARGUMENT, "value.rows[1]");
  Expect(*workspace_, &S::Check, R"({"arguments": [{"dims": [3, 4]}]})", Code::INVALID_ARGUMENT,
         "");
  Expect(*workspace_, &S::Check, R"({"function": "nope"})", Code::NOT_FOUND, "function");
}

TEST_F(WrongRequestsTest, Models) {
  using S = v1::Models::Stub;
  Expect(*models_, &S::DefineModel, R"({"source": "1"})", Code::INVALID_ARGUMENT, "name");
  Expect(*models_, &S::DefineModel, R"({"name": "k"})", Code::INVALID_ARGUMENT, "layer");
  Expect(*models_, &S::DefineModel, R"j({"name": "k", "source": "Dense(1 =>"})j",
         Code::INVALID_ARGUMENT, "source");
  Expect(*models_, &S::DefineModel, R"({"name": "k", "layer": {"dense": {"in": 1}}})",
         Code::INVALID_ARGUMENT, "layer.dense.out");
  Expect(*models_, &S::GetModel, R"({"model": "nope"})", Code::NOT_FOUND, "model");
  Expect(*models_, &S::GetModel, R"({"model": "d"})", Code::INVALID_ARGUMENT, "model");
  Expect(*models_, &S::ListModels, R"({"pageToken": "x"})", Code::INVALID_ARGUMENT, "page_token");
  Expect(*models_, &S::DeleteModel, "{}", Code::INVALID_ARGUMENT, "model");
  Expect(*models_, &S::Predict, "{}", Code::INVALID_ARGUMENT, "x");
  Expect(*models_, &S::Predict, R"({"x": {"rows": [[1], [2], [3]]}})", Code::INVALID_ARGUMENT, "x");
  Expect(*models_, &S::Predict, R"({"x": {"source": "\"text\""}})", Code::INVALID_ARGUMENT, "x");
  Expect(*models_, &S::ForwardBackward, R"({"x": {"ref": "d.x"}, "loss": "nope"})", Code::NOT_FOUND,
         "loss");
  Expect(*models_, &S::ForwardBackward, R"({"x": {"ref": "d.x"}, "y": {"ref": "d.q"}})",
         Code::NOT_FOUND, "y.ref");
  Expect(*models_, &S::OptimStep, "{}", Code::FAILED_PRECONDITION, "");
  Expect(*models_, &S::OptimStep, R"({"optimiser": "7"})", Code::INVALID_ARGUMENT, "optimiser");
  Expect(*models_, &S::OptimStep, R"({"rule": {}})", Code::INVALID_ARGUMENT, "rule");
  grpc::ClientContext context;
  auto reader =
      models_->GetParameters(&context, FromJson<v1::GetParametersRequest>(R"({"model": "q"})"));
  v1::GetParametersResponse response;
  EXPECT_FALSE(reader->Read(&response));
  Check(reader->Finish(), "GetParameters", Code::NOT_FOUND, "model");
}

TEST_F(WrongRequestsTest, SetParametersStreams) {
  v1::SetParametersResponse response;
  Check(SetParameters({}, &response), "empty", Code::INVALID_ARGUMENT, "chunk");
  Check(SetParameters({R"({"chunk": {"path": "q", "tensor": {"rows": 1}}})"}, &response), "path",
        Code::NOT_FOUND, "chunk.tensor");
  Check(SetParameters({R"({"chunk": {"path": "weight", "tensor": {"rows": [1, 2]}}})"}, &response),
        "dims", Code::INVALID_ARGUMENT, "chunk.tensor");
  Check(SetParameters({R"({"chunk": {"data": "AAAA"}})"}, &response), "no header",
        Code::INVALID_ARGUMENT, "chunk.tensor");
  Check(SetParameters({R"({"chunk": {"path": "weight", "crc32c": 1, "data": "AAAA",
                           "tensor": {"dtype": "FLOAT32", "dims": [1, 2]}}})"},
                      &response),
        "crc", Code::DATA_LOSS, "chunk.crc32c");
  Check(SetParameters({R"({"session": "nope"})"}, &response), "session", Code::NOT_FOUND,
        "session");
}

TEST_F(WrongRequestsTest, Trainings) {
  auto expect = [this](const std::string& json, Code code, const std::string& field) {
    std::vector<v1::TrainEvent> events;
    const grpc::Status status = Train(json, &events);
    Check(status, json, code, field);
    EXPECT_TRUE(events.empty()) << json;
  };
  expect(R"({"model": "nope"})", Code::NOT_FOUND, "model");
  expect(R"({"data": "nope"})", Code::NOT_FOUND, "data");
  expect(R"({"data": "m"})", Code::INVALID_ARGUMENT, "data");
  expect(R"({"loss": "nope"})", Code::NOT_FOUND, "loss");
  expect(R"j({"optimiser": "Adam("})j", Code::INVALID_ARGUMENT, "optimiser");
  expect(R"({"optimiser": "3"})", Code::INVALID_ARGUMENT, "optimiser");
  expect(R"j({"optimiser": "Adam()", "rule": {"adam": {}}})j", Code::INVALID_ARGUMENT, "rule");
  expect(R"({"rule": {"adam": {"beta": ["NaN", 0.9]}}})", Code::INVALID_ARGUMENT,
         "rule.adam.beta[0]");
  expect(R"({"x": {"rows": [[1], [2]]}, "data": "d"})", Code::INVALID_ARGUMENT, "data");
  expect(R"({"y": {"rows": [1]}})", Code::INVALID_ARGUMENT, "y");
  expect(R"({"x": {"rows": [[1], [2]]}, "y": {"rows": [[1, 2]]}})", Code::INVALID_ARGUMENT, "y");
  expect(R"({"validation": "nope"})", Code::NOT_FOUND, "validation");
  expect(R"({"metrics": ["nope"]})", Code::NOT_FOUND, "metrics[0]");
  expect(R"({"timeout": "0s"})", Code::INVALID_ARGUMENT, "timeout");
  expect(R"({"epochs": 4294967295, "batchSize": 1})", Code::INVALID_ARGUMENT, "epochs");
}

TEST_F(WrongRequestsTest, Datasets) {
  using S = v1::Datasets::Stub;
  v1::PushDatasetResponse response;
  Check(Push({}, &response), "empty", Code::INVALID_ARGUMENT, "name");
  Check(Push({R"({"x": {"rows": [1]}})"}, &response), "name", Code::INVALID_ARGUMENT, "name");
  Check(Push({R"({"name": "1a", "x": {"rows": [1]}})"}, &response), "name", Code::INVALID_ARGUMENT,
        "name");
  Check(Push({R"({"name": "a", "y": {"rows": [1]}})"}, &response), "x", Code::INVALID_ARGUMENT,
        "x");
  Check(Push({R"({"name": "a", "x": {"rows": [1, 2]}, "y": {"rows": [1]}})"}, &response),
        "examples", Code::INVALID_ARGUMENT, "y");
  Check(Push({R"({"name": "a", "chunk": {"path": "z", "tensor": {"rows": [1]}}})"}, &response),
        "path", Code::INVALID_ARGUMENT, "chunk.path");
  Check(Push({R"({"name": "a", "chunk": {"path": "x",
                  "tensor": {"dtype": "FLOAT64", "dims": [4294967295, 4294967295]}}})"},
             &response),
        "size", Code::INVALID_ARGUMENT, "chunk.tensor.dims");
  Expect(*datasets_, &S::GetDataset, R"({"name": "nope"})", Code::NOT_FOUND, "name");
  Expect(*datasets_, &S::GetDataset, R"({"name": "m"})", Code::INVALID_ARGUMENT, "name");
  Expect(*datasets_, &S::ListDatasets, R"({"pageToken": "x"})", Code::INVALID_ARGUMENT,
         "page_token");
  Expect(*datasets_, &S::DeleteDataset, "{}", Code::INVALID_ARGUMENT, "name");
  grpc::ClientContext context;
  auto reader =
      datasets_->PullDataset(&context, FromJson<v1::PullDatasetRequest>(R"({"name": "nope"})"));
  v1::PullDatasetResponse pulled;
  EXPECT_FALSE(reader->Read(&pulled));
  Check(reader->Finish(), "PullDataset", Code::NOT_FOUND, "name");
}

TEST_F(WrongRequestsTest, Jobs) {
  using S = v1::Jobs::Stub;
  Expect(*jobs_, &S::GetJob, "{}", Code::NOT_FOUND, "job", "has no jobs");
  Expect(*jobs_, &S::GetJob, R"({"job": "job-99"})", Code::NOT_FOUND, "job");
  Expect(*jobs_, &S::CancelJob, R"({"job": "x"})", Code::NOT_FOUND, "job");
  Expect(*jobs_, &S::ListJobs, R"({"session": "nope"})", Code::NOT_FOUND, "session");
  grpc::ClientContext context;
  auto reader = jobs_->WatchJob(&context, {});
  v1::WatchJobResponse response;
  EXPECT_FALSE(reader->Read(&response));
  Check(reader->Finish(), "WatchJob", Code::NOT_FOUND, "job");
}

}  // namespace
}  // namespace fluxgate::rpc
