#include "server/session/turn_queue.h"

#include <algorithm>
#include <chrono>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace fluxgate::session {
namespace {

// A token has no way to wake a waiter, so waiters look at it this often.
constexpr std::chrono::milliseconds kLook(20);

}  // namespace

absl::Status TurnQueue::Acquire(const CancellationToken& token, absl::optional<uint32_t> number) {
  MutexLock lock(mutex_);
  if (number.has_value()) FG_RETURN_IF_ERROR(AwaitNumberLocked(token, *number));
  if (!held_ && waiters_.empty()) {
    held_ = true;
    return absl::OkStatus();
  }
  Waiter waiter;
  waiters_.push_back(&waiter);
  waiting_.fetch_add(1, std::memory_order_relaxed);
  while (!waiter.granted) {
    const absl::Status stop = token.Check();
    if (!stop.ok()) {
      waiters_.remove(&waiter);
      waiting_.fetch_sub(1, std::memory_order_relaxed);
      return stop;
    }
    waiter.granted_cv.WaitFor(mutex_, kLook);
  }
  return absl::OkStatus();
}

absl::Status TurnQueue::AwaitNumberLocked(const CancellationToken& token, uint32_t number) {
  if (number < next_number_) {
    return absl::AbortedError(
        absl::StrCat(number, " was used before; the next one is ", next_number_));
  }
  if (number > next_number_) {
    if (early_ >= kMaxEarly) {
      return absl::AbortedError(absl::StrCat(number, " is too early: the next one is ",
                                             next_number_, ", and ", early_, " later ones wait"));
    }
    ++early_;
    absl::Status stop;
    while (number > next_number_ && stop.ok()) {
      number_cv_.WaitFor(mutex_, kLook);
      stop = token.Check();
    }
    --early_;
    if (!stop.ok()) return stop;
    if (number < next_number_) return absl::AbortedError(absl::StrCat(number, " came twice"));
  }
  // The number is taken now, before the turn comes: the next one may line up behind this one.
  ++next_number_;
  number_cv_.SignalAll();
  return absl::OkStatus();
}

bool TurnQueue::TryAcquire(absl::optional<uint32_t> number) {
  MutexLock lock(mutex_);
  if (held_ || !waiters_.empty()) return false;
  if (number.has_value()) {
    if (*number != next_number_) return false;
    ++next_number_;
    number_cv_.SignalAll();
  }
  held_ = true;
  return true;
}

void TurnQueue::Release() {
  MutexLock lock(mutex_);
  ReleaseLocked();
}

void TurnQueue::ReleaseLocked() {
  if (waiters_.empty()) {
    held_ = false;
    return;
  }
  Waiter* next = waiters_.front();
  waiters_.pop_front();
  waiting_.fetch_sub(1, std::memory_order_relaxed);
  next->granted = true;
  next->granted_cv.Signal();
}

void TurnQueue::PassOn() {
  MutexLock lock(mutex_);
  if (waiters_.empty()) return;
  Waiter self;
  waiters_.push_back(&self);
  waiting_.fetch_add(1, std::memory_order_relaxed);
  ReleaseLocked();
  while (!self.granted) self.granted_cv.Wait(mutex_);
}

}  // namespace fluxgate::session
