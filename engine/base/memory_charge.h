#ifndef FLUXGATE_ENGINE_BASE_MEMORY_CHARGE_H_
#define FLUXGATE_ENGINE_BASE_MEMORY_CHARGE_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "engine/base/memory_budget.h"

namespace fluxgate {

// The bytes that one object holds, charged for its life to the budget that was current when it was
// made. Growing cannot fail, so it may pass the limit: whoever runs text looks at the budget before
// it makes something large, and between its steps.
class MemoryCharge {
 public:
  explicit MemoryCharge(int64_t bytes) : budget_(MemoryBudget::Current()) { Resize(bytes); }
  ~MemoryCharge() { Resize(0); }
  MemoryCharge(const MemoryCharge&) = delete;
  MemoryCharge& operator=(const MemoryCharge&) = delete;

  void Resize(int64_t bytes) {
    if (budget_ == nullptr || bytes == bytes_) return;
    if (bytes > bytes_) {
      budget_->ChargeBeyondLimit(bytes - bytes_);
    } else {
      budget_->Release(bytes_ - bytes);
    }
    bytes_ = bytes;
  }

 private:
  const std::shared_ptr<MemoryBudget> budget_;
  int64_t bytes_ = 0;
};

// RESOURCE_EXHAUSTED unless the budget current on this thread has room for `bytes` more now.
inline absl::Status CheckRoom(int64_t bytes) {
  const std::shared_ptr<MemoryBudget>& budget = MemoryBudget::Current();
  if (budget == nullptr) return absl::OkStatus();
  absl::Status fits = budget->Charge(bytes);
  if (fits.ok()) budget->Release(bytes);
  return fits;
}

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_MEMORY_CHARGE_H_
