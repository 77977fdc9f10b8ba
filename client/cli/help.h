#ifndef FLUXGATE_CLIENT_CLI_HELP_H_
#define FLUXGATE_CLIENT_CLI_HELP_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cpp/client.h"

namespace fluxgate::client {

// What is known about a name: what it holds in the workspace, the server's page on it, and what the
// API says of a layer, a rule, a service or a message. NOT_FOUND suggests the nearest name. Empty:
// all that the server has a page on.
absl::StatusOr<std::string> Help(Client& client, const std::string& name);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_HELP_H_
