// fork, sessions, info.

#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"

namespace fluxgate::client {

absl::Status RunFork(Client& client, const std::vector<std::string>& arguments) {
  v1::ForkSessionRequest request;
  request.set_name(arguments[0]);
  auto response = client.Call(&v1::Sessions::Stub::ForkSession, request);
  if (!response.ok()) return response.status();
  absl::PrintF("%s: %d names\n", response->session().name(), response->session().names());
  return absl::OkStatus();
}

absl::Status RunSessions(Client& client, const std::vector<std::string>& /*arguments*/) {
  v1::ListSessionsRequest request;
  do {
    auto response = client.Call(&v1::Sessions::Stub::ListSessions, request);
    if (!response.ok()) return response.status();
    for (const v1::Session& session : response->sessions()) {
      absl::PrintF("%-16s %-6s %4d names %3d jobs %12.3f MiB\n", session.name(), session.device(),
                   session.names(), session.active_jobs(),
                   static_cast<double>(session.memory_used_bytes()) / (1 << 20));
    }
    request.set_page_token(response->next_page_token());
  } while (!request.page_token().empty());
  return absl::OkStatus();
}

absl::Status RunInfo(Client& client, const std::vector<std::string>& /*arguments*/) {
  auto info = client.Call(&v1::Server::Stub::GetServerInfo, v1::GetServerInfoRequest());
  if (!info.ok()) return info.status();
  absl::PrintF("Fluxgate %s at %s, storage: %s\n", info->version(), client.options().server,
               info->storage());
  for (const v1::Device& device : info->devices()) {
    absl::PrintF("device %s: %s\n", device.name(), device.description());
  }
  absl::PrintF("workers %d, memory of a session %.0f MiB, of the server %.0f MiB\n",
               info->limits().workers(),
               static_cast<double>(info->limits().session_memory_bytes()) / (1 << 20),
               static_cast<double>(info->limits().server_memory_bytes()) / (1 << 20));
  absl::PrintF("layers: %s\n", absl::StrJoin(info->layers(), ", "));
  absl::PrintF("optimisers: %s\n", absl::StrJoin(info->optimisers(), ", "));
  return absl::OkStatus();
}

}  // namespace fluxgate::client
