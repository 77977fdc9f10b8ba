#ifndef FLUXGATE_SERVER_GRPC_JOB_TIMES_H_
#define FLUXGATE_SERVER_GRPC_JOB_TIMES_H_

#include <chrono>
#include <string>
#include <utility>

#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// Where the time of a job goes, from its place in the queue to its end; booked for the method that
// began it.
class JobTimes {
 public:
  JobTimes(ServerState& state, std::string method) : state_(state), method_(std::move(method)) {}

  // When the work begins: what it starts with.
  metrics::CallTimes Begin() const {
    metrics::CallTimes times;
    times.queue = Clock::now() - queued_;
    return times;
  }
  void End(metrics::CallTimes times) {
    times.BookRest(Clock::now() - queued_);
    state_.environment.statistics.Add(method_, times);
  }

 private:
  using Clock = std::chrono::steady_clock;
  ServerState& state_;
  const std::string method_;
  const Clock::time_point queued_ = Clock::now();
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_JOB_TIMES_H_
