#ifndef FLUXGATE_CLIENT_CPP_RETRY_H_
#define FLUXGATE_CLIENT_CPP_RETRY_H_

#include <chrono>
#include <functional>

#include "absl/status/status.h"
#include "absl/types/optional.h"

namespace fluxgate::client {

// When and how often a call is tried again. Only what the server has not done is repeated:
// UNAVAILABLE always (changes carry a request_id, so a repeat is safe), RESOURCE_EXHAUSTED when the
// server says after how long.
struct RetryPolicy {
  int max_attempts = 5;
  std::chrono::milliseconds first_delay{100};
  std::chrono::milliseconds longest_delay{5000};
  // Waits; tests put their own here.
  std::function<void(std::chrono::milliseconds)> sleep;
};

// The attempts of one call. Delays double, with jitter, so that many clients do not come back at
// once.
class Backoff {
 public:
  explicit Backoff(const RetryPolicy& policy) : policy_(policy), delay_(policy.first_delay) {}

  // Waits and returns true when the call should be made again after this status.
  bool Retry(const absl::Status& status);
  // After progress (an event came), the count of attempts begins anew.
  void Reset();

 private:
  const RetryPolicy& policy_;
  int attempts_ = 1;
  std::chrono::milliseconds delay_;
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CPP_RETRY_H_
