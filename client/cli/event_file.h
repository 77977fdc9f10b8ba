#ifndef FLUXGATE_CLIENT_CLI_EVENT_FILE_H_
#define FLUXGATE_CLIENT_CLI_EVENT_FILE_H_

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/fluxgate/v1/train.pb.h"

namespace fluxgate::client {

// A TensorBoard event file of one training: loss/batch and speed at progress, loss/epoch,
// loss/validation and each metric at the end of an epoch, loss/data at the end of all.
class EventFile {
 public:
  // A new file in a directory, which is made. One training, one directory: TensorBoard takes the
  // files of a directory for one run.
  static absl::StatusOr<std::unique_ptr<EventFile>> Create(const std::string& directory);

  void Add(const v1::TrainEvent& event);
  // Whether all could be written.
  absl::Status status() const;

 private:
  EventFile(std::string path, std::ofstream out) : path_(std::move(path)), out_(std::move(out)) {}
  void AddValues(int64_t step, const std::vector<std::pair<std::string, double>>& values);
  void WriteRecord(absl::string_view data);

  const std::string path_;
  std::ofstream out_;
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_EVENT_FILE_H_
