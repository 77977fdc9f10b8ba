#ifndef FLUXGATE_SERVER_GRPC_SERVICES_H_
#define FLUXGATE_SERVER_GRPC_SERVICES_H_

#include <grpcpp/impl/service_type.h>

#include <memory>

#include "server/grpc/tenants.h"

// The services, ready to be registered. `tenants` must outlive them.
namespace fluxgate::rpc {

std::unique_ptr<grpc::Service> MakeSessionsService(Tenants& tenants);
std::unique_ptr<grpc::Service> MakeWorkspaceService(Tenants& tenants);
std::unique_ptr<grpc::Service> MakeModelsService(Tenants& tenants);
std::unique_ptr<grpc::Service> MakeDatasetsService(Tenants& tenants);
std::unique_ptr<grpc::Service> MakeJobsService(Tenants& tenants);
std::unique_ptr<grpc::Service> MakeServerService(Tenants& tenants);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_SERVICES_H_
