#ifndef FLUXGATE_SERVER_GRPC_SESSIONS_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_SESSIONS_HANDLERS_H_

#include "absl/status/status.h"
#include "proto/fluxgate/v1/sessions.pb.h"
#include "server/grpc/server_state.h"
#include "server/grpc/session_export.h"

namespace fluxgate::rpc {

// What the calls of Sessions do.
class SessionsHandlers {
 public:
  explicit SessionsHandlers(ServerState& state) : state_(state) {}

  absl::Status CreateSession(const v1::CreateSessionRequest& request,
                             v1::CreateSessionResponse* response, session::CallContext& context);
  absl::Status GetSession(const v1::GetSessionRequest& request, v1::GetSessionResponse* response,
                          session::CallContext& context);
  absl::Status ListSessions(const v1::ListSessionsRequest& request,
                            v1::ListSessionsResponse* response, session::CallContext& context);
  absl::Status DeleteSession(const v1::DeleteSessionRequest& request,
                             v1::DeleteSessionResponse* response, session::CallContext& context);
  absl::Status ForkSession(const v1::ForkSessionRequest& request, v1::ForkSessionResponse* response,
                           session::CallContext& context);
  absl::StatusOr<ExportSource> ExportSession(const v1::ExportSessionRequest& request,
                                             session::CallContext& context) {
    return OpenExport(state_, request, context);
  }
  absl::Status KeepAlive(const v1::KeepAliveRequest& request, v1::KeepAliveResponse* response,
                         session::CallContext& context);
  absl::Status GetUpload(const v1::GetUploadRequest& request, v1::GetUploadResponse* response,
                         session::CallContext& context);

 private:
  ServerState& state_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_SESSIONS_HANDLERS_H_
