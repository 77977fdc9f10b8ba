#include "engine/lang/limits.h"

#include "absl/strings/str_cat.h"
#include "engine/base/memory_charge.h"
#include "engine/base/stack.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

constexpr int kStepsBetweenPauses = 64;
// Left for what built-ins, display and the backend need below the deepest evaluation.
constexpr size_t kStackReserve = 1 << 20;

// Where an evaluation must not go deeper; 0 when the system does not say.
uintptr_t LowestAddress() {
  const StackExtent stack = ThisThreadsStack();
  if (stack.lowest == 0) return 0;
  return stack.lowest + (stack.bytes > 4 * kStackReserve ? kStackReserve : stack.bytes / 4);
}

}  // namespace

void Meter::Start(const Limits& limits) {
  limits_ = limits;
  steps_ = 0;
  countdown_ = kStepsBetweenPauses;
  depth_ = 0;
  static thread_local const uintptr_t lowest_address = LowestAddress();
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
