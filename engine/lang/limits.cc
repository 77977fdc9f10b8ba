#include "engine/lang/limits.h"

#include <pthread.h>

#include "absl/strings/str_cat.h"
#include "engine/base/memory_charge.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

constexpr int kStepsBetweenPauses = 64;
// Left for what built-ins, display and the backend need below the deepest evaluation.
constexpr size_t kStackReserve = 1 << 20;

// Slow on a process's first thread, whose stack the C library looks up in /proc.
uintptr_t FindLowestAddress() {
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return 0;
  void* lowest = nullptr;
  size_t size = 0;
  const bool known = pthread_attr_getstack(&attributes, &lowest, &size) == 0;
  pthread_attr_destroy(&attributes);
  if (!known) return 0;
  const size_t reserve = size > 4 * kStackReserve ? kStackReserve : size / 4;
  return reinterpret_cast<uintptr_t>(lowest) + reserve;
}

}  // namespace

void Meter::Start(const Limits& limits) {
  limits_ = limits;
  steps_ = 0;
  countdown_ = kStepsBetweenPauses;
  depth_ = 0;
  static thread_local const uintptr_t lowest_address = FindLowestAddress();
  stack_limit_ = lowest_address;
  const std::shared_ptr<MemoryBudget>& budget = MemoryBudget::Current();
  memory_at_start_ = budget == nullptr ? 0 : budget->used();
}

absl::Status Meter::Pause() {
  countdown_ = kStepsBetweenPauses;
  if (steps_ > limits_.max_steps) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "LimitError: the evaluation took more steps than its limit of ", limits_.max_steps));
  }
  // Objects may grow past the limit between two pauses. Who only frees memory may go on.
  const std::shared_ptr<MemoryBudget>& budget = MemoryBudget::Current();
  if (budget != nullptr && budget->used() > memory_at_start_) FG_RETURN_IF_ERROR(CheckRoom(0));
  return host_->Pause();
}

absl::Status Meter::CheckElements(int64_t elements, int64_t bytes_each) const {
  if (elements > limits_.max_elements) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "a value of ", elements, " elements is larger than the limit of ", limits_.max_elements));
  }
  // Small things are looked at between steps.
  constexpr int64_t kSmall = 1 << 16;
  return elements * bytes_each < kSmall ? absl::OkStatus() : CheckRoom(elements * bytes_each);
}

absl::Status Meter::StackOverflow() const { return JuliaError("StackOverflowError", ""); }

}  // namespace fluxgate::lang
