#ifndef FLUXGATE_TESTS_SERVER_GRPC_API_FIXTURE_H_
#define FLUXGATE_TESTS_SERVER_GRPC_API_FIXTURE_H_

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "proto/fluxgate/v1/jobs.grpc.pb.h"
#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "proto/fluxgate/v1/server.grpc.pb.h"
#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "proto/fluxgate/v1/workspace.grpc.pb.h"
#include "server/grpc/grpc_server.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::rpc {

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
  EXPECT_TRUE(status.ok()) << json << ": " << status.ToString();
  return message;
}

// A whole server in this process, and stubs that talk to it as a client does: requests are JSON, as
// with grpcurl.
class ApiFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    GrpcServerOptions options;
    options.listen = "127.0.0.1:0";
    options.sessions.session_memory_bytes = int64_t{1} << 30;
    Change(options);
    auto server = GrpcServer::Start(std::move(options), clock_);
    ASSERT_OK(server);
    server_ = *std::move(server);
    auto channel = grpc::CreateChannel(server_->address(), grpc::InsecureChannelCredentials());
    sessions_ = v1::Sessions::NewStub(channel);
    workspace_ = v1::Workspace::NewStub(channel);
    models_ = v1::Models::NewStub(channel);
    datasets_ = v1::Datasets::NewStub(channel);
    jobs_ = v1::Jobs::NewStub(channel);
    info_ = v1::Server::NewStub(channel);
  }

  // What a test wants otherwise than SetUp.
  virtual void Change(GrpcServerOptions& /*options*/) {}

  // A unary call: Call(*models_, &v1::Models::Stub::Predict, R"({...})", &response).
  template <typename Stub, typename Request, typename Response>
  static grpc::Status Call(Stub& stub,
                           grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                        Response*),
                           const std::string& json, Response* response) {
    grpc::ClientContext context;
    return (stub.*method)(&context, FromJson<Request>(json), response);
  }
  // The same for a call that must succeed.
  template <typename Stub, typename Request, typename Response>
  static Response Good(Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                    Response*),
                       const std::string& json) {
    Response response;
    const grpc::Status status = Call(stub, method, json, &response);
    EXPECT_TRUE(status.ok()) << json << ": " << status.error_message();
    return response;
  }

  v1::EvaluateResponse Evaluate(const std::string& source) {
    v1::EvaluateRequest request;
    request.set_source(source);
    v1::EvaluateResponse response;
    grpc::ClientContext context;
    const grpc::Status status = workspace_->Evaluate(&context, request, &response);
    EXPECT_TRUE(status.ok()) << source << ": " << status.error_message();
    return response;
  }

  grpc::Status Push(const std::vector<std::string>& messages, v1::PushDatasetResponse* response) {
    grpc::ClientContext context;
    auto writer = datasets_->PushDataset(&context, response);
    for (const std::string& json : messages) {
      if (!writer->Write(FromJson<v1::PushDatasetRequest>(json))) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }

  grpc::Status SetParameters(const std::vector<std::string>& messages,
                             v1::SetParametersResponse* response) {
    grpc::ClientContext context;
    auto writer = models_->SetParameters(&context, response);
    for (const std::string& json : messages) {
      if (!writer->Write(FromJson<v1::SetParametersRequest>(json))) break;
    }
    writer->WritesDone();
    return writer->Finish();
  }

  grpc::Status Train(const std::string& json, std::vector<v1::TrainEvent>* events) {
    grpc::ClientContext context;
    auto reader = models_->Train(&context, FromJson<v1::TrainRequest>(json));
    for (v1::TrainResponse response; reader->Read(&response);) {
      events->push_back(response.event());
    }
    return reader->Finish();
  }

  // Waits, by asking the server, until no call of the method is under way: "Datasets/PushDataset".
  void AwaitNoneInFlight(const std::string& method) {
    while (true) {
      const auto statistics = Good(*info_, &v1::Server::Stub::GetStatistics, "{}");
      uint32_t in_flight = 0;
      for (const auto& one : statistics.methods()) {
        if (one.method() == "fluxgate.v1." + method) in_flight = one.in_flight();
      }
      if (in_flight == 0) return;
    }
  }

  // The first field that an error blames; "" when it blames none.
  static std::string BlamedField(const grpc::Status& status) {
    google::rpc::Status rich;
    rich.ParseFromString(status.error_details());
    for (const auto& detail : rich.details()) {
      google::rpc::BadRequest bad;
      if (detail.UnpackTo(&bad)) return bad.field_violations(0).field();
    }
    return "";
  }

  SystemClock clock_;
  std::unique_ptr<GrpcServer> server_;
  std::unique_ptr<v1::Sessions::Stub> sessions_;
  std::unique_ptr<v1::Workspace::Stub> workspace_;
  std::unique_ptr<v1::Models::Stub> models_;
  std::unique_ptr<v1::Datasets::Stub> datasets_;
  std::unique_ptr<v1::Jobs::Stub> jobs_;
  std::unique_ptr<v1::Server::Stub> info_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_TESTS_SERVER_GRPC_API_FIXTURE_H_
