#ifndef FLUXGATE_SERVER_GRPC_GRPC_SERVER_H_
#define FLUXGATE_SERVER_GRPC_GRPC_SERVER_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/base/clock.h"
#include "server/grpc/server_state.h"
#include "server/jobs/job_table.h"
#include "server/jobs/request_cache.h"
#include "server/jobs/worker_pool.h"
#include "server/metrics/call_statistics.h"
#include "server/session/session_registry.h"
#include "server/wire/limits.h"

namespace grpc {
class Channel;
class Server;
class Service;
}  // namespace grpc

namespace fluxgate::rpc {

class ReflectionIndex;

struct GrpcServerOptions {
  std::string listen = "127.0.0.1:50051";          // Port 0 picks a free one.
  int max_request_bytes = wire::kMaxRequestBytes;  // of one message to the server
  // Of messages that have come and are not parsed yet. gRPC slows connections down near it and
  // closes some past it. 0: no limit.
  size_t transport_bytes = 0;
  // PEM texts; empty: without TLS.
  std::string tls_certificate, tls_key;
  jobs::WorkerPool::Options pool;
  jobs::JobTable::Options jobs;
  session::SessionRegistry::Options sessions;
  UploadTable::Options uploads;
  int64_t plan_cache_bytes = int64_t{256} << 20;
  size_t request_cache_bytes = size_t{64} << 20;  // of answers kept for those who ask again
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
  const std::shared_ptr<MemoryBudget>& memory() const { return sessions_.budget(); }
  // What it counts, in Prometheus' text format. Thread-safe.
  std::string MetricsPage() const;
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
  jobs::WorkerPool pool_;
  jobs::RequestCache requests_;
  metrics::CallStatistics statistics_;
  jobs::JobTable jobs_;
  session::SessionRegistry sessions_;
  Environment environment_;
  UploadTable uploads_;
  std::atomic<bool> shutting_down_{false};
  std::atomic<bool> serving_{false};
  ServerState state_;
  std::unique_ptr<ReflectionIndex> reflection_;
  std::vector<std::unique_ptr<grpc::Service>> services_;
  std::unique_ptr<grpc::Server> server_;
  std::string address_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_GRPC_SERVER_H_
