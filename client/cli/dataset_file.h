#ifndef FLUXGATE_CLIENT_CLI_DATASET_FILE_H_
#define FLUXGATE_CLIENT_CLI_DATASET_FILE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cpp/tensor_stream.h"

namespace fluxgate::client {

// How a file becomes a dataset.
struct DatasetFileOptions {
  std::string label;  // CSV: the column that becomes y; empty: there is no y
  bool onehot =
      false;         // y becomes one row per label, in sorted order (by number if all are numbers)
  double scale = 1;  // multiplies x
};

// x (features down, examples across, Float32) and, where there is one, y.
//
//   .csv: a header line, then an example a line; the columns other than the label are the features.
//   .npz: arrays x and, perhaps, y, with the examples along the first axis, as numpy has them: an x
//   of
//         shape (N, 64) becomes 64×N, a y of shape (N,) becomes 1×N.
absl::StatusOr<std::vector<NamedTensor>> ReadDatasetFile(const std::string& file,
                                                         const DatasetFileOptions& options);

// Splits examples at random into those that stay and the held-out share, each in their old order.
// The same seed gives the same split on every machine.
std::pair<std::vector<NamedTensor>, std::vector<NamedTensor>> Split(
    const std::vector<NamedTensor>& dataset, double share, uint64_t seed);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_DATASET_FILE_H_
