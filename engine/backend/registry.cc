#include "engine/backend/registry.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/backend/cpu/cpu_backend.h"
#include "engine/backend/reference/reference_backend.h"
#include "engine/base/mutex.h"

namespace fluxgate {
namespace {

struct Row {
  absl::string_view device;
  std::unique_ptr<Backend> (*make)();
  bool listed;
};
constexpr Row kRows[] = {
    {"cpu", NewCpuBackend, true},
    {"reference", NewReferenceBackend, false},
};
constexpr size_t kCount = std::size(kRows);

struct Made {
  Mutex mutex;
  std::shared_ptr<Backend> backends[kCount] ABSL_GUARDED_BY(mutex);
};

}  // namespace

absl::StatusOr<std::shared_ptr<Backend>> GetBackend(absl::string_view device) {
  static Made& made = *new Made;
  for (size_t i = 0; i < kCount; ++i) {
    if (kRows[i].device != device) continue;
    MutexLock lock(made.mutex);
    if (made.backends[i] == nullptr) made.backends[i] = kRows[i].make();
    return made.backends[i];
  }
  return absl::InvalidArgumentError(
      absl::StrCat("there is no device \"", device,
                   "\"; the devices are: ", absl::StrJoin(DeviceNames(), ", ")));
}

std::vector<std::string> DeviceNames() {
  std::vector<std::string> names;
  for (const Row& row : kRows) {
    if (row.listed) names.emplace_back(row.device);
  }
  return names;
}

}  // namespace fluxgate
