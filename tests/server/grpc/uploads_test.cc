// Streams of tensors that break: what is kept of them, and how they go on.

#include <gmock/gmock.h>

#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::HasSubstr;
using Code = grpc::StatusCode;

class UploadsTest : public ApiFixture {
 protected:
  static constexpr int kChunks = 8;  // of x, a matrix of 2×64

  static std::string Bytes() {
    std::string bytes;
    for (int i = 0; i < 128; ++i) {
      const float value = 0.1f * static_cast<float>(i);
      bytes.append(reinterpret_cast<const char*>(&value), sizeof(value));
    }
    return bytes;
  }
  static v1::PushDatasetRequest First(const std::string& id, bool resume = false) {
    v1::PushDatasetRequest first;
    first.set_name("d");
    first.set_request_id(id);
    first.set_tensors(1);
    first.set_resume(resume);
    return first;
  }
  static v1::PushDatasetRequest Chunk(int i) {
    const std::string bytes = Bytes();
    const size_t size = bytes.size() / kChunks;
    v1::PushDatasetRequest request;
    if (i == 0) {
      request.mutable_chunk()->set_path("x");
      request.mutable_chunk()->mutable_tensor()->set_dtype(v1::Tensor::FLOAT32);
      request.mutable_chunk()->mutable_tensor()->add_dims(2);
      request.mutable_chunk()->mutable_tensor()->add_dims(64);
    }
    request.mutable_chunk()->set_offset(i * size);
    request.mutable_chunk()->set_data(bytes.substr(i * size, size));
    return request;
  }

  // Sends a first message and some chunks, and then leaves, or says that this is all.
  grpc::Status Send(const v1::PushDatasetRequest& first, int begin, int end, bool leave) {
    grpc::ClientContext context;
    v1::PushDatasetResponse response;
    auto writer = datasets_->PushDataset(&context, &response);
    bool sending = writer->Write(first);
    for (int i = begin; i < end; ++i) sending = sending && writer->Write(Chunk(i));
    if (leave) {
      AwaitChunks(first, end);
      context.TryCancel();
    } else {
      writer->WritesDone();
    }
    const grpc::Status status = writer->Finish();
    AwaitNoneInFlight("Datasets/PushDataset");
    return status;
  }
  // What a client has written may still be on its way: it is there when it is charged to the
  // session.
  void AwaitChunks(const v1::PushDatasetRequest&, int end) {
    while (end > 0 && Session().memory_used_bytes() < Bytes().size()) {
    }
  }
  v1::Session Session() {
    return Good(*sessions_, &v1::Sessions::Stub::GetSession, "{}").session();
  }
  grpc::Status Ask(const std::string& id, v1::GetUploadResponse* response) {
    return Call(*sessions_, &v1::Sessions::Stub::GetUpload, "{\"upload\": \"" + id + "\"}",
                response);
  }
  std::string Stored() {
    std::string bytes;
    grpc::ClientContext context;
    auto reader = datasets_->PullDataset(&context, FromJson<v1::PullDatasetRequest>("{}"));
    for (v1::PullDatasetResponse part; reader->Read(&part);) bytes += part.chunk().data();
    EXPECT_TRUE(reader->Finish().ok());
    return bytes;
  }
  int NumDatasets() {
    return Good(*datasets_, &v1::Datasets::Stub::ListDatasets, "{}").datasets_size();
  }
};

TEST_F(UploadsTest, AStreamThatBreaksGoesOnAndTheBitsAreTheSame) {
  EXPECT_EQ(Send(First("u"), 0, 3, true).error_code(), Code::CANCELLED);
  EXPECT_EQ(NumDatasets(), 0);
  v1::GetUploadResponse kept;
  ASSERT_TRUE(Ask("u", &kept).ok());
  EXPECT_EQ(kept.path(), "x");
  // The last chunks may not have come before the cancel: go on where the server says.
  const int next = static_cast<int>(kept.offset() / (Bytes().size() / kChunks));
  EXPECT_EQ(kept.offset() % (Bytes().size() / kChunks), 0u);
  EXPECT_TRUE(kept.has_expire_time());
  // A second break is kept like the first.
  EXPECT_EQ(Send(First("u", true), next, 5, true).error_code(), Code::CANCELLED);
  ASSERT_TRUE(Ask("u", &kept).ok());
  const int last = static_cast<int>(kept.offset() / (Bytes().size() / kChunks));
  ASSERT_GE(last, next);
  ASSERT_TRUE(Send(First("u", true), last, kChunks, false).ok());
  EXPECT_EQ(Stored(), Bytes());
  EXPECT_EQ(Ask("u", &kept).error_code(), Code::NOT_FOUND);
  // The whole stream again, in one piece, is the same call: it changes nothing.
  Evaluate("d = nothing");
  EXPECT_TRUE(Send(First("u"), 0, kChunks, false).ok());
  EXPECT_EQ(NumDatasets(), 0);
}

TEST_F(UploadsTest, AStreamThatOnlySeemsToHaveEndedIsKeptToo) {
  const grpc::Status status = Send(First("u"), 0, 3, false);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(BlamedField(status), "chunk.tensor");
  v1::GetUploadResponse kept;
  ASSERT_TRUE(Ask("u", &kept).ok());
  EXPECT_EQ(kept.offset(), Bytes().size() / kChunks * 3);
  ASSERT_TRUE(Send(First("u", true), 3, kChunks, false).ok());
  EXPECT_EQ(Stored(), Bytes());
}

TEST_F(UploadsTest, TensorsThatDidNotComeStoreNothing) {
  v1::PushDatasetRequest first = First("u");
  first.set_tensors(2);
  const grpc::Status status = Send(first, 0, kChunks, false);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(BlamedField(status), "tensors");
  EXPECT_EQ(NumDatasets(), 0);
}

TEST_F(UploadsTest, AWrongOffsetIsRefused) {
  Send(First("u"), 0, 3, false);
  const grpc::Status status = Send(First("u", true), 4, kChunks, false);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(BlamedField(status), "chunk.offset");
  EXPECT_EQ(NumDatasets(), 0);
  EXPECT_EQ(Session().memory_used_bytes(), 0u);
}

TEST_F(UploadsTest, WhatIsNotThereCannotGoOn) {
  EXPECT_EQ(BlamedField(Send(First("", true), 0, 1, false)), "request_id");
  grpc::Status status = Send(First("never", true), 0, 1, false);
  EXPECT_EQ(status.error_code(), Code::NOT_FOUND);
  EXPECT_EQ(BlamedField(status), "resume");
  EXPECT_THAT(status.error_message(), HasSubstr("begin again"));
  v1::GetUploadResponse kept;
  EXPECT_EQ(BlamedField(Ask("", &kept)), "upload");
  // Nor can what was for something else.
  Send(First("u"), 0, 3, false);
  v1::PushDatasetRequest other = First("u", true);
  other.set_name("other");
  status = Send(other, 3, kChunks, false);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("dataset d, not for the dataset other"));
}

TEST_F(UploadsTest, ADeletedSessionForgetsItsUploads) {
  v1::PushDatasetRequest first = First("u");
  first.set_session("ada");
  EXPECT_FALSE(Send(first, 0, 3, false).ok());
  v1::GetUploadResponse kept;
  EXPECT_TRUE(Call(*sessions_, &v1::Sessions::Stub::GetUpload,
                   R"({"session": "ada", "upload": "u"})", &kept)
                  .ok());
  Good(*sessions_, &v1::Sessions::Stub::DeleteSession, R"({"session": "ada"})");
  Good(*sessions_, &v1::Sessions::Stub::CreateSession, R"({"name": "ada"})");
  first.set_resume(true);
  EXPECT_EQ(Send(first, 3, kChunks, false).error_code(), Code::NOT_FOUND);
}

TEST_F(UploadsTest, AStreamThatOutlivesItsSessionIsNotKept) {
  const auto used = [&] {
    return Good(*info_, &v1::Server::Stub::GetStatistics, "{}").memory_used_bytes();
  };
  const uint64_t before = used();
  grpc::ClientContext context;
  v1::PushDatasetResponse response;
  auto writer = datasets_->PushDataset(&context, &response);
  v1::PushDatasetRequest first = First("u");
  first.set_session("ada");
  ASSERT_TRUE(writer->Write(first));
  ASSERT_TRUE(writer->Write(Chunk(0)));
  while (used() < before + Bytes().size()) {
  }
  Good(*sessions_, &v1::Sessions::Stub::DeleteSession, R"({"session": "ada"})");
  context.TryCancel();
  EXPECT_EQ(writer->Finish().error_code(), Code::CANCELLED);
  AwaitNoneInFlight("Datasets/PushDataset");
  server_->ExpireIdle();
  EXPECT_EQ(used(), before);
}

TEST_F(UploadsTest, ParametersGoOnToo) {
  Evaluate("m = Dense(zeros(Float32, 2, 64))");
  v1::SetParametersResponse response;
  const auto send = [&](bool resume, int begin, int end) {
    grpc::ClientContext context;
    auto writer = models_->SetParameters(&context, &response);
    v1::SetParametersRequest message;
    message.set_request_id("p");
    message.set_resume(resume);
    bool sending = writer->Write(message);
    for (int i = begin; i < end; ++i) {
      v1::SetParametersRequest part;
      *part.mutable_chunk() = Chunk(i).chunk();
      if (i == 0) part.mutable_chunk()->set_path("weight");
      sending = sending && writer->Write(part);
    }
    writer->WritesDone();
    return writer->Finish();
  };
  EXPECT_EQ(send(false, 0, 4).error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(Evaluate("sum(m.weight)").show(0), "0.0f0");
  v1::GetUploadResponse kept;
  ASSERT_TRUE(Ask("p", &kept).ok());
  EXPECT_EQ(kept.path(), "weight");
  ASSERT_TRUE(send(true, 4, kChunks).ok());
  EXPECT_EQ(response.elements(), 128u);
  EXPECT_EQ(Evaluate("m.weight[2, 64] == 0.1f0 * 127").show(0), "true");
}

}  // namespace
}  // namespace fluxgate::rpc
