#ifndef FLUXGATE_ENGINE_BASE_PACER_H_
#define FLUXGATE_ENGINE_BASE_PACER_H_

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace fluxgate {

// Says when work at step boundaries is due: about every 200 µs, found by counting steps so that
// most of them do not read the clock.
class Pacer {
 public:
  bool Due() {
    if (--countdown_ > 0) return false;
    const auto now = std::chrono::steady_clock::now();
    const auto elapsed = now - last_;
    last_ = now;
    if (elapsed < std::chrono::microseconds(100)) {
      interval_ = std::min<int64_t>(interval_ * 2, 1 << 16);
    } else if (elapsed > std::chrono::microseconds(300)) {
      interval_ = std::max<int64_t>(interval_ / 4, 1);
    }
    countdown_ = interval_;
    return true;
  }
  // Steps take so long that each is looked at by itself.
  bool slow() const { return interval_ == 1; }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  int64_t interval_ = 1, countdown_ = 1;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_PACER_H_
