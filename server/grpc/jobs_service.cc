#include "proto/fluxgate/v1/jobs.grpc.pb.h"
#include "server/grpc/job_streams.h"
#include "server/grpc/jobs_handlers.h"
#include "server/grpc/server_state.h"
#include "server/grpc/services.h"
#include "server/grpc/unary_call.h"
#include "server/grpc/watch_reactor.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Jobs: where it runs, and which handler does it.
class JobsService final : public v1::Jobs::CallbackService {
 public:
  explicit JobsService(ServerState& state) : state_(state), handlers_(state) {}

  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext*, const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override {
    return UnaryCall<v1::GetJobRequest, v1::GetJobResponse>::Run(
        state_.environment, "fluxgate.v1.Jobs/GetJob", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.GetJob(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext*,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override {
    return UnaryCall<v1::ListJobsRequest, v1::ListJobsResponse>::Run(
        state_.environment, "fluxgate.v1.Jobs/ListJobs", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.ListJobs(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext*,
                                      const v1::CancelJobRequest* request,
                                      v1::CancelJobResponse* response) override {
    return UnaryCall<v1::CancelJobRequest, v1::CancelJobResponse>::Run(
        state_.environment, "fluxgate.v1.Jobs/CancelJob", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.CancelJob(r, out, context);
        });
  }
  grpc::ServerWriteReactor<v1::WatchJobResponse>* WatchJob(
      grpc::CallbackServerContext*, const v1::WatchJobRequest* request) override {
    return WatchReactor<v1::WatchJobRequest, v1::WatchJobResponse>::Run(
        state_.environment, "fluxgate.v1.Jobs/WatchJob", Where::kHere, request, JobEvents(),
        [this](const auto& r, auto& context) { return handlers_.WatchJob(r, context); });
  }

 private:
  ServerState& state_;
  JobsHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeJobsService(ServerState& state) {
  return std::make_unique<JobsService>(state);
}

}  // namespace fluxgate::rpc
