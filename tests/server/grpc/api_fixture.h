#ifndef FLUXGATE_TESTS_SERVER_GRPC_API_FIXTURE_H_
#define FLUXGATE_TESTS_SERVER_GRPC_API_FIXTURE_H_

#include <google/protobuf/message.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "proto/fluxgate/v1/datasets.grpc.pb.h"
#include "proto/fluxgate/v1/jobs.grpc.pb.h"
#include "proto/fluxgate/v1/models.grpc.pb.h"
#include "proto/fluxgate/v1/server.grpc.pb.h"
#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "proto/fluxgate/v1/workspace.grpc.pb.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::rpc {

class GrpcServer;
struct GrpcServerOptions;

void ParseJson(const std::string& json, google::protobuf::Message* message);

template <typename Message>
Message FromJson(const std::string& json) {
  Message message;
  ParseJson(json, &message);
  return message;
}

// A whole server in this process, and stubs that talk to it as a client does: requests are JSON, as
// with grpcurl.
class ApiFixture : public ::testing::Test {
 protected:
  ApiFixture();
  ~ApiFixture() override;
  void SetUp() override;

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

  v1::EvaluateResponse Evaluate(const std::string& source);
  grpc::Status Push(const std::vector<std::string>& messages, v1::PushDatasetResponse* response);
  grpc::Status SetParameters(const std::vector<std::string>& messages,
                             v1::SetParametersResponse* response);
  grpc::Status Train(const std::string& json, std::vector<v1::TrainEvent>* events);
  // Waits, by asking the server, until no call of the method is under way: "Datasets/PushDataset".
  void AwaitNoneInFlight(const std::string& method);
  // The first field that an error blames; "" when it blames none.
  static std::string BlamedField(const grpc::Status& status);

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
