#include "client/cpp/tensor_stream.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/base/crc32c.h"

namespace fluxgate::client {
namespace {

constexpr size_t kChunkBytes = 1 << 20;

int64_t ExpectedBytes(const HostTensor& tensor) {
  return tensor.num_elements() * SizeOf(tensor.dtype);
}

}  // namespace

bool SendChunks(const NamedTensor& named, absl::FunctionRef<bool(v1::TensorChunk chunk)> send,
                size_t offset) {
  const std::string& bytes = named.tensor.bytes;
  if (offset > 0 && offset >= bytes.size()) return true;
  do {
    v1::TensorChunk chunk;
    if (offset == 0) {
      chunk.set_path(named.path);
      *chunk.mutable_tensor() = SpecOf(named.tensor);
    }
    chunk.set_offset(offset);
    chunk.set_data(bytes.data() + offset, std::min(kChunkBytes, bytes.size() - offset));
    chunk.set_crc32c(Crc32c(chunk.data()));
    offset += chunk.data().size();
    if (!send(std::move(chunk))) return false;
  } while (offset < bytes.size());
  return true;
}

absl::Status ChunkAssembler::Add(const v1::TensorChunk& chunk) {
  if (chunk.has_tensor()) {
    if (absl::Status complete = CheckComplete(); !complete.ok()) return complete;
    NamedTensor next{chunk.path(), {}};
    if (chunk.data().empty()) {
      absl::StatusOr<HostTensor> whole = FromProto(chunk.tensor());
      if (!whole.ok()) return whole.status();
      next.tensor = *std::move(whole);
    } else {
      next.tensor.dtype = chunk.tensor().dtype();
      next.tensor.dims.assign(chunk.tensor().dims().begin(), chunk.tensor().dims().end());
      next.tensor.bytes.reserve(ExpectedBytes(next.tensor));
    }
    tensors_.push_back(std::move(next));
  }
  if (chunk.data().empty()) return absl::OkStatus();
  if (tensors_.empty() || chunk.offset() != tensors_.back().tensor.bytes.size()) {
    return absl::DataLossError("a chunk of the stream is missing");
  }
  if (chunk.has_crc32c() && Crc32c(chunk.data()) != chunk.crc32c()) {
    return absl::DataLossError("a chunk of the stream was damaged on its way");
  }
  tensors_.back().tensor.bytes += chunk.data();
  return absl::OkStatus();
}

absl::Status ChunkAssembler::CheckComplete() const {
  if (tensors_.empty()) return absl::OkStatus();
  const NamedTensor& last = tensors_.back();
  if (static_cast<int64_t>(last.tensor.bytes.size()) == ExpectedBytes(last.tensor)) {
    return absl::OkStatus();
  }
  return absl::DataLossError(absl::StrCat("the stream ended inside ", last.path));
}

absl::StatusOr<std::vector<NamedTensor>> ChunkAssembler::Finish() {
  if (absl::Status complete = CheckComplete(); !complete.ok()) return complete;
  return std::move(tensors_);
}

}  // namespace fluxgate::client
