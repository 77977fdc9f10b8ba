#ifndef FLUXGATE_SERVER_GRPC_REFLECTION_SERVICE_H_
#define FLUXGATE_SERVER_GRPC_REFLECTION_SERVICE_H_

#include <grpcpp/impl/service_type.h>

#include <memory>
#include <vector>

#include "server/grpc/reflection_index.h"

namespace fluxgate::rpc {

// The standard reflection services, v1 and v1alpha, over one index. `index` must outlive them.
// gRPC's own plugin serves v1alpha alone and drops the comments.
std::vector<std::unique_ptr<grpc::Service>> MakeReflectionServices(const ReflectionIndex& index);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_REFLECTION_SERVICE_H_
