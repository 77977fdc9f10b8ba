// Tensors of clients: whatever decodes survives the way back, whole and in chunks.

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>

#include "engine/base/memory_budget.h"
#include "server/wire/chunk_codec.h"
#include "server/wire/tensor_codec.h"
#include "tests/fuzz/message_mutator.h"

namespace fluxgate::wire {
namespace {

void Require(bool holds) {
  if (!holds) std::abort();
}

void RoundTrip(const Tensor& tensor) {
  v1::Tensor whole;
  Require(EncodeTensor(tensor, size_t{1} << 30, &whole));
  absl::StatusOr<Tensor> back = DecodeTensor(whole, "x");
  // An answer's `rows` say what they hold up to the bits of a NaN.
  Require(back.ok() && back->dtype() == tensor.dtype() && back->shape() == tensor.shape());

  ChunkEncoder encoder({{"x", tensor}});
  ChunkDecoder decoder(std::make_shared<MemoryBudget>(int64_t{64} << 20));
  while (auto chunk = encoder.Next()) {
    chunk->head.set_data(std::string(chunk->data));
    Require(decoder.Add(chunk->head, "chunk").ok());
  }
}

void TestOne(const v1::Tensor& message) {
  ScopedMemoryBudget charge(std::make_shared<MemoryBudget>(int64_t{64} << 20));
  absl::StatusOr<Tensor> tensor = DecodeTensor(message, "x");
  if (tensor.ok()) {
    RoundTrip(*tensor);
    for (const DType dtype :
         {DType::kBool, DType::kInt32, DType::kInt64, DType::kFloat32, DType::kFloat64}) {
      // May be refused, but not crash.
      if (auto converted = ConvertExactly(*tensor, dtype, "x"); converted.ok()) {
        Require(converted->dtype() == dtype);
      }
    }
  }
  // The same message as the header of a stream, whose bytes come in two chunks.
  ChunkDecoder decoder(std::make_shared<MemoryBudget>(int64_t{64} << 20));
  v1::TensorChunk first;
  *first.mutable_tensor() = message;
  first.mutable_tensor()->clear_raw();
  first.set_path("x");
  first.set_data(message.raw().substr(0, message.raw().size() / 2));
  if (!decoder.Add(first, "chunk").ok()) return;
  v1::TensorChunk second;
  second.set_offset(first.data().size());
  second.set_data(message.raw().substr(first.data().size()));
  decoder.Add(second, "chunk").IgnoreError();  // Refusing it is as good as taking it.
}

}  // namespace
}  // namespace fluxgate::wire

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fluxgate::v1::Tensor message;
  if (fluxgate::fuzz::ParseMessage(std::string(reinterpret_cast<const char*>(data), size),
                                   &message)) {
    fluxgate::wire::TestOne(message);
  }
  return 0;
}

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size,
                                          unsigned int seed) {
  fluxgate::fuzz::Random random(seed);
  fluxgate::v1::Tensor message;
  if (!fluxgate::fuzz::ParseMessage(std::string(reinterpret_cast<const char*>(data), size),
                                    &message)) {
    message.Clear();
  }
  for (unsigned i = random() % 3 + 1; i > 0; --i) fluxgate::fuzz::Mutate(&message, random);
  const std::string text = fluxgate::fuzz::PrintMessage(message);
  if (text.size() > max_size) return size;
  text.copy(reinterpret_cast<char*>(data), text.size());
  return text.size();
}
