#include "server/process_memory.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <utility>

#include "absl/strings/str_cat.h"

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

ProcessMemoryGuard::ProcessMemoryGuard(int64_t limit_bytes, std::function<int64_t()> held,
                                       std::function<void()> release)
    : limit_(limit_bytes),
      step_(limit_bytes / 128),
      held_(std::move(held)),
      release_(std::move(release)) {}

absl::Status ProcessMemoryGuard::Admit(int64_t bytes) {
  if (unseen_.fetch_add(bytes, std::memory_order_relaxed) + bytes < step_) {
    return absl::OkStatus();
  }
  unseen_.store(0, std::memory_order_relaxed);
  int64_t held = held_();
  if (held > limit_ - bytes) {
    release_();
    held = held_();
  }
  if (held <= limit_ - bytes) return absl::OkStatus();
  // The next one, however small, looks again.
  unseen_.store(step_, std::memory_order_relaxed);
  return absl::ResourceExhaustedError(
      absl::StrCat("out of memory: ", bytes, " bytes asked for; the server's process holds ", held,
                   " of the ", limit_, " bytes that it may, messages and overhead among them"));
}

}  // namespace fluxgate
