#ifndef FLUXGATE_SERVER_PROCESS_MEMORY_H_
#define FLUXGATE_SERVER_PROCESS_MEMORY_H_

#include <atomic>
#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "engine/base/memory_guard.h"

namespace fluxgate {

// What this process holds: its resident pages, or what its allocator gave out if that is more,
// since memory may be allocated long before it is written.
int64_t ProcessMemoryBytes();
// Gives the allocator's free pages back to the system.
void ReleaseFreeMemory();

// Keeps the process below a limit. Looks at its size once in a while, by what is asked for.
// Thread-safe.
class ProcessMemoryGuard final : public MemoryGuard {
 public:
  // The two functions are those above, but for tests.
  explicit ProcessMemoryGuard(int64_t limit_bytes,
                              std::function<int64_t()> held = ProcessMemoryBytes,
                              std::function<void()> release = ReleaseFreeMemory);

  absl::Status Admit(int64_t bytes) override;

 private:
  const int64_t limit_;
  const int64_t step_;
  const std::function<int64_t()> held_;
  const std::function<void()> release_;
  std::atomic<int64_t> unseen_{0};  // Bytes asked for since the last look.
};

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_PROCESS_MEMORY_H_
