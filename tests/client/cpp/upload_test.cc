// A client whose stream to the server breaks goes on where the server says.

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "client/cpp/client.h"

namespace fluxgate::client {
namespace {

// Breaks every stream after so many chunks, and keeps what came, as the server does.
class BreakingServer final : public v1::Datasets::Service, public v1::Sessions::Service {
 public:
  BreakingServer(int chunks, bool keeps) : chunks_(chunks), keeps_(keeps) {
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(static_cast<v1::Datasets::Service*>(this));
    builder.RegisterService(static_cast<v1::Sessions::Service*>(this));
    builder.SetMaxReceiveMessageSize(4 << 20);
    server_ = builder.BuildAndStart();
    address = "127.0.0.1:" + std::to_string(port);
  }
  ~BreakingServer() override { server_->Shutdown(); }

  grpc::Status PushDataset(grpc::ServerContext*, grpc::ServerReader<v1::PushDatasetRequest>* reader,
                           v1::PushDatasetResponse* response) override {
    v1::PushDatasetRequest message;
    if (!reader->Read(&message)) return {grpc::StatusCode::INVALID_ARGUMENT, "empty"};
    firsts.push_back(message);
    if (message.resume() && forgets_) {
      forgets_ = false;
      return {grpc::StatusCode::NOT_FOUND, "forgotten"};
    }
    if (!message.resume()) bytes.clear();
    for (int i = 0; reader->Read(&message); ++i) {
      if (i == chunks_ && firsts.size() < 4) return {grpc::StatusCode::UNAVAILABLE, "broken"};
      if (message.chunk().has_tensor()) path_ = message.chunk().path();
      if (message.chunk().offset() != bytes[path_].size()) {
        return {grpc::StatusCode::INVALID_ARGUMENT, "a gap"};
      }
      bytes[path_] += message.chunk().data();
    }
    response->mutable_dataset()->set_name(firsts.back().name());
    return grpc::Status::OK;
  }

  grpc::Status GetUpload(grpc::ServerContext*, const v1::GetUploadRequest* request,
                         v1::GetUploadResponse* response) override {
    if (!keeps_ || request->upload() != firsts.back().request_id()) {
      return {grpc::StatusCode::NOT_FOUND, "nothing is kept"};
    }
    response->set_path(path_);
    response->set_offset(bytes[path_].size());
    return grpc::Status::OK;
  }

  void ForgetOnce() { forgets_ = true; }

  std::string address;
  std::vector<v1::PushDatasetRequest> firsts;
  std::map<std::string, std::string> bytes;

 private:
  const int chunks_;
  const bool keeps_;
  bool forgets_ = false;
  std::string path_;
  std::unique_ptr<grpc::Server> server_;
};

NamedTensor Numbers(const std::string& path, int64_t count) {
  std::vector<float> values;
  for (int64_t i = 0; i < count; ++i) values.push_back(static_cast<float>(i));
  return {path, HostTensor::Of({count}, absl::MakeConstSpan(values))};
}

std::unique_ptr<Client> Connect(const BreakingServer& server) {
  Client::Options options;
  options.server = server.address;
  options.retry.sleep = [](std::chrono::milliseconds) {};
  return Client::Connect(options).value();
}

TEST(UploadTest, GoesOnWhereItBroke) {
  BreakingServer server(2, true);
  const std::vector<NamedTensor> tensors = {Numbers("x", 900'000), Numbers("y", 900'000)};
  ASSERT_TRUE(Connect(server)->PushDataset("d", tensors).ok());
  EXPECT_EQ(server.bytes["x"], tensors[0].tensor.bytes);
  EXPECT_EQ(server.bytes["y"], tensors[1].tensor.bytes);
  ASSERT_EQ(server.firsts.size(), 4u);  // 8 chunks, 2 in each stream.
  EXPECT_FALSE(server.firsts[0].resume());
  EXPECT_EQ(server.firsts[0].tensors(), 2u);
  for (size_t i = 1; i < 4; ++i) {
    EXPECT_TRUE(server.firsts[i].resume());
    EXPECT_EQ(server.firsts[i].request_id(), server.firsts[0].request_id());
  }
}

TEST(UploadTest, BeginsAgainWhenNothingIsKept) {
  BreakingServer server(2, false);
  const std::vector<NamedTensor> tensors = {Numbers("x", 900'000)};
  ASSERT_TRUE(Connect(server)->PushDataset("d", tensors).ok());
  EXPECT_EQ(server.bytes["x"], tensors[0].tensor.bytes);
  for (const auto& first : server.firsts) EXPECT_FALSE(first.resume());
}

TEST(UploadTest, BeginsAgainWhenWhatWasKeptIsForgotten) {
  BreakingServer server(3, true);
  server.ForgetOnce();
  const std::vector<NamedTensor> tensors = {Numbers("x", 900'000)};
  ASSERT_TRUE(Connect(server)->PushDataset("d", tensors).ok());
  EXPECT_EQ(server.bytes["x"], tensors[0].tensor.bytes);
}

}  // namespace
}  // namespace fluxgate::client
