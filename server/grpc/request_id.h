#ifndef FLUXGATE_SERVER_GRPC_REQUEST_ID_H_
#define FLUXGATE_SERVER_GRPC_REQUEST_ID_H_

#include <grpcpp/support/server_callback.h>

#include <string>

// By what a call is found in the log: the request_id of its request, the metadata x-request-id, or
// an id that the server makes. It comes back as trailing metadata, and in the details of an error.
namespace fluxgate::rpc {

inline constexpr char kRequestIdHeader[] = "x-request-id";

// For a call whose request has none: that of its metadata, or a new one.
std::string MakeRequestId(const grpc::CallbackServerContext& context);

// Before the call is finished. What is no visible ASCII character is escaped.
void SendRequestId(const std::string& request_id, grpc::CallbackServerContext& context);

// "ipv4", "ipv6" or "unix".
std::string PeerKind(const grpc::CallbackServerContext& context);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_REQUEST_ID_H_
