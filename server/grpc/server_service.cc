#include "proto/fluxgate/v1/server.grpc.pb.h"
#include "server/grpc/server_handlers.h"
#include "server/grpc/services.h"
#include "server/grpc/tenants.h"
#include "server/grpc/unary_call.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Server: where it runs, and which handler does it.
class ServerService final : public v1::Server::CallbackService {
 public:
  explicit ServerService(Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* GetServerInfo(grpc::CallbackServerContext* context,
                                          const v1::GetServerInfoRequest* request,
                                          v1::GetServerInfoResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Server/GetServerInfo", Where::kHere, request,
                    response, &ServerHandlers::GetServerInfo);
  }
  grpc::ServerUnaryReactor* GetStatistics(grpc::CallbackServerContext* context,
                                          const v1::GetStatisticsRequest* request,
                                          v1::GetStatisticsResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Server/GetStatistics", Where::kHere, request,
                    response, &ServerHandlers::GetStatistics);
  }
  grpc::ServerUnaryReactor* Help(grpc::CallbackServerContext*, const v1::HelpRequest* request,
                                 v1::HelpResponse* response) override {
    return UnaryCall<v1::HelpRequest, v1::HelpResponse>::Run(
        state_.environment, "fluxgate.v1.Server/Help", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.Help(r, out, context);
        });
  }

 private:
  Tenants& tenants_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeServerService(Tenants& tenants) {
  return std::make_unique<ServerService>(tenants);
}

}  // namespace fluxgate::rpc
