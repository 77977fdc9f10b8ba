#ifndef FLUXGATE_SERVER_GRPC_UNREADABLE_REQUESTS_H_
#define FLUXGATE_SERVER_GRPC_UNREADABLE_REQUESTS_H_

#include <grpcpp/support/server_interceptor.h>

#include <memory>

namespace fluxgate::rpc {

// gRPC answers a request that it cannot parse, as one whose text is not UTF-8, with UNIMPLEMENTED
// and no word. This makes it INVALID_ARGUMENT and says why.
std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> ExplainUnreadableRequests();

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_UNREADABLE_REQUESTS_H_
