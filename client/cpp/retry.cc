#include "client/cpp/retry.h"

#include <algorithm>
#include <random>
#include <thread>

#include "client/cpp/errors.h"

namespace fluxgate::client {

bool Backoff::Retry(const absl::Status& status) {
  if (attempts_ >= policy_.max_attempts) return false;
  absl::optional<std::chrono::milliseconds> asked = GetRetryDelay(status);
  const bool retryable =
      absl::IsUnavailable(status) || (absl::IsResourceExhausted(status) && asked.has_value());
  if (!retryable) return false;
  ++attempts_;
  thread_local std::minstd_rand random(std::random_device{}());
  const double jitter = std::uniform_real_distribution<double>(0.5, 1.0)(random);
  auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(delay_ * jitter);
  if (asked.has_value()) wait = std::max(wait, std::min(*asked, policy_.longest_delay));
  delay_ = std::min(delay_ * 2, policy_.longest_delay);
  if (policy_.sleep) {
    policy_.sleep(wait);
  } else {
    std::this_thread::sleep_for(wait);
  }
  return true;
}

void Backoff::Reset() {
  attempts_ = 1;
  delay_ = policy_.first_delay;
}

}  // namespace fluxgate::client
