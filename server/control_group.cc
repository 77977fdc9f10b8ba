#include "server/control_group.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

namespace fluxgate {
namespace {

// The whole numbers at the beginning of a file: none when it says "max" or does not exist.
std::vector<int64_t> ReadNumbers(const std::string& path) {
  std::ifstream file(path);
  std::vector<int64_t> numbers;
  int64_t number = 0;
  for (std::string word; file >> word && absl::SimpleAtoi(word, &number);) {
    numbers.push_back(number);
  }
  return numbers;
}

absl::optional<int64_t> ReadNumber(const std::string& path) {
  const std::vector<int64_t> numbers = ReadNumbers(path);
  if (numbers.empty()) return absl::nullopt;
  return numbers[0];
}

// The value of a line "name value".
int64_t ReadField(const std::string& path, absl::string_view wanted) {
  std::ifstream file(path);
  int64_t value = 0;
  for (std::string name; file >> name >> value;) {
    if (name == wanted) return value;
  }
  return 0;
}

template <typename T>
void TakeLower(absl::optional<T>& lowest, T value) {
  lowest = std::min(lowest.value_or(value), value);
}

void TakeCores(ControlGroupLimits& limits, int64_t quota, int64_t period) {
  // Microseconds of work in each period; -1: no limit.
  if (quota <= 0 || period <= 0) return;
  TakeLower(limits.cores, static_cast<int>(std::max<int64_t>(1, quota / period)));
}

void TakeMemory(ControlGroupLimits& limits, int64_t limit, absl::optional<int64_t> used,
                int64_t droppable) {
  // Version 1 says "no limit" by a number near the largest one.
  if (limit <= 0 || limit >= int64_t{1} << 60) return;
  TakeLower(limits.memory_bytes, limit);
  TakeLower(limits.free_bytes,
            std::max<int64_t>(0, limit - std::max<int64_t>(0, used.value_or(0) - droppable)));
}

void TakeVersion1(ControlGroupLimits& limits, const std::string& folder) {
  TakeCores(limits, ReadNumber(folder + "/cpu.cfs_quota_us").value_or(-1),
            ReadNumber(folder + "/cpu.cfs_period_us").value_or(0));
  TakeMemory(limits, ReadNumber(folder + "/memory.limit_in_bytes").value_or(0),
             ReadNumber(folder + "/memory.usage_in_bytes"),
             ReadField(folder + "/memory.stat", "total_inactive_file"));
}

void TakeVersion2(ControlGroupLimits& limits, const std::string& folder) {
  // "200000 100000", or "max 100000".
  const std::vector<int64_t> cpu = ReadNumbers(folder + "/cpu.max");
  if (cpu.size() == 2) TakeCores(limits, cpu[0], cpu[1]);
  TakeMemory(limits, ReadNumber(folder + "/memory.max").value_or(0),
             ReadNumber(folder + "/memory.current"),
             ReadField(folder + "/memory.stat", "inactive_file"));
}

// Calls `take` with the folder of a group and of each group around it, up to `mount`. In a
// container the group is named as on the host, while its files may lie in `mount` itself.
void ForEachLevel(const std::string& mount, absl::string_view group,
                  const std::function<void(const std::string&)>& take) {
  while (!group.empty() && group != "/") {
    take(absl::StrCat(mount, group));
    group = group.substr(0, group.rfind('/'));
  }
  take(mount);
}

}  // namespace

ControlGroupLimits ReadControlGroupLimits(const std::string& root) {
  const std::string mounts = root + "/sys/fs/cgroup";
  ControlGroupLimits limits;
  std::ifstream groups(root + "/proc/self/cgroup");
  // "4:memory:/group" for a controller of version 1, "0::/group" for version 2.
  for (std::string line; std::getline(groups, line);) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    if (parts[1].empty()) {
      // With controllers of version 1 beside it, version 2 is mounted in a folder.
      for (const std::string& mount : {mounts, mounts + "/unified"}) {
        ForEachLevel(mount, parts[2], [&](const std::string& f) { TakeVersion2(limits, f); });
      }
    } else {
      ForEachLevel(absl::StrCat(mounts, "/", parts[1]), parts[2],
                   [&](const std::string& f) { TakeVersion1(limits, f); });
    }
  }
  return limits;
}

}  // namespace fluxgate
