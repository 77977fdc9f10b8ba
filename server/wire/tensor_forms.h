#ifndef FLUXGATE_SERVER_WIRE_TENSOR_FORMS_H_
#define FLUXGATE_SERVER_WIRE_TENSOR_FORMS_H_

#include <string>

#include "server/wire/tensor_codec.h"

// What the forms of a tensor's message share. For tensor_codec alone.
namespace fluxgate::wire {

absl::StatusOr<DType> DTypeFrom(const v1::Tensor& message, DType otherwise,
                                absl::string_view field);
// "[2, 3]".
std::string DimsText(const v1::Tensor& message);

absl::StatusOr<Tensor> DecodeRows(const v1::Tensor& message, absl::string_view field);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_TENSOR_FORMS_H_
