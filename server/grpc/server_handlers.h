#ifndef FLUXGATE_SERVER_GRPC_SERVER_HANDLERS_H_
#define FLUXGATE_SERVER_GRPC_SERVER_HANDLERS_H_

#include "absl/status/status.h"
#include "proto/fluxgate/v1/server.pb.h"
#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// What the calls of Server do.
class ServerHandlers {
 public:
  explicit ServerHandlers(ServerState& state) : state_(state) {}

  absl::Status GetServerInfo(const v1::GetServerInfoRequest& request,
                             v1::GetServerInfoResponse* response, session::CallContext& context);
  absl::Status GetStatistics(const v1::GetStatisticsRequest& request,
                             v1::GetStatisticsResponse* response, session::CallContext& context);
  absl::Status Help(const v1::HelpRequest& request, v1::HelpResponse* response,
                    session::CallContext& context);

 private:
  ServerState& state_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_SERVER_HANDLERS_H_
