#ifndef FLUXGATE_SERVER_MEMORY_WATCH_H_
#define FLUXGATE_SERVER_MEMORY_WATCH_H_

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "engine/base/memory_budget.h"
#include "engine/base/mutex.h"
#include "server/process_memory.h"

namespace fluxgate {

// Keeps the process from being killed for its memory. Budgets count what sessions hold; the process
// also holds messages, its allocator's slack and itself. What of that passes the room left for it
// is charged to the sessions' budget, so that the budget is full before the process is too large.
class MemoryWatch {
 public:
  struct Options {
    int64_t process_bytes = 0;  // that the process may hold, the budget's limit among them
    std::function<int64_t()> held = ProcessMemoryBytes;
    std::function<void()> release = ReleaseFreeMemory;
  };

  // Looks on a thread of its own until it dies.
  MemoryWatch(std::shared_ptr<MemoryBudget> budget, Options options);
  ~MemoryWatch();
  MemoryWatch(const MemoryWatch&) = delete;
  MemoryWatch& operator=(const MemoryWatch&) = delete;

 private:
  void Run();
  // Corrects the charge; how long memory that grows as fast as it can leaves until the next look.
  std::chrono::milliseconds Look();
  // What is held beyond sessions' own and the room left for the rest.
  int64_t Excess(int64_t held) const;

  const std::shared_ptr<MemoryBudget> budget_;
  const Options options_;
  int64_t charged_ = 0;  // Of the thread alone.
  Mutex mutex_;
  CondVar stop_cv_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;  // The last one: it uses all the others.
};

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_MEMORY_WATCH_H_
