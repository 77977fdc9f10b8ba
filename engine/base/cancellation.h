#ifndef FLUXGATE_ENGINE_BASE_CANCELLATION_H_
#define FLUXGATE_ENGINE_BASE_CANCELLATION_H_

#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <memory>

#include "absl/status/status.h"

namespace fluxgate {

// Tells running work to stop. Copies share one state; any thread may ask or cancel.
//
//   CancellationSource source;               // kept by whoever may cancel
//   Run(work, source.token());               // work calls token.Check() between its steps
//   source.Cancel(absl::StatusCode::kCancelled);
class CancellationToken {
 public:
  // A token that never fires.
  CancellationToken() = default;

  bool cancelled() const { return !Check().ok(); }

  // OK, or CANCELLED or DEADLINE_EXCEEDED once the work must stop.
  absl::Status Check() const {
    for (const State* state = state_.get(); state != nullptr; state = state->parent.get()) {
      const int code = state->code.load(std::memory_order_relaxed);
      if (code != 0) {
        return absl::Status(static_cast<absl::StatusCode>(code),
                            code == static_cast<int>(absl::StatusCode::kDeadlineExceeded)
                                ? "the deadline passed"
                                : "cancelled");
      }
      const int64_t deadline = state->deadline_ns.load(std::memory_order_relaxed);
      if (deadline != kNoDeadline && NowNs() >= deadline) {
        return absl::DeadlineExceededError("the deadline passed");
      }
    }
    return absl::OkStatus();
  }

 private:
  friend class CancellationSource;
  static constexpr int64_t kNoDeadline = std::numeric_limits<int64_t>::max();
  struct State {
    std::atomic<int> code{0};
    std::atomic<int64_t> deadline_ns{kNoDeadline};
    std::shared_ptr<const State> parent;
  };
  static int64_t NowNs() {
    return std::chrono::steady_clock::now().time_since_epoch() / std::chrono::nanoseconds(1);
  }
  std::shared_ptr<State> state_;
};

class CancellationSource {
 public:
  CancellationSource() { token_.state_ = std::make_shared<CancellationToken::State>(); }
  // Its token fires when `parent` does, too: a part of cancellable work with a limit of its own.
  explicit CancellationSource(const CancellationToken& parent) : CancellationSource() {
    token_.state_->parent = parent.state_;
  }

  const CancellationToken& token() const { return token_; }

  // The first call decides the code; later ones do nothing.
  void Cancel(absl::StatusCode code = absl::StatusCode::kCancelled) {
    int expected = 0;
    token_.state_->code.compare_exchange_strong(expected, static_cast<int>(code));
  }
  void SetTimeout(std::chrono::nanoseconds timeout) {
    token_.state_->deadline_ns.store(CancellationToken::NowNs() + timeout.count());
  }

 private:
  CancellationToken token_;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_CANCELLATION_H_
