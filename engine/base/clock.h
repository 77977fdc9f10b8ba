#ifndef FLUXGATE_ENGINE_BASE_CLOCK_H_
#define FLUXGATE_ENGINE_BASE_CLOCK_H_

#include <chrono>
#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "engine/base/mutex.h"

namespace fluxgate {

// Time, injected so that tests of expiry and back-off need not wait. Thread-safe.
class Clock {
 public:
  using TimePoint = std::chrono::system_clock::time_point;

  virtual ~Clock() = default;
  // The date, for what people read and for expiry. May jump.
  virtual TimePoint Now() const = 0;
  // Never goes back: for durations. Its zero has no meaning.
  virtual std::chrono::nanoseconds Monotonic() const = 0;
};

class SystemClock : public Clock {
 public:
  TimePoint Now() const override { return std::chrono::system_clock::now(); }
  std::chrono::nanoseconds Monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

// Stands still until it is told to advance.
class FakeClock : public Clock {
 public:
  explicit FakeClock(TimePoint now = TimePoint(std::chrono::hours(24 * 365 * 50))) : start_(now) {}

  TimePoint Now() const override {
    return start_ + std::chrono::duration_cast<TimePoint::duration>(Monotonic());
  }
  std::chrono::nanoseconds Monotonic() const override {
    MutexLock lock(mutex_);
    return elapsed_;
  }
  void Advance(std::chrono::nanoseconds by) {
    MutexLock lock(mutex_);
    elapsed_ += by;
  }

 private:
  const TimePoint start_;
  mutable Mutex mutex_;
  std::chrono::nanoseconds elapsed_ ABSL_GUARDED_BY(mutex_){0};
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_CLOCK_H_
