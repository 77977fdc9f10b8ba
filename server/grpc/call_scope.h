#ifndef FLUXGATE_SERVER_GRPC_CALL_SCOPE_H_
#define FLUXGATE_SERVER_GRPC_CALL_SCOPE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "server/grpc/tenants.h"
#include "server/session/call_context.h"

namespace fluxgate::rpc {

// The part of a call that every reactor shares: who calls, statistics from its first moment to its
// last, and the token that a client's cancel, its deadline or its death fires.
class CallScope {
 public:
  CallScope(Tenants& tenants, grpc::CallbackServerContext& context, std::string method)
      : admission_(tenants.Admit(context)), method_(std::move(method)) {
    environment().statistics.Started(method_);
  }
  CallScope(const CallScope&) = delete;
  CallScope& operator=(const CallScope&) = delete;

  // Whether the caller may do anything. Asked first: what follows is for those who may.
  const absl::Status& admitted() const { return admission_.status; }
  // The caller's part of the server.
  ServerState& state() { return *admission_.state; }
  Environment& environment() { return admission_.state->environment; }
  const std::string& method() const { return method_; }
  CancellationSource& cancellation() { return source_; }
  const CancellationSource& cancellation() const { return source_; }

  // Counts a large message, instead of the one before it, against the server's memory until the
  // call is finished: RESOURCE_EXHAUSTED when it has no room.
  template <typename Request>
  absl::Status Hold(const Request& request) {
    const auto bytes = static_cast<int64_t>(request.ByteSizeLong());
    LetGo();
    if (bytes < kLargeRequest) return absl::OkStatus();
    FG_RETURN_IF_ERROR(environment().memory.Charge(bytes));
    held_bytes_ = bytes;
    return absl::OkStatus();
  }

  // Runs `work` and books the time since the call came: what `work` did not book itself counts as
  // compute.
  template <typename Work>
  auto Measure(jobs::Permit* permit, Work work) {
    session::CallContext context{source_.token(), permit, {}};
    context.times.queue = Clock::now() - arrived_;
    auto result = work(context);
    context.times.BookRest(Clock::now() - arrived_);
    times_ += context.times;
    return result;
  }
  // For what is no part of the work: the messages of a stream before it or after it.
  metrics::CallTimes& times() { return times_; }
  // The call waits for its worker from now on: until now it waited for its client.
  void Arrived() { arrived_ = Clock::now(); }

  // Must be called exactly once, before the reactor's Finish.
  void Finished(const absl::Status& status) {
    LetGo();
    environment().statistics.Finished(method_, status, times_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int64_t kLargeRequest = 64 << 10;
  void LetGo() { environment().memory.Release(std::exchange(held_bytes_, 0)); }

  const Tenants::Admission admission_;
  const std::string method_;
  Clock::time_point arrived_ = Clock::now();
  CancellationSource source_;
  metrics::CallTimes times_;
  int64_t held_bytes_ = 0;
};

// Where a handler runs: kHere for what never waits nor computes (lists, states), kWorker for the
// rest.
enum class Where : uint8_t { kHere, kWorker };

// The key by which a request's work queues: its session.
template <typename Request>
std::string SessionOf(const Request& request) {
  if constexpr (requires { request.session(); }) {
    if (!request.session().empty()) return request.session();
  }
  return "default";
}

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_CALL_SCOPE_H_
