#include "server/process_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>

// jemalloc's, when the program is linked with it.
extern "C" __attribute__((weak)) int mallctl(const char* name, void* old_value, size_t* old_size,
                                             void* new_value, size_t new_size);

namespace fluxgate {
namespace {

int64_t ResidentBytes() {
  int64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

int64_t AllocatedBytes() {
  if (mallctl == nullptr) {
    const struct mallinfo2 information = mallinfo2();
    return static_cast<int64_t>(information.uordblks + information.hblkhd);
  }
  // Statistics are those of the last epoch.
  uint64_t epoch = 1;
  size_t active = 0, size = sizeof(active);
  mallctl("epoch", nullptr, nullptr, &epoch, sizeof(epoch));
  if (mallctl("stats.active", &active, &size, nullptr, 0) != 0) return 0;
  return static_cast<int64_t>(active);
}

}  // namespace

int64_t ProcessMemoryBytes() { return std::max(ResidentBytes(), AllocatedBytes()); }

void ReleaseFreeMemory() {
  if (mallctl == nullptr) {
    malloc_trim(0);
  } else {
    // 4096 is MALLCTL_ARENAS_ALL.
    mallctl("arena.4096.purge", nullptr, nullptr, nullptr, 0);
  }
}

}  // namespace fluxgate
