#ifndef FLUXGATE_SERVER_GRPC_PARAMETER_STREAMS_H_
#define FLUXGATE_SERVER_GRPC_PARAMETER_STREAMS_H_

#include <memory>

#include "absl/status/statusor.h"
#include "proto/fluxgate/v1/models.pb.h"
#include "server/grpc/handlers.h"
#include "server/grpc/server_state.h"
#include "server/wire/chunk_codec.h"

namespace fluxgate::rpc {

// A snapshot of the parameters, cut into messages.
absl::StatusOr<wire::ChunkEncoder> OpenParameters(ServerState& state,
                                                  const v1::GetParametersRequest& request,
                                                  session::CallContext& context);

// Collects parameters and writes all of them at the end.
std::unique_ptr<ChunkSink<v1::SetParametersRequest, v1::SetParametersResponse>> MakeParameterSink(
    ServerState& state);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_PARAMETER_STREAMS_H_
