#ifndef FLUXGATE_SERVER_GRPC_EVALUATE_JOB_H_
#define FLUXGATE_SERVER_GRPC_EVALUATE_JOB_H_

#include <string>

#include "absl/status/statusor.h"
#include "proto/fluxgate/v1/workspace.pb.h"
#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// Starts a job that runs the text; its id.
absl::StatusOr<std::string> StartEvaluateJob(ServerState& state, const v1::EvaluateRequest& request,
                                             const session::CallContext& context);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_EVALUATE_JOB_H_
