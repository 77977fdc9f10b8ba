#include "client/cpp/tensor_stream.h"

#include <gtest/gtest.h>

#include <vector>

namespace fluxgate::client {
namespace {

std::vector<v1::TensorChunk> Chunks(const NamedTensor& tensor) {
  std::vector<v1::TensorChunk> chunks;
  EXPECT_TRUE(SendChunks(tensor, [&](v1::TensorChunk chunk) {
    chunks.push_back(std::move(chunk));
    return true;
  }));
  return chunks;
}

NamedTensor Large() {
  std::vector<float> values(700'000);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
  return {"x", HostTensor::Of({700, 1000}, values)};
}

TEST(TensorStreamTest, WhatIsSentComesBack) {
  const NamedTensor x = Large();
  const NamedTensor empty{"y", HostTensor::Of({3, 0}, std::vector<double>())};
  ChunkAssembler assembler;
  for (const NamedTensor& tensor : {x, empty}) {
    for (const v1::TensorChunk& chunk : Chunks(tensor)) {
      EXPECT_LE(chunk.data().size(), 1u << 20);
      ASSERT_TRUE(assembler.Add(chunk).ok());
    }
  }
  auto tensors = assembler.Finish();
  ASSERT_TRUE(tensors.ok()) << tensors.status();
  ASSERT_EQ(tensors->size(), 2u);
  EXPECT_EQ((*tensors)[0].path, "x");
  EXPECT_EQ((*tensors)[0].tensor.dims, x.tensor.dims);
  EXPECT_EQ((*tensors)[0].tensor.bytes, x.tensor.bytes);
  EXPECT_EQ((*tensors)[1].tensor.dims, empty.tensor.dims);
  EXPECT_EQ((*tensors)[1].tensor.bytes, "");
}

TEST(TensorStreamTest, RefusesDamageGapsAndEarlyEnds) {
  std::vector<v1::TensorChunk> chunks = Chunks(Large());
  ASSERT_GE(chunks.size(), 3u);
  {
    ChunkAssembler assembler;
    chunks[0].mutable_data()->front() ^= 1;
    EXPECT_EQ(assembler.Add(chunks[0]).code(), absl::StatusCode::kDataLoss);
    chunks[0].mutable_data()->front() ^= 1;
  }
  {
    ChunkAssembler assembler;
    ASSERT_TRUE(assembler.Add(chunks[0]).ok());
    EXPECT_EQ(assembler.Add(chunks[2]).code(), absl::StatusCode::kDataLoss);
  }
  {
    ChunkAssembler assembler;
    ASSERT_TRUE(assembler.Add(chunks[0]).ok());
    EXPECT_EQ(assembler.Finish().status().code(), absl::StatusCode::kDataLoss);
  }
}

TEST(TensorStreamTest, StopsWhenTheStreamIsBroken) {
  int sent = 0;
  EXPECT_FALSE(SendChunks(Large(), [&](const v1::TensorChunk&) { return ++sent < 2; }));
  EXPECT_EQ(sent, 2);
}

}  // namespace
}  // namespace fluxgate::client
