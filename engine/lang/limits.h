#ifndef FLUXGATE_ENGINE_LANG_LIMITS_H_
#define FLUXGATE_ENGINE_LANG_LIMITS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "engine/lang/host.h"

namespace fluxgate::lang {

// Limits of one evaluation; past one it stops with RESOURCE_EXHAUSTED (time: DEADLINE_EXCEEDED, by
// the host's token).
struct Limits {
  int64_t max_steps = 200'000'000;  // calls and loop iterations
  int max_call_depth = 50'000;      // the thread's stack usually ends before
  int64_t max_elements = 1 << 28;   // of one value made
};

// Counts what an evaluation uses against its limits.
class Meter {
 public:
  explicit Meter(Host& host) : host_(&host) {}

  // Starts an evaluation on this thread: learns where its stack ends.
  void Start(const Limits& limits);

  // A call or an iteration. Asks the host whether to go on every so many of them.
  absl::Status Step(int weight = 1) {
    steps_ += weight;
    if ((countdown_ -= weight) > 0) return absl::OkStatus();
    return Pause();
  }
  absl::Status CheckElements(int64_t elements, int64_t bytes_each) const;

  // Whether the stack has room for one more level of evaluation.
  bool HasStack() const {
    const char here = 0;
    return reinterpret_cast<uintptr_t>(&here) > stack_limit_;
  }
  absl::Status StackOverflow() const;

  bool EnterCall() { return ++depth_ <= limits_.max_call_depth; }
  void LeaveCall() { --depth_; }

  const Limits& limits() const { return limits_; }

 private:
  absl::Status Pause();

  Host* host_;
  Limits limits_;
  int64_t steps_ = 0;
  int countdown_ = 0;
  int depth_ = 0;
  uintptr_t stack_limit_ = 0;
  int64_t memory_at_start_ = 0;  // bytes that the session held
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_LIMITS_H_
