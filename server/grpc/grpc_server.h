#ifndef FLUXGATE_SERVER_GRPC_GRPC_SERVER_H_
#define FLUXGATE_SERVER_GRPC_GRPC_SERVER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "server/grpc/tenants.h"
#include "server/grpc/token_table.h"
#include "server/jobs/worker_pool.h"

namespace grpc {
class Channel;
class Server;
class Service;
}  // namespace grpc

namespace fluxgate::rpc {

class ReflectionIndex;

struct GrpcServerOptions : TenantOptions {
  std::string listen = "127.0.0.1:50051";  // Port 0 picks a free one.
  // Of messages that have come and are not parsed yet. gRPC slows connections down near it and
  // closes some past it. 0: no limit.
  size_t transport_bytes = 0;
  // PEM texts; empty: without TLS.
  std::string tls_certificate, tls_key;
  // Of those who may call, each with sessions of its own; absent: whoever reaches the server.
  absl::optional<TokenTable> tokens;
  log::CallLog::Options log;
  jobs::WorkerPool::Options pool;
  int64_t plan_cache_bytes = int64_t{256} << 20;
};

// The whole server: the rooms behind the services, the services, health and reflection.
class GrpcServer {
 public:
  static absl::StatusOr<std::unique_ptr<GrpcServer>> Start(GrpcServerOptions options,
                                                           const Clock& clock);
  ~GrpcServer();
  GrpcServer(const GrpcServer&) = delete;
  GrpcServer& operator=(const GrpcServer&) = delete;

  // Where it listens: "127.0.0.1:41234".
  const std::string& address() const { return address_; }
  // False from the moment when it is asked to stop.
  bool serving() const { return serving_.load(); }
  // Of all sessions, and of what else is charged to it.
  const std::shared_ptr<MemoryBudget>& memory() const { return memory_; }
  // What it counts, in Prometheus' text format. Thread-safe.
  std::string MetricsPage();
  // From now on these tokens count. REQUIRES: it was started with tokens.
  void SetTokens(TokenTable tokens) { tenants_.SetTokens(std::move(tokens)); }
  // Forgets what nobody used for long: sessions and broken uploads. Called now and then.
  void ExpireIdle();

  // Says NOT_SERVING, waits `grace` for clients to turn away, refuses new work, stops jobs at their
  // next step, and gives what runs `limit` to end before it is cancelled. Returns when all is over.
  void Shutdown(std::chrono::milliseconds grace, std::chrono::milliseconds limit);

 private:
  GrpcServer(GrpcServerOptions options, const Clock& clock);
  absl::Status Listen();

  const GrpcServerOptions options_;
  const Clock& clock_;
  const log::CallLog log_;
  const std::shared_ptr<MemoryBudget> memory_;
  jobs::WorkerPool pool_;
  std::atomic<bool> shutting_down_{false};
  std::atomic<bool> serving_{false};
  Tenants tenants_;
  std::unique_ptr<ReflectionIndex> reflection_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_GRPC_SERVER_H_
