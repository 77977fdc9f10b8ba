#ifndef FLUXGATE_CLIENT_CPP_TENSOR_STREAM_H_
#define FLUXGATE_CLIENT_CPP_TENSOR_STREAM_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "client/cpp/host_tensor.h"
#include "proto/fluxgate/v1/tensor.pb.h"

namespace fluxgate::client {

struct NamedTensor {
  std::string path;  // "layers[1].weight"; "x" or "y" of a dataset
  HostTensor tensor;
};

// Cuts a tensor into chunks of at most 1 MiB with their checksums and hands them to `send`, in
// order, until it returns false. Begins with the byte at `offset`, where an upload broke.
bool SendChunks(const NamedTensor& tensor, absl::FunctionRef<bool(v1::TensorChunk chunk)> send,
                size_t offset = 0);

// Puts the chunks of a stream together again, checking order, size and checksum.
class ChunkAssembler {
 public:
  absl::Status Add(const v1::TensorChunk& chunk);
  // DATA_LOSS when the last tensor is not complete.
  absl::StatusOr<std::vector<NamedTensor>> Finish();

 private:
  absl::Status CheckComplete() const;
  std::vector<NamedTensor> tensors_;
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CPP_TENSOR_STREAM_H_
