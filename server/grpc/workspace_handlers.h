#ifndef FLUXGATE_SERVER_GRPC_WORKSPACE_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_WORKSPACE_HANDLERS_H_

#include "absl/status/status.h"
#include "proto/fluxgate/v1/workspace.pb.h"
#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// What the calls of Workspace do.
class WorkspaceHandlers {
 public:
  explicit WorkspaceHandlers(ServerState& state) : state_(state) {}

  absl::Status Evaluate(const v1::EvaluateRequest& request, v1::EvaluateResponse* response,
                        session::CallContext& context);
  absl::Status Call(const v1::CallRequest& request, v1::CallResponse* response,
                    session::CallContext& context);
  absl::Status Gradient(const v1::GradientRequest& request, v1::GradientResponse* response,
                        session::CallContext& context);
  absl::Status ListNames(const v1::ListNamesRequest& request, v1::ListNamesResponse* response,
                         session::CallContext& context);
  absl::Status GetValue(const v1::GetValueRequest& request, v1::GetValueResponse* response,
                        session::CallContext& context);
  absl::Status SetValue(const v1::SetValueRequest& request, v1::SetValueResponse* response,
                        session::CallContext& context);
  absl::Status Check(const v1::CheckRequest& request, v1::CheckResponse* response,
                     session::CallContext& context);

 private:
  ServerState& state_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_WORKSPACE_HANDLERS_H_
