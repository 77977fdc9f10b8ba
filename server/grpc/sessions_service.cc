#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "server/grpc/server_state.h"
#include "server/grpc/services.h"
#include "server/grpc/sessions_handlers.h"
#include "server/grpc/unary_call.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Sessions: where it runs, and which handler does it.
class SessionsService final : public v1::Sessions::CallbackService {
 public:
  explicit SessionsService(ServerState& state) : state_(state), handlers_(state) {}

  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext*,
                                          const v1::CreateSessionRequest* request,
                                          v1::CreateSessionResponse* response) override {
    return UnaryCall<v1::CreateSessionRequest, v1::CreateSessionResponse>::Run(
        state_.environment, "fluxgate.v1.Sessions/CreateSession", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.CreateSession(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext*,
                                       const v1::GetSessionRequest* request,
                                       v1::GetSessionResponse* response) override {
    return UnaryCall<v1::GetSessionRequest, v1::GetSessionResponse>::Run(
        state_.environment, "fluxgate.v1.Sessions/GetSession", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.GetSession(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext*,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override {
    return UnaryCall<v1::ListSessionsRequest, v1::ListSessionsResponse>::Run(
        state_.environment, "fluxgate.v1.Sessions/ListSessions", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.ListSessions(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* DeleteSession(grpc::CallbackServerContext*,
                                          const v1::DeleteSessionRequest* request,
                                          v1::DeleteSessionResponse* response) override {
    return UnaryCall<v1::DeleteSessionRequest, v1::DeleteSessionResponse>::Run(
        state_.environment, "fluxgate.v1.Sessions/DeleteSession", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.DeleteSession(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* KeepAlive(grpc::CallbackServerContext*,
                                      const v1::KeepAliveRequest* request,
                                      v1::KeepAliveResponse* response) override {
    return UnaryCall<v1::KeepAliveRequest, v1::KeepAliveResponse>::Run(
        state_.environment, "fluxgate.v1.Sessions/KeepAlive", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.KeepAlive(r, out, context);
        });
  }
  grpc::ServerUnaryReactor* GetUpload(grpc::CallbackServerContext*,
                                      const v1::GetUploadRequest* request,
                                      v1::GetUploadResponse* response) override {
    return UnaryCall<v1::GetUploadRequest, v1::GetUploadResponse>::Run(
        state_.environment, "fluxgate.v1.Sessions/GetUpload", Where::kHere, request, response,
        [this](const auto& r, auto* out, auto& context) {
          return handlers_.GetUpload(r, out, context);
        });
  }

 private:
  ServerState& state_;
  SessionsHandlers handlers_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSessionsService(ServerState& state) {
  return std::make_unique<SessionsService>(state);
}

}  // namespace fluxgate::rpc
