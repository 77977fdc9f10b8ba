#ifndef FLUXGATE_SERVER_GRPC_METRICS_PAGE_H_
#define FLUXGATE_SERVER_GRPC_METRICS_PAGE_H_

#include <string>
#include <vector>

#include "server/grpc/server_state.h"

namespace fluxgate::rpc {

// What GetStatistics says, in Prometheus' text format. Calls go under the names that dashboards for
// gRPC servers know: grpc_server_handled_total, grpc_server_handling_seconds.
// `tenants` are counted together; `memory` is what all of them hold.
std::string MetricsPage(const std::vector<ServerState*>& tenants, const MemoryBudget& memory);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_METRICS_PAGE_H_
