#include "server/machine.h"

#include <sched.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "server/control_group.h"

namespace fluxgate {
int AvailableCores() {
  cpu_set_t cpus;
  CPU_ZERO(&cpus);
  int cores = 1;
  if (sched_getaffinity(0, sizeof(cpus), &cpus) == 0) cores = std::max(CPU_COUNT(&cpus), 1);
  return std::min(cores, ReadControlGroupLimits().cores.value_or(cores));
}

int64_t AvailableMemoryBytes() {
  int64_t bytes = int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
  int64_t available = 0;
  // "MemAvailable:   16290000 kB"
  std::ifstream information("/proc/meminfo");
  for (std::string name, unit; information >> name >> available;) {
    if (name == "MemAvailable:") bytes = std::min(bytes, available * 1024);
    std::getline(information, unit);
  }
  return std::min(bytes, ReadControlGroupLimits().free_bytes.value_or(bytes));
}

}  // namespace fluxgate
