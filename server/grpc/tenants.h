#ifndef FLUXGATE_SERVER_GRPC_TENANTS_H_
#define FLUXGATE_SERVER_GRPC_TENANTS_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/types/optional.h"
#include "engine/base/mutex.h"
#include "server/grpc/server_state.h"
#include "server/grpc/token_table.h"
#include "server/wire/limits.h"

namespace fluxgate::rpc {

// What bounds one tenant.
struct TenantOptions {
  int max_request_bytes = wire::kMaxRequestBytes;  // of one message to the server
  jobs::JobTable::Options jobs;
  session::SessionRegistry::Options sessions;
  UploadTable::Options uploads;
  size_t request_cache_bytes = size_t{64} << 20;  // of answers kept for those who ask again
};

// What all tenants share. Outlives them.
struct SharedRooms {
  jobs::WorkerPool& pool;
  session::HostFactory hosts;
  std::shared_ptr<MemoryBudget> memory;
  const Clock& clock;
  const Clock::TimePoint started;
  std::atomic<bool>& shutting_down;
  const log::CallLog& log;
};

// One tenant's part of the server: sessions, jobs, uploads, request ids and statistics of its own.
// Nothing in it can name what is another's.
class Tenant {
 public:
  // Its sessions are charged to `memory`.
  Tenant(std::string name, const TenantOptions& options, const SharedRooms& shared,
         std::shared_ptr<MemoryBudget> memory);
  Tenant(const Tenant&) = delete;
  Tenant& operator=(const Tenant&) = delete;

  ServerState& state() { return state_; }

 private:
  jobs::RequestCache requests_;
  metrics::CallStatistics statistics_;
  jobs::JobTable jobs_;
  session::SessionRegistry sessions_;
  Environment environment_;
  UploadTable uploads_;
  ServerState state_;
};

// The door: who calls, by the bearer token of the call. Without a token table everybody is one
// tenant. Thread-safe.
class Tenants {
 public:
  // `request_cache_bytes` of the options is shared out among the tenants of the first tokens; later
  // ones get as much as those.
  Tenants(TenantOptions options, SharedRooms shared, absl::optional<TokenTable> tokens);

  struct Admission {
    ServerState* state;   // Of a caller who is not admitted: where its call is counted.
    absl::Status status;  // UNAUTHENTICATED: the call may do nothing.
  };
  Admission Admit(const grpc::CallbackServerContext& context);

  // Takes other tokens, which hold from the next call on. The sessions of a tenant that has none
  // any more are deleted. One caller at a time. REQUIRES: the server began with tokens.
  void SetTokens(TokenTable tokens);

  // Of every tenant, also of those who are not admitted.
  std::vector<ServerState*> All();

 private:
  Admission AdmitBearer(absl::string_view token);

  TenantOptions options_;
  const SharedRooms shared_;
  const bool wants_tokens_;
  const std::string key_;  // Of known_: random.
  Tenant everybody_;       // With tokens: nobody.
  Mutex mutex_;
  std::shared_ptr<const TokenTable> tokens_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::unique_ptr<Tenant>> tenants_ ABSL_GUARDED_BY(mutex_);
  // Tokens that were found right, by their keyed hash: one hash a call instead of one a line.
  absl::flat_hash_map<std::string, Tenant*> known_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TENANTS_H_
