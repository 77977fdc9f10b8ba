#ifndef FLUXGATE_CLIENT_CLI_NPZ_H_
#define FLUXGATE_CLIENT_CLI_NPZ_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cpp/tensor_stream.h"

namespace fluxgate::client {

// numpy's .npz: a zip archive with one .npy file for each array. Shapes are the same on both sides:
// a weight of 32×64 is an array of shape (32, 64); arrays are written in Fortran order, whose bytes
// are ours, and read in either order. dtypes: bool, int32, int64, float32, float64, and uint8 as
// int64.
absl::Status WriteNpz(const std::string& file, const std::vector<NamedTensor>& tensors);
absl::StatusOr<std::vector<NamedTensor>> ReadNpz(const std::string& file);

// One array in numpy's .npy format, version 1.0.
std::string EncodeNpy(const HostTensor& tensor);
absl::StatusOr<HostTensor> DecodeNpy(absl::string_view bytes);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_NPZ_H_
