#ifndef FLUXGATE_CLIENT_CPP_BEARER_CHANNEL_H_
#define FLUXGATE_CLIENT_CPP_BEARER_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

namespace fluxgate::client {

// A channel whose every call carries the bearer token, unless that is empty. gRPC's own call
// credentials would want TLS, which a server on this machine or behind a proxy need not speak.
std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& token);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CPP_BEARER_CHANNEL_H_
