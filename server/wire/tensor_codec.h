#ifndef FLUXGATE_SERVER_WIRE_TENSOR_CODEC_H_
#define FLUXGATE_SERVER_WIRE_TENSOR_CODEC_H_

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/tensor.h"
#include "proto/fluxgate/v1/tensor.pb.h"

namespace fluxgate::wire {

// Which form of a message holds the elements.
enum class TensorForm : uint8_t { kNone, kRows, kF32, kF64, kI64, kRaw, kSource, kRef };

// INVALID_ARGUMENT when two forms are set. `field` is the message's path in its request.
absl::StatusOr<TensorForm> FormOf(const v1::Tensor& message, absl::string_view field);

// The tensor of a message that holds its own elements: every form but source and ref. Checks sizes,
// dims and conversions before it allocates.
absl::StatusOr<Tensor> DecodeTensor(const v1::Tensor& message, absl::string_view field);

// dtype and shape of a tensor whose bytes follow as chunks. For REVERSED the shape is the reversed
// one, for ROW_MAJOR the elements are still to be moved (FromRowMajor).
struct TensorHeader {
  DType dtype = DType::kFloat32;
  Shape shape;
  bool row_major = false;
};
absl::StatusOr<TensorHeader> DecodeHeader(const v1::Tensor& message, absl::string_view field);
// The column-major tensor of elements that lie in row-major order under the same dims.
absl::StatusOr<Tensor> FromRowMajor(const Tensor& tensor);
// INVALID_ARGUMENT when a Bool is neither 0 nor 1: bytes of clients are not to be trusted.
absl::Status CheckBytes(const Tensor& tensor, absl::string_view field);

// Converted, refusing what would lose digits of a whole number or leave the range.
absl::StatusOr<Tensor> ConvertExactly(const Tensor& tensor, DType dtype, absl::string_view field);

// dtype and dims; then the numbers as `rows` (or flat lists) with `show` up to kShownElements, as
// `raw` up to `max_raw_bytes`, and nothing beyond: false then.
bool EncodeTensor(const Tensor& tensor, size_t max_raw_bytes, v1::Tensor* message);
void EncodeHeader(DType dtype, const Shape& shape, v1::Tensor* message);

v1::Tensor::DType ToProto(DType dtype);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_TENSOR_CODEC_H_
