#ifndef FLUXGATE_ENGINE_BASE_MEMORY_BUDGET_H_
#define FLUXGATE_ENGINE_BASE_MEMORY_BUDGET_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "absl/status/status.h"

namespace fluxgate {

// Bytes that a session (or the whole server, its parent) may hold. Thread-safe. An allocation is
// charged before it is made and given back when the last owner of the block lets go.
class MemoryBudget {
 public:
  explicit MemoryBudget(int64_t limit_bytes, std::shared_ptr<MemoryBudget> parent = nullptr)
      : limit_(limit_bytes), parent_(std::move(parent)) {}

  // RESOURCE_EXHAUSTED, saying what was asked, used and allowed, when `bytes` do not fit.
  absl::Status Charge(int64_t bytes);
  // Charges even past the limit, for the few places that cannot fail; later charges see it.
  void ChargeBeyondLimit(int64_t bytes);
  void Release(int64_t bytes);

  int64_t used() const { return used_.load(std::memory_order_relaxed); }
  int64_t peak() const { return peak_.load(std::memory_order_relaxed); }
  int64_t limit() const { return limit_; }

  // The budget that tensors made on this thread are charged to; null: unlimited.
  static const std::shared_ptr<MemoryBudget>& Current();

 private:
  void RaisePeak(int64_t used);

  const int64_t limit_;
  const std::shared_ptr<MemoryBudget> parent_;
  std::atomic<int64_t> used_{0};
  std::atomic<int64_t> peak_{0};
};

// Makes `budget` the current one of this thread for the life of the object.
class ScopedMemoryBudget {
 public:
  explicit ScopedMemoryBudget(std::shared_ptr<MemoryBudget> budget);
  ~ScopedMemoryBudget();
  ScopedMemoryBudget(const ScopedMemoryBudget&) = delete;
  ScopedMemoryBudget& operator=(const ScopedMemoryBudget&) = delete;

 private:
  std::shared_ptr<MemoryBudget> previous_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_MEMORY_BUDGET_H_
