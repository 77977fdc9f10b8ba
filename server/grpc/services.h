#ifndef FLUXGATE_SERVER_GRPC_SERVICES_H_
#define FLUXGATE_SERVER_GRPC_SERVICES_H_

#include <grpcpp/impl/service_type.h>

#include <memory>

#include "server/grpc/server_state.h"

// The services, ready to be registered. `state` must outlive them.
namespace fluxgate::rpc {

std::unique_ptr<grpc::Service> MakeSessionsService(ServerState& state);
std::unique_ptr<grpc::Service> MakeWorkspaceService(ServerState& state);
std::unique_ptr<grpc::Service> MakeModelsService(ServerState& state);
std::unique_ptr<grpc::Service> MakeDatasetsService(ServerState& state);
std::unique_ptr<grpc::Service> MakeJobsService(ServerState& state);
std::unique_ptr<grpc::Service> MakeServerService(ServerState& state);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_SERVICES_H_
