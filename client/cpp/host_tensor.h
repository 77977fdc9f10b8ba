#ifndef FLUXGATE_CLIENT_CPP_HOST_TENSOR_H_
#define FLUXGATE_CLIENT_CPP_HOST_TENSOR_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "proto/fluxgate/v1/tensor.pb.h"

namespace fluxgate::client {

// Numbers on the client's side: dtype, dims and little-endian bytes, the first dim moving fastest;
// the last dim counts examples. A plain value.
struct HostTensor {
  v1::Tensor::DType dtype = v1::Tensor::FLOAT32;
  std::vector<int64_t> dims;
  std::string bytes;

  // REQUIRES: as many values as the product of the dims.
  static HostTensor Of(std::vector<int64_t> dims, absl::Span<const float> values);
  static HostTensor Of(std::vector<int64_t> dims, absl::Span<const double> values);
  static HostTensor Of(std::vector<int64_t> dims, absl::Span<const int64_t> values);

  int64_t num_elements() const;
  // REQUIRES: T is the type that dtype names.
  template <typename T>
  absl::Span<const T> data() const {
    return {reinterpret_cast<const T*>(bytes.data()), bytes.size() / sizeof(T)};
  }
};

// Bytes of one element; 0 for DTYPE_UNSPECIFIED.
int64_t SizeOf(v1::Tensor::DType dtype);

// As `raw` with dtype and dims, in column-major order.
v1::Tensor ToProto(const HostTensor& tensor);
// dtype and dims alone: the head of a tensor whose bytes come in chunks.
v1::Tensor SpecOf(const HostTensor& tensor);
// From any form that an answer uses: raw, rows, or flat lists. INVALID_ARGUMENT for the others.
absl::StatusOr<HostTensor> FromProto(const v1::Tensor& tensor);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CPP_HOST_TENSOR_H_
