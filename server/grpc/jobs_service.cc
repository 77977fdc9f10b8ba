#include "proto/fluxgate/v1/jobs.grpc.pb.h"
#include "server/grpc/job_streams.h"
#include "server/grpc/jobs_handlers.h"
#include "server/grpc/services.h"
#include "server/grpc/tenants.h"
#include "server/grpc/unary_call.h"
#include "server/grpc/watch_reactor.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Jobs: where it runs, and which handler does it.
class JobsService final : public v1::Jobs::CallbackService {
 public:
  explicit JobsService(Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* GetJob(grpc::CallbackServerContext* context,
                                   const v1::GetJobRequest* request,
                                   v1::GetJobResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Jobs/GetJob", Where::kHere, request, response,
                    &JobsHandlers::GetJob);
  }
  grpc::ServerUnaryReactor* ListJobs(grpc::CallbackServerContext* context,
                                     const v1::ListJobsRequest* request,
                                     v1::ListJobsResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Jobs/ListJobs", Where::kHere, request, response,
                    &JobsHandlers::ListJobs);
  }
  grpc::ServerUnaryReactor* CancelJob(grpc::CallbackServerContext* context,
                                      const v1::CancelJobRequest* request,
                                      v1::CancelJobResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Jobs/CancelJob", Where::kHere, request,
                    response, &JobsHandlers::CancelJob);
  }
  grpc::ServerWriteReactor<v1::WatchJobResponse>* WatchJob(
      grpc::CallbackServerContext* context, const v1::WatchJobRequest* request) override {
    return WatchReactor<v1::WatchJobRequest, v1::WatchJobResponse>::Run(
        tenants_, context, "fluxgate.v1.Jobs/WatchJob", Where::kHere, request, JobEvents(),
        &JobsHandlers::WatchJob);
  }

 private:
  Tenants& tenants_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeJobsService(Tenants& tenants) {
  return std::make_unique<JobsService>(tenants);
}

}  // namespace fluxgate::rpc
