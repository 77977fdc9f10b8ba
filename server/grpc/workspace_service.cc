#include "proto/fluxgate/v1/workspace.grpc.pb.h"
#include "server/grpc/services.h"
#include "server/grpc/tenants.h"
#include "server/grpc/unary_call.h"
#include "server/grpc/workspace_handlers.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Workspace: where it runs, and which handler does it.
class WorkspaceService final : public v1::Workspace::CallbackService {
 public:
  explicit WorkspaceService(Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* Evaluate(grpc::CallbackServerContext* context,
                                     const v1::EvaluateRequest* request,
                                     v1::EvaluateResponse* response) override {
    // A job is only put into the queue here: it need not wait for a worker to get there.
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/Evaluate",
                    request->detach() ? Where::kHere : Where::kWorker, request, response,
                    &WorkspaceHandlers::Evaluate);
  }
  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext* context,
                                 const v1::CallRequest* request,
                                 v1::CallResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/Call", Where::kWorker, request,
                    response, &WorkspaceHandlers::Call);
  }
  grpc::ServerUnaryReactor* Gradient(grpc::CallbackServerContext* context,
                                     const v1::GradientRequest* request,
                                     v1::GradientResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/Gradient", Where::kWorker, request,
                    response, &WorkspaceHandlers::Gradient);
  }
  grpc::ServerUnaryReactor* ListNames(grpc::CallbackServerContext* context,
                                      const v1::ListNamesRequest* request,
                                      v1::ListNamesResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/ListNames", Where::kWorker, request,
                    response, &WorkspaceHandlers::ListNames);
  }
  grpc::ServerUnaryReactor* GetValue(grpc::CallbackServerContext* context,
                                     const v1::GetValueRequest* request,
                                     v1::GetValueResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/GetValue", Where::kWorker, request,
                    response, &WorkspaceHandlers::GetValue);
  }
  grpc::ServerUnaryReactor* SetValue(grpc::CallbackServerContext* context,
                                     const v1::SetValueRequest* request,
                                     v1::SetValueResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/SetValue", Where::kWorker, request,
                    response, &WorkspaceHandlers::SetValue);
  }
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const v1::CheckRequest* request,
                                  v1::CheckResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Workspace/Check", Where::kWorker, request,
                    response, &WorkspaceHandlers::Check);
  }

 private:
  Tenants& tenants_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWorkspaceService(Tenants& tenants) {
  return std::make_unique<WorkspaceService>(tenants);
}

}  // namespace fluxgate::rpc
