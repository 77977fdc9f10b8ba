// health: what a container's engine or a script asks before it trusts a server.

#include <chrono>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cpp/errors.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace fluxgate::client {

absl::Status RunHealth(Client& client, const std::vector<std::string>& arguments) {
  using grpc::health::v1::HealthCheckResponse;
  grpc::health::v1::HealthCheckRequest request;
  if (!arguments.empty()) request.set_service(arguments[0]);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + client.options().connect_timeout);
  HealthCheckResponse response;
  const grpc::Status status =
      grpc::health::v1::Health::NewStub(client.channel())->Check(&context, request, &response);
  if (status.error_code() == grpc::StatusCode::NOT_FOUND) {
    return absl::NotFoundError(
        absl::StrCat("no service \"", request.service(), "\" at ", client.options().server));
  }
  if (!status.ok()) return ToStatus(status);
  const std::string& state = HealthCheckResponse::ServingStatus_Name(response.status());
  absl::PrintF("%s\n", state);
  if (response.status() == HealthCheckResponse::SERVING) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(client.options().server, " says ", state));
}

}  // namespace fluxgate::client
