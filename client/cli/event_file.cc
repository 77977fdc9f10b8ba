#include "client/cli/event_file.h"

#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/event_file.pb.h"
#include "engine/base/crc32c.h"

namespace fluxgate::client {
namespace {

double Now() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

template <typename T>
std::string LittleEndian(T value) {
  return {reinterpret_cast<const char*>(&value), sizeof(value)};
}

// A checksum of data that may hold checksums, as TFRecord files have it.
uint32_t Masked(uint32_t crc) { return ((crc >> 15) | (crc << 17)) + 0xa282ead8u; }

}  // namespace

absl::StatusOr<std::unique_ptr<EventFile>> EventFile::Create(const std::string& directory) {
  std::error_code failed;
  std::filesystem::create_directories(directory, failed);
  char host[256] = "localhost";
  gethostname(host, sizeof(host) - 1);
  // TensorBoard sorts by these names.
  std::string path = absl::StrFormat("%s/events.out.tfevents.%010d.%s.%d", directory,
                                     static_cast<int64_t>(Now()), host, getpid());
  std::ofstream out(path, std::ios::binary);
  if (!out) return absl::NotFoundError(absl::StrCat("cannot write ", path));
  std::unique_ptr<EventFile> file(new EventFile(std::move(path), std::move(out)));
  tensorboard::Event first;
  first.set_wall_time(Now());
  first.set_file_version("brain.Event:2");
  file->WriteRecord(first.SerializeAsString());
  return file;
}

void EventFile::Add(const v1::TrainEvent& event) {
  if (event.has_progress()) {
    const v1::TrainProgress& progress = event.progress();
    std::vector<std::pair<std::string, double>> values = {
        {"loss/batch", progress.batch_loss()}, {"steps_per_second", progress.steps_per_second()}};
    if (progress.has_learning_rate())
      values.emplace_back("learning_rate", progress.learning_rate());
    AddValues(progress.step(), values);
  } else if (event.has_epoch()) {
    const v1::TrainEpoch& epoch = event.epoch();
    std::vector<std::pair<std::string, double>> values = {{"loss/epoch", epoch.mean_batch_loss()}};
    if (epoch.has_validation_loss()) {
      values.emplace_back("loss/validation", epoch.validation_loss());
    }
    for (const auto& [name, value] :
         std::map<std::string, double>(epoch.metrics().begin(), epoch.metrics().end())) {
      values.emplace_back(absl::StrCat("metrics/", name), value);
    }
    AddValues(epoch.step(), values);
  } else if (event.done().has_loss()) {
    AddValues(event.done().steps(), {{"loss/data", event.done().loss()}});
  }
}

absl::Status EventFile::status() const {
  return out_.good() ? absl::OkStatus()
                     : absl::UnavailableError(absl::StrCat("cannot write ", path_));
}

void EventFile::AddValues(int64_t step, const std::vector<std::pair<std::string, double>>& values) {
  tensorboard::Event event;
  event.set_wall_time(Now());
  event.set_step(step);
  for (const auto& [tag, number] : values) {
    auto* value = event.mutable_summary()->add_value();
    value->set_tag(tag);
    value->set_simple_value(static_cast<float>(number));
  }
  WriteRecord(event.SerializeAsString());
}

// A TFRecord: length, checksum of the length, data, checksum of the data.
void EventFile::WriteRecord(absl::string_view data) {
  const std::string length = LittleEndian<uint64_t>(data.size());
  out_ << length << LittleEndian(Masked(Crc32c(length))) << data
       << LittleEndian(Masked(Crc32c(data)));
  out_.flush();
}

}  // namespace fluxgate::client
