#include "server/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "absl/strings/numbers.h"

namespace fluxgate {
namespace {

// The first two words of a file of the control group; empty when there is no such file.
struct Words {
  std::string first, second;
};
Words ReadWords(const char* path) {
  std::ifstream file(path);
  Words words;
  file >> words.first >> words.second;
  return words;
}

}  // namespace

int AvailableCores() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  int cores = 1;
  if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0) cores = std::max(CPU_COUNT(&cpus), 1);
  // "200000 100000": microseconds of work in each period; "max 100000": no limit.
  const Words limit = ReadWords("/sys/fs/cgroup/cpu.max");
  int64_t quota = 0, period = 0;
  if (absl::SimpleAtoi(limit.first, &quota) && absl::SimpleAtoi(limit.second, &period) &&
      period > 0) {
    cores = std::min<int>(cores, static_cast<int>(std::max<int64_t>(1, quota / period)));
  }
  return cores;
}

int64_t AvailableMemoryBytes() {
  int64_t bytes = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  int64_t limit = 0;
  // "MemAvailable:   16290000 kB"
  std::ifstream information("/proc/meminfo");
  for (std::string name, unit; information >> name >> limit;) {
    if (name == "MemAvailable:") bytes = std::min(bytes, limit * 1024);
    std::getline(information, unit);
  }
  for (const char* path :
       {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
    if (absl::SimpleAtoi(ReadWords(path).first, &limit)) bytes = std::min(bytes, limit);
  }
  return bytes;
}

}  // namespace fluxgate
