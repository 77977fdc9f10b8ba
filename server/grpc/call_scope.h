#ifndef FLUXGATE_SERVER_GRPC_CALL_SCOPE_H_
#define FLUXGATE_SERVER_GRPC_CALL_SCOPE_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/cancellation.h"
#include "engine/base/status_macros.h"
#include "server/grpc/request_id.h"
#include "server/grpc/tenants.h"
#include "server/session/call_context.h"
#include "server/wire/error_codec.h"

namespace fluxgate::rpc {

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

// The part of a call that every reactor shares: who calls, its request id, statistics from its
// first moment to its last, its line in the log, and the token that a client's cancel, its deadline
// or its death fires.
class CallScope {
 public:
  CallScope(Tenants& tenants, grpc::CallbackServerContext& context, std::string method)
      : context_(context), admission_(tenants.Admit(context)), method_(std::move(method)) {
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

  // Takes down which session a request is for, and its id: the first request of a stream counts.
  // One without an id has that of the metadata x-request-id, or else a new one.
  template <typename Request>
  void Note(const Request& request) {
    if (!request_id_.empty()) return;
    if constexpr (requires { request.session(); }) session_ = SessionOf(request);
    if constexpr (requires { request.request_id(); }) request_id_ = request.request_id();
    if (request_id_.empty()) request_id_ = MakeRequestId(context_);
  }

  // Counts a large message, instead of the one before it, against the server's memory until the
  // call is finished: RESOURCE_EXHAUSTED when it has no room.
  template <typename Request>
  absl::Status Hold(const Request& request) {
    const auto bytes = static_cast<int64_t>(request.ByteSizeLong());
    LetGo();
    bytes_in_ += bytes;
    if (bytes < kLargeRequest) return absl::OkStatus();
    FG_RETURN_IF_ERROR(environment().memory.Charge(bytes));
    held_bytes_ = bytes;
    return absl::OkStatus();
  }

  // Runs `work` and books the time since the call came: what `work` did not book itself counts as
  // compute.
  template <typename Work>
  auto Measure(jobs::Permit* permit, Work work) {
    session::CallContext context{source_.token(), permit, {}, request_id_};
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

  // Whether the call will have a line in the log, for what is counted for that alone.
  bool IsLogged(const absl::Status& status) {
    return environment().log.Wants(status.code(), times_);
  }
  // Bytes of a message that goes to the client.
  void Sent(size_t bytes) { bytes_out_ += static_cast<int64_t>(bytes); }

  // Must be called exactly once: what the reactor is to finish with.
  grpc::Status Finished(const absl::Status& status) {
    LetGo();
    if (request_id_.empty()) request_id_ = MakeRequestId(context_);
    SendRequestId(request_id_, context_);
    environment().statistics.Finished(method_, status, times_);
    if (IsLogged(status)) {
      environment().log.Write({method_, "", environment().tenant, session_, request_id_,
                               PeerKind(context_), status.code(), times_, bytes_in_, bytes_out_});
    }
    return wire::ToGrpcStatus(status, request_id_);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int64_t kLargeRequest = 64 << 10;
  void LetGo() { environment().memory.Release(std::exchange(held_bytes_, 0)); }

  grpc::CallbackServerContext& context_;
  const Tenants::Admission admission_;
  const std::string method_;
  Clock::time_point arrived_ = Clock::now();
  CancellationSource source_;
  metrics::CallTimes times_;
  int64_t held_bytes_ = 0;
  int64_t bytes_in_ = 0, bytes_out_ = 0;
  std::string session_, request_id_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_CALL_SCOPE_H_
