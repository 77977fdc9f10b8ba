#include "tests/server/grpc/api_fixture.h"

#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <cstdint>
#include <utility>

#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/grpc/grpc_server.h"

namespace fluxgate::rpc {
namespace {

// A whole stream of a client's.
template <typename Request>
grpc::Status WriteAll(grpc::ClientWriter<Request>& writer,
                      const std::vector<std::string>& messages) {
  for (const std::string& json : messages) {
    if (!writer.Write(FromJson<Request>(json))) break;
  }
  writer.WritesDone();
  return writer.Finish();
}

}  // namespace

void ParseJson(const std::string& json, google::protobuf::Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(json, message);
  EXPECT_TRUE(status.ok()) << json << ": " << status.ToString();
}

ApiFixture::ApiFixture() = default;
ApiFixture::~ApiFixture() = default;

void ApiFixture::SetUp() {
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

v1::EvaluateResponse ApiFixture::Evaluate(const std::string& source) {
  v1::EvaluateRequest request;
  request.set_source(source);
  v1::EvaluateResponse response;
  grpc::ClientContext context;
  const grpc::Status status = workspace_->Evaluate(&context, request, &response);
  EXPECT_TRUE(status.ok()) << source << ": " << status.error_message();
  return response;
}

grpc::Status ApiFixture::Push(const std::vector<std::string>& messages,
                              v1::PushDatasetResponse* response) {
  grpc::ClientContext context;
  auto writer = datasets_->PushDataset(&context, response);
  return WriteAll(*writer, messages);
}

grpc::Status ApiFixture::SetParameters(const std::vector<std::string>& messages,
                                       v1::SetParametersResponse* response) {
  grpc::ClientContext context;
  auto writer = models_->SetParameters(&context, response);
  return WriteAll(*writer, messages);
}

grpc::Status ApiFixture::Train(const std::string& json, std::vector<v1::TrainEvent>* events) {
  grpc::ClientContext context;
  auto reader = models_->Train(&context, FromJson<v1::TrainRequest>(json));
  for (v1::TrainResponse response; reader->Read(&response);) {
    events->push_back(response.event());
  }
  return reader->Finish();
}

void ApiFixture::AwaitNoneInFlight(const std::string& method) {
  while (true) {
    const auto statistics = Good(*info_, &v1::Server::Stub::GetStatistics, "{}");
    uint32_t in_flight = 0;
    for (const auto& one : statistics.methods()) {
      if (one.method() == "fluxgate.v1." + method) in_flight = one.in_flight();
    }
    if (in_flight == 0) return;
  }
}

std::string ApiFixture::BlamedField(const grpc::Status& status) {
  google::rpc::Status rich;
  rich.ParseFromString(status.error_details());
  for (const auto& detail : rich.details()) {
    google::rpc::BadRequest bad;
    if (detail.UnpackTo(&bad)) return bad.field_violations(0).field();
  }
  return "";
}

}  // namespace fluxgate::rpc
