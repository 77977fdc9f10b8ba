#include "proto/fluxgate/v1/workspace.grpc.pb.h"
#include "server/grpc/server_state.h"
#include "server/grpc/services.h"
#include "server/grpc/unary_call.h"
#include "server/grpc/workspace_handlers.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Workspace: where it runs, and which handler does it.
class WorkspaceService final : public v1::Workspace::CallbackService {
 public:
  explicit WorkspaceService(ServerState& state) : state_(state), handlers_(state) {}

  grpc::ServerUnaryReactor* Evaluate(grpc::CallbackServerContext*,
                                     const v1::EvaluateRequest* request,
                                     v1::EvaluateResponse* response) override {
    // A job is only put into the queue here: it need not wait for a worker to get there.
    return UnaryCall<v1::EvaluateRequest, v1::EvaluateResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/Evaluate",
        request->detach() ? Where::kHere : Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.Evaluate(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* Call(grpc::CallbackServerContext*, const v1::CallRequest* request,
                                 v1::CallResponse* response) override {
    return UnaryCall<v1::CallRequest, v1::CallResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/Call", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.Call(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* Gradient(grpc::CallbackServerContext*,
                                     const v1::GradientRequest* request,
                                     v1::GradientResponse* response) override {
    return UnaryCall<v1::GradientRequest, v1::GradientResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/Gradient", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.Gradient(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* ListNames(grpc::CallbackServerContext*,
                                      const v1::ListNamesRequest* request,
                                      v1::ListNamesResponse* response) override {
    return UnaryCall<v1::ListNamesRequest, v1::ListNamesResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/ListNames", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.ListNames(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* GetValue(grpc::CallbackServerContext*,
                                     const v1::GetValueRequest* request,
                                     v1::GetValueResponse* response) override {
    return UnaryCall<v1::GetValueRequest, v1::GetValueResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/GetValue", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.GetValue(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* SetValue(grpc::CallbackServerContext*,
                                     const v1::SetValueRequest* request,
                                     v1::SetValueResponse* response) override {
    return UnaryCall<v1::SetValueRequest, v1::SetValueResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/SetValue", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.SetValue(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext*, const v1::CheckRequest* request,
                                  v1::CheckResponse* response) override {
    return UnaryCall<v1::CheckRequest, v1::CheckResponse>::Run(
        state_.environment, "fluxgate.v1.Workspace/Check", Where::kWorker, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.Check(r, out, context);
        });
  }

 private:
  ServerState& state_;
  WorkspaceHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeWorkspaceService(ServerState& state) {
  return std::make_unique<WorkspaceService>(state);
}

}  // namespace fluxgate::rpc
