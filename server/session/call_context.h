#ifndef FLUXGATE_SERVER_SESSION_CALL_CONTEXT_H_
#define FLUXGATE_SERVER_SESSION_CALL_CONTEXT_H_

#include <string>

#include "engine/base/cancellation.h"
#include "server/jobs/worker_pool.h"
#include "server/metrics/call_statistics.h"

namespace fluxgate::session {

// What a call carries through the server: when to stop, the right to compute, and where its time
// went. Lives as long as the call's work.
struct CallContext {
  CancellationToken token;
  jobs::Permit* permit = nullptr;  // Null on a thread that is not a worker's.
  metrics::CallTimes times;
  std::string request_id = {};  // by which the log knows the call
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_CALL_CONTEXT_H_
