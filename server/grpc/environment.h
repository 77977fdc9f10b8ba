#ifndef FLUXGATE_SERVER_GRPC_ENVIRONMENT_H_
#define FLUXGATE_SERVER_GRPC_ENVIRONMENT_H_

#include "engine/base/memory_budget.h"
#include "server/jobs/request_cache.h"
#include "server/jobs/worker_pool.h"
#include "server/metrics/call_statistics.h"

namespace fluxgate::rpc {

// What every reactor needs of the server. Outlives all calls.
struct Environment {
  jobs::WorkerPool& pool;
  jobs::RequestCache& requests;
  metrics::CallStatistics& statistics;
  const int max_request_bytes;
  MemoryBudget& memory;  // all sessions'
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_ENVIRONMENT_H_
