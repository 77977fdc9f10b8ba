#ifndef FLUXGATE_SERVER_GRPC_TRAIN_JOB_H_
#define FLUXGATE_SERVER_GRPC_TRAIN_JOB_H_

#include "absl/status/statusor.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "server/grpc/handlers.h"
#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// Checks what a training needs and starts its job; a repeated request_id joins the job that the
// first call started.
absl::StatusOr<WatchedJob> StartTraining(ServerState& state, const v1::TrainRequest& request,
                                         session::CallContext& context);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TRAIN_JOB_H_
