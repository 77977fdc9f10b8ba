#ifndef FLUXGATE_SERVER_WIRE_CHUNK_CODEC_H_
#define FLUXGATE_SERVER_WIRE_CHUNK_CODEC_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "engine/base/memory_budget.h"
#include "engine/tensor/tensor.h"
#include "engine/value/value.h"
#include "proto/fluxgate/v1/tensor.pb.h"
#include "server/session/session.h"
#include "server/wire/tensor_codec.h"

namespace fluxgate::wire {

// A chunk on its way out: its fields but for `data`, and those bytes where they lie in the tensor,
// so that nothing between here and the socket needs to copy them.
struct OutgoingChunk {
  v1::TensorChunk head;
  absl::string_view data;  // Of `tensor`.
  Tensor tensor;
};

// Cuts tensors into chunks of at most kChunkBytes of data. Holds the tensors, which share their
// bytes with the session and are copied only when that writes to them.
class ChunkEncoder {
 public:
  explicit ChunkEncoder(std::vector<std::pair<std::string, Tensor>> tensors)
      : tensors_(std::move(tensors)) {}
  // Nothing at the end.
  absl::optional<OutgoingChunk> Next();

 private:
  std::vector<std::pair<std::string, Tensor>> tensors_;
  size_t index_ = 0;
  int64_t offset_ = 0;
};

// Puts the tensors of a stream together again. What they need is charged to the session's budget
// before their bytes come.
class ChunkDecoder {
 public:
  explicit ChunkDecoder(std::shared_ptr<MemoryBudget> budget) : budget_(std::move(budget)) {}

  // A chunk that is refused leaves what came before as it was.
  absl::Status Add(const v1::TensorChunk& chunk, absl::string_view field);
  // A tensor that came whole under its path, as a PushDataset's `x`.
  absl::Status AddWhole(std::string path, const v1::Tensor& message, absl::string_view field);
  // Where the stream is to go on: the tensor that came last, and how many bytes of it.
  struct Position {
    std::string path;
    int64_t offset = 0;
  };
  Position position() const;
  // Bytes of all tensors that have begun.
  int64_t bytes() const;
  const std::shared_ptr<MemoryBudget>& budget() const { return budget_; }

  // INVALID_ARGUMENT when the last tensor is not whole, or there are fewer tensors than `expected`,
  // unless that is 0.
  absl::Status CheckWhole(uint32_t expected) const;
  // The tensors in the order in which they came; `source` and `ref` are looked up now. Fails when
  // one is not complete.
  absl::StatusOr<std::vector<std::pair<std::string, Value>>> Finish(session::Visit& visit);

 private:
  static constexpr size_t kMaxTensors = 10'000;
  struct Item {
    std::string path;
    std::string field;
    absl::optional<v1::Tensor> deferred;  // source or ref
    Tensor tensor;
    bool row_major = false;
    int64_t received = 0;  // bytes
  };

  absl::Status Begin(std::string path, const v1::Tensor& message, absl::string_view field);
  absl::Status Append(const v1::TensorChunk& chunk, absl::string_view field);
  static absl::Status CheckComplete(const Item& item);

  std::shared_ptr<MemoryBudget> budget_;
  std::vector<Item> items_;
};

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_CHUNK_CODEC_H_
