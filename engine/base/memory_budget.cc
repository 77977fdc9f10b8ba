#include "engine/base/memory_budget.h"

#include "absl/strings/str_cat.h"

namespace fluxgate {
namespace {

std::shared_ptr<MemoryBudget>& CurrentSlot() {
  static thread_local std::shared_ptr<MemoryBudget> current;
  return current;
}

}  // namespace

absl::Status MemoryBudget::Charge(int64_t bytes) {
  int64_t used = used_.load(std::memory_order_relaxed);
  do {
    // Neither side overflows: used_ and bytes are both sizes of memory, never negative.
    if (bytes > limit_ || used > limit_ - bytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "out of memory: ", bytes > 0 ? absl::StrCat(bytes, " bytes asked for, ") : "", used,
          " of ", limit_, bytes > 0 ? " in use" : " bytes in use"));
    }
  } while (!used_.compare_exchange_weak(used, used + bytes, std::memory_order_relaxed));
  if (parent_ != nullptr) {
    if (absl::Status status = parent_->Charge(bytes); !status.ok()) {
      used_.fetch_sub(bytes, std::memory_order_relaxed);
      return status;
    }
  }
  RaisePeak(used + bytes);
  return absl::OkStatus();
}

void MemoryBudget::ChargeBeyondLimit(int64_t bytes) {
  RaisePeak(used_.fetch_add(bytes, std::memory_order_relaxed) + bytes);
  if (parent_ != nullptr) parent_->ChargeBeyondLimit(bytes);
}

void MemoryBudget::Release(int64_t bytes) {
  used_.fetch_sub(bytes, std::memory_order_relaxed);
  if (parent_ != nullptr) parent_->Release(bytes);
}

void MemoryBudget::RaisePeak(int64_t used) {
  int64_t peak = peak_.load(std::memory_order_relaxed);
  while (used > peak && !peak_.compare_exchange_weak(peak, used, std::memory_order_relaxed)) {
  }
}

const std::shared_ptr<MemoryBudget>& MemoryBudget::Current() { return CurrentSlot(); }

ScopedMemoryBudget::ScopedMemoryBudget(std::shared_ptr<MemoryBudget> budget)
    : previous_(std::exchange(CurrentSlot(), std::move(budget))) {}

ScopedMemoryBudget::~ScopedMemoryBudget() { CurrentSlot() = std::move(previous_); }

}  // namespace fluxgate
