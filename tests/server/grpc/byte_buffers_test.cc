#include "server/grpc/byte_buffers.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/message_differencer.h>

#include <memory>
#include <string>
#include <utility>

#include "engine/base/memory_budget.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::rpc {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

grpc::ByteBuffer BytesOf(const std::string& text) {
  grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}

TEST(ByteBuffersTest, AChunkIsTheMessageThatItWouldBeWithItsData) {
  auto tensor = Tensor::Zeros(DType::kFloat32, Shape({1000}));
  ASSERT_OK(tensor.status());
  for (int i = 0; i < 1000; ++i) tensor->mutable_data<float>()[i] = static_cast<float>(i);
  wire::ChunkEncoder encoder({{"weight", *tensor}});
  auto chunk = encoder.Next();
  ASSERT_TRUE(chunk.has_value());

  v1::GetParametersResponse expected;
  *expected.mutable_chunk() = chunk->head;
  expected.mutable_chunk()->set_data(std::string(chunk->data));
  ASSERT_EQ(expected.chunk().data().size(), 4000u);

  grpc::ByteBuffer bytes =
      ChunkMessage(v1::GetParametersResponse::kChunkFieldNumber, *std::move(chunk));
  v1::GetParametersResponse read;
  ASSERT_OK(ReadMessage(bytes, "the answer", &read));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read, expected));
}

TEST(ByteBuffersTest, AChunkWithoutDataIsItsHead) {
  wire::ChunkEncoder encoder({{"b", Tensor::Scalar(2.5f)}});
  auto chunk = encoder.Next();
  ASSERT_TRUE(chunk.has_value());
  const v1::TensorChunk head = chunk->head;
  grpc::ByteBuffer bytes =
      ChunkMessage(v1::GetParametersResponse::kChunkFieldNumber, *std::move(chunk));
  v1::GetParametersResponse read;
  ASSERT_OK(ReadMessage(bytes, "the answer", &read));
  EXPECT_TRUE(google::protobuf::util::MessageDifferencer::Equals(read.chunk(), head));
}

TEST(ByteBuffersTest, TheBytesKeepTheirTensorUntilTheyAreSent) {
  auto budget = std::make_shared<MemoryBudget>(1 << 20);
  grpc::ByteBuffer bytes;
  {
    ScopedMemoryBudget charge(budget);
    auto tensor = Tensor::Zeros(DType::kFloat32, Shape({1000}));
    ASSERT_OK(tensor.status());
    wire::ChunkEncoder encoder({{"x", *std::move(tensor)}});
    bytes = ChunkMessage(1, *encoder.Next());
  }
  EXPECT_EQ(budget->used(), 4000);
  bytes.Clear();
  EXPECT_EQ(budget->used(), 0);
}

TEST(ByteBuffersTest, SaysWhatCannotBeRead) {
  grpc::ByteBuffer bytes = BytesOf("\x0f\xff");
  v1::GetParametersRequest request;
  EXPECT_THAT(
      ReadMessage(bytes, "the request", &request),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("the request cannot be read")));
}

}  // namespace
}  // namespace fluxgate::rpc
