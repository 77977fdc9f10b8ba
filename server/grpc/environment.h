#ifndef FLUXGATE_SERVER_GRPC_ENVIRONMENT_H_
#define FLUXGATE_SERVER_GRPC_ENVIRONMENT_H_

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/memory_budget.h"
#include "server/jobs/request_cache.h"
#include "server/jobs/worker_pool.h"
#include "server/log/call_log.h"
#include "server/metrics/call_statistics.h"

namespace fluxgate::rpc {

// What every reactor needs of the server, for one tenant. Outlives all calls.
struct Environment {
  const std::string tenant;  // Empty: everybody.
  jobs::WorkerPool& pool;    // of all tenants
  jobs::RequestCache& requests;
  metrics::CallStatistics& statistics;
  const int max_request_bytes;
  MemoryBudget& memory;     // all sessions'
  const log::CallLog& log;  // of all tenants

  // Work of one session; tenants' sessions of one name are two.
  absl::Status Submit(const std::string& session, jobs::WorkerPool::Work work) const {
    return pool.Submit(tenant.empty() ? session : absl::StrCat(tenant, "/", session),
                       std::move(work));
  }
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_ENVIRONMENT_H_
