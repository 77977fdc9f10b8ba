#include "server/wire/chunk_codec.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "engine/base/crc32c.h"
#include "engine/value/array.h"
#include "server/wire/limits.h"
#include "tests/server/session/session_fixture.h"

namespace fluxgate::wire {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

class ChunkCodecTest : public session::SessionFixture {
 protected:
  // The first chunk of a Float32 vector of `elements`.
  static v1::TensorChunk Header(const std::string& path, uint32_t elements) {
    v1::TensorChunk chunk;
    chunk.set_path(path);
    chunk.mutable_tensor()->set_dtype(v1::Tensor::FLOAT32);
    chunk.mutable_tensor()->add_dims(elements);
    return chunk;
  }

  ChunkDecoder decoder_{std::make_shared<MemoryBudget>(1 << 20)};
};

TEST_F(ChunkCodecTest, LargeTensorsGoThereAndBack) {
  ASSERT_OK_AND_ASSIGN(Tensor large, Tensor::Zeros(DType::kFloat32, Shape({3, 200'000})));
  for (int64_t i = 0; i < large.num_elements(); ++i) large.mutable_data<float>()[i] = i % 1000;
  ASSERT_OK_AND_ASSIGN(Tensor small, Tensor::Zeros(DType::kInt64, Shape({2})));
  ChunkEncoder encoder({{"x", large}, {"y", small}});
  ChunkDecoder decoder(std::make_shared<MemoryBudget>(1 << 30));
  int chunks = 0;
  while (auto chunk = encoder.Next()) {
    EXPECT_LE(chunk->data.size(), kChunkBytes);
    chunk->head.set_data(std::string(chunk->data));
    ASSERT_OK(decoder.Add(chunk->head, "chunk"));
    ++chunks;
  }
  EXPECT_EQ(chunks, 3 + 1);
  auto visit = Enter();
  ASSERT_OK_AND_ASSIGN(auto values, decoder.Finish(*visit));
  ASSERT_EQ(values.size(), 2u);
  EXPECT_EQ(values[0].first, "x");
  ASSERT_OK_AND_ASSIGN(Tensor back, values[0].second.As<Array>()->Read());
  EXPECT_TRUE(BitIdentical(back, large));
}

TEST_F(ChunkCodecTest, RefusesBytesThatWereChangedOnTheWay) {
  v1::TensorChunk chunk = Header("x", 1);
  chunk.set_data("abcd");
  chunk.set_crc32c(Crc32c("abce"));
  EXPECT_THAT(decoder_.Add(chunk, "chunk"), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(ChunkCodecTest, RefusesChunksOutOfOrder) {
  v1::TensorChunk chunk = Header("x", 4);
  chunk.set_offset(4);
  chunk.set_data("abcd");
  EXPECT_THAT(decoder_.Add(chunk, "chunk"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("chunk.offset")));
}

TEST_F(ChunkCodecTest, RefusesMoreBytesThanTheTensorHas) {
  v1::TensorChunk chunk = Header("x", 1);
  chunk.set_data("abcdefgh");
  EXPECT_THAT(decoder_.Add(chunk, "chunk"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ChunkCodecTest, RefusesAChunkWithoutABeginning) {
  v1::TensorChunk chunk;
  chunk.set_data("abcd");
  EXPECT_THAT(decoder_.Add(chunk, "chunk"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("first chunk")));
}

TEST_F(ChunkCodecTest, RefusesATensorTwice) {
  v1::TensorChunk chunk = Header("x", 0);
  ASSERT_OK(decoder_.Add(chunk, "chunk"));
  EXPECT_THAT(decoder_.Add(chunk, "chunk"), StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ChunkCodecTest, AnUnfinishedTensorIsAnError) {
  v1::TensorChunk chunk = Header("x", 2);
  chunk.set_data("abcd");
  ASSERT_OK(decoder_.Add(chunk, "chunk"));
  EXPECT_THAT(decoder_.Finish(*Enter()),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("only 4 of 8 bytes")));
}

TEST_F(ChunkCodecTest, ADeclaredSizePastTheBudgetIsRefusedBeforeItsBytesCome) {
  EXPECT_THAT(decoder_.Add(Header("x", 1 << 30), "chunk"),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST_F(ChunkCodecTest, MovesRowMajorElementsAtTheEnd) {
  v1::TensorChunk chunk;
  chunk.set_path("x");
  v1::Tensor& tensor = *chunk.mutable_tensor();
  tensor.set_dtype(v1::Tensor::BOOL);
  tensor.add_dims(2);
  tensor.add_dims(2);
  tensor.set_layout(v1::Tensor::ROW_MAJOR);
  chunk.set_data(std::string({0, 1, 0, 1}));
  ASSERT_OK(decoder_.Add(chunk, "chunk"));
  auto visit = Enter();
  ASSERT_OK_AND_ASSIGN(auto values, decoder_.Finish(*visit));
  ASSERT_OK_AND_ASSIGN(Tensor back, values[0].second.As<Array>()->Read());
  EXPECT_THAT(back.data<bool>(), ::testing::ElementsAre(false, false, true, true));
}

TEST_F(ChunkCodecTest, LooksUpSourcesAtTheEnd) {
  v1::TensorChunk chunk;
  chunk.set_path("x");
  chunk.mutable_tensor()->set_source("hcat(0:5...)");
  ASSERT_OK(decoder_.Add(chunk, "chunk"));
  auto visit = Enter();
  ASSERT_OK_AND_ASSIGN(auto values, decoder_.Finish(*visit));
  EXPECT_EQ(values[0].second.As<Array>()->shape(), Shape({1, 6}));
}

}  // namespace
}  // namespace fluxgate::wire
