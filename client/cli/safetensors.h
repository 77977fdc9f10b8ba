#ifndef FLUXGATE_CLIENT_CLI_SAFETENSORS_H_
#define FLUXGATE_CLIENT_CLI_SAFETENSORS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cpp/tensor_stream.h"

namespace fluxgate::client {

// A .safetensors file: eight bytes of length, a JSON header, the data. Shapes are the same on both
// sides, as in .npz: a weight of 32×64 is a tensor of shape [32, 64]; the bytes are row-major there
// and are moved. dtypes: BOOL, I32, I64, F32 and F64; of files also F16 and BF16, as Float32, and
// U8, as Int64.
absl::Status WriteSafetensors(const std::string& file, const std::vector<NamedTensor>& tensors);
absl::StatusOr<std::vector<NamedTensor>> ReadSafetensors(const std::string& file);

std::string EncodeSafetensors(const std::vector<NamedTensor>& tensors);
// The tensors in the order of their data.
absl::StatusOr<std::vector<NamedTensor>> DecodeSafetensors(absl::string_view bytes);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_SAFETENSORS_H_
