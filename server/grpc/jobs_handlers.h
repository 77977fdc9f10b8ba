#ifndef FLUXGATE_SERVER_GRPC_JOBS_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_JOBS_HANDLERS_H_

#include "absl/status/statusor.h"
#include "proto/fluxgate/v1/jobs.pb.h"
#include "server/grpc/handlers.h"
#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// What the calls of Jobs do.
class JobsHandlers {
 public:
  explicit JobsHandlers(ServerState& state) : state_(state) {}

  absl::Status GetJob(const v1::GetJobRequest& request, v1::GetJobResponse* response,
                      session::CallContext& context);
  absl::Status ListJobs(const v1::ListJobsRequest& request, v1::ListJobsResponse* response,
                        session::CallContext& context);
  absl::StatusOr<WatchedJob> WatchJob(const v1::WatchJobRequest& request,
                                      session::CallContext& context);
  absl::Status CancelJob(const v1::CancelJobRequest& request, v1::CancelJobResponse* response,
                         session::CallContext& context);

 private:
  void Describe(const jobs::Job& job, v1::Job* message);
  ServerState& state_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_JOBS_HANDLERS_H_
