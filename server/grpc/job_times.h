#ifndef FLUXGATE_SERVER_GRPC_JOB_TIMES_H_
#define FLUXGATE_SERVER_GRPC_JOB_TIMES_H_

#include <chrono>
#include <string>
#include <utility>

#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// Where the time of a job goes, from its place in the queue to its end; booked for the method that
// began it, and told to the log.
class JobTimes {
 public:
  // `request_id`: of the call that began it.
  JobTimes(ServerState& state, std::string method, std::string request_id)
      : state_(state), method_(std::move(method)), request_id_(std::move(request_id)) {}

  // When the work begins: what it starts with.
  metrics::CallTimes Begin() const {
    metrics::CallTimes times;
    times.queue = Clock::now() - queued_;
    return times;
  }
  void End(metrics::CallTimes times, const jobs::Job& job, const absl::Status& status) {
    times.BookRest(Clock::now() - queued_);
    const Environment& environment = state_.environment;
    environment.statistics.Add(method_, times);
    if (!environment.log.Wants(status.code(), times)) return;
    log::CallRecord record{method_, job.id(), environment.tenant, job.session(), request_id_};
    record.code = status.code();
    record.times = times;
    environment.log.Write(record);
  }

 private:
  using Clock = std::chrono::steady_clock;
  ServerState& state_;
  const std::string method_, request_id_;
  const Clock::time_point queued_ = Clock::now();
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_JOB_TIMES_H_
