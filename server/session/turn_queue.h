#ifndef FLUXGATE_SERVER_SESSION_TURN_QUEUE_H_
#define FLUXGATE_SERVER_SESSION_TURN_QUEUE_H_

#include <atomic>
#include <cstdint>
#include <list>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "engine/base/cancellation.h"
#include "engine/base/mutex.h"

namespace fluxgate::session {

// The right to change a session: one holder at a time, first come, first served.
//
// Numbered calls come in the order of their numbers, whatever the order of their arrival: a client
// may send 1, 2, 3 without waiting, and 2 waits until 1 has been served. Thread-safe.
class TurnQueue {
 public:
  // Waits until it is the caller's turn. CANCELLED or DEADLINE_EXCEEDED when `token` fires first.
  // ABORTED for a number that was used before, or too far ahead of what has come.
  absl::Status Acquire(const CancellationToken& token, absl::optional<uint32_t> number = {});
  // True, and the caller has the turn, when nobody else has it or waits and its number, if it has
  // one, is the next.
  bool TryAcquire(absl::optional<uint32_t> number = {});
  void Release();
  // Goes to the end of the queue and waits there. REQUIRES: the caller has the turn; it has it
  // again afterwards.
  void PassOn();

  // Whether somebody waits; a hint that costs one load.
  bool someone_waits() const { return waiting_.load(std::memory_order_relaxed) > 0; }

 private:
  // Calls that may wait for the numbers before theirs; each occupies a worker.
  static constexpr int kMaxEarly = 8;
  struct Waiter {
    CondVar granted_cv;
    bool granted = false;
  };

  absl::Status AwaitNumberLocked(const CancellationToken& token, uint32_t number)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReleaseLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  Mutex mutex_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  std::list<Waiter*> waiters_ ABSL_GUARDED_BY(mutex_);
  uint32_t next_number_ ABSL_GUARDED_BY(mutex_) = 1;
  int early_ ABSL_GUARDED_BY(mutex_) = 0;
  CondVar number_cv_;
  std::atomic<int> waiting_{0};
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_TURN_QUEUE_H_
