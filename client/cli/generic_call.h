#ifndef FLUXGATE_CLIENT_CLI_GENERIC_CALL_H_
#define FLUXGATE_CLIENT_CLI_GENERIC_CALL_H_

#include <google/protobuf/descriptor.h>

#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "client/cli/json_messages.h"
#include "client/cpp/client.h"

namespace fluxgate::client {

// Calls any method, unary or streaming: sends the requests, hands over the answers as they come.
absl::Status CallMethod(
    Client& client, const google::protobuf::MethodDescriptor& method,
    const std::vector<MessagePtr>& requests,
    const std::function<absl::Status(const google::protobuf::Message& response)>& on_response);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_GENERIC_CALL_H_
