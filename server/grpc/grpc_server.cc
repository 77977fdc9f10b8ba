#include "server/grpc/grpc_server.h"

#include <grpcpp/ext/health_check_service_server_builder_option.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/mutex.h"
#include "engine/base/status_macros.h"
#include "server/grpc/api_descriptors.h"
#include "server/grpc/metrics_page.h"
#include "server/grpc/reflection_index.h"
#include "server/grpc/reflection_service.h"
#include "server/grpc/services.h"
#include "server/grpc/unreadable_requests.h"
#include "server/session/engine_hosts.h"
#include "server/wire/limits.h"

namespace fluxgate::rpc {
namespace {

TenantOptions WithDevices(TenantOptions options) {
  options.sessions.devices = session::EngineDevices();
  return options;
}

std::shared_ptr<grpc::ServerCredentials> CredentialsOf(const GrpcServerOptions& options) {
  if (options.tls_certificate.empty()) return grpc::InsecureServerCredentials();
  grpc::SslServerCredentialsOptions tls;
  tls.pem_key_cert_pairs.push_back({options.tls_key, options.tls_certificate});
  return grpc::SslServerCredentials(tls);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcServer>> GrpcServer::Start(GrpcServerOptions options,
                                                              const Clock& clock) {
  std::unique_ptr<GrpcServer> server(new GrpcServer(std::move(options), clock));
  // Whatever the engine lacks shows now, not in the first call.
  FG_RETURN_IF_ERROR(server->tenants_.All().back()->sessions.Find("").status());
  FG_RETURN_IF_ERROR(server->Listen());
  return server;
}

GrpcServer::GrpcServer(GrpcServerOptions options, const Clock& clock)
    : options_(std::move(options)),
      clock_(clock),
      log_(options_.log),
      memory_(std::make_shared<MemoryBudget>(options_.sessions.server_memory_bytes)),
      pool_(options_.pool),
      tenants_(WithDevices(options_),
               {pool_, session::EngineHosts(options_.plan_cache_bytes, &pool_.crew()), memory_,
                clock_, clock_.Now(), shutting_down_, log_},
               options_.tokens) {}

GrpcServer::~GrpcServer() {
  if (server_ != nullptr) Shutdown(std::chrono::milliseconds(0), std::chrono::milliseconds(0));
}

std::string GrpcServer::MetricsPage() { return rpc::MetricsPage(tenants_.All(), *memory_); }

void GrpcServer::ExpireIdle() {
  for (ServerState* tenant : tenants_.All()) {
    tenant->sessions.ExpireIdle();
    tenant->uploads.Expire();
  }
}

absl::Status GrpcServer::Listen() {
  FG_ASSIGN_OR_RETURN(reflection_, ReflectionIndex::Create(ApiDescriptors()));
  services_ = MakeReflectionServices(*reflection_);
  services_.push_back(MakeSessionsService(tenants_));
  services_.push_back(MakeWorkspaceService(tenants_));
  services_.push_back(MakeModelsService(tenants_));
  services_.push_back(MakeDatasetsService(tenants_));
  services_.push_back(MakeJobsService(tenants_));
  services_.push_back(MakeServerService(tenants_));

  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  builder.SetMaxReceiveMessageSize(options_.max_request_bytes);
  if (options_.transport_bytes > 0) {
    builder.SetResourceQuota(grpc::ResourceQuota("messages").Resize(options_.transport_bytes));
  }
  builder.SetMaxSendMessageSize(2 * wire::kMaxResponseBytes);
  // Two servers on one port would share the calls between them.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(ExplainUnreadableRequests());
  builder.experimental().SetInterceptorCreators(std::move(interceptors));
  int port = 0;
  builder.AddListeningPort(options_.listen, CredentialsOf(options_), &port);
  for (const auto& service : services_) builder.RegisterService(service.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options_.listen));
  }
  // A probe may ask for one service.
  for (const std::string& service : reflection_->services()) {
    server_->GetHealthCheckService()->SetServingStatus(service, true);
  }
  serving_.store(true);
  const size_t colon = options_.listen.rfind(':');
  address_ = absl::StartsWith(options_.listen, "unix:")
                 ? options_.listen
                 : absl::StrCat(options_.listen.substr(0, colon), ":", port);
  return absl::OkStatus();
}

void GrpcServer::Shutdown(std::chrono::milliseconds grace, std::chrono::milliseconds limit) {
  if (server_ == nullptr) return;
  serving_.store(false);
  server_->GetHealthCheckService()->SetServingStatus(false);
  std::this_thread::sleep_for(grace);
  shutting_down_.store(true);
  for (ServerState* tenant : tenants_.All()) {
    for (const auto& job : tenant->jobs.ListAll()) {
      // One that has ended already needs no stopping.
      job->Cancel("the server shuts down", clock_.Now()).IgnoreError();
    }
  }
  // New calls are refused with UNAVAILABLE from here on, while those under way come to their end.
  Mutex mutex;
  CondVar drained_cv;
  bool drained = false;
  std::thread drain([&] {
    pool_.Drain();
    MutexLock lock(mutex);
    drained = true;
    drained_cv.Signal();
  });
  {
    MutexLock lock(mutex);
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!drained && std::chrono::steady_clock::now() < end) {
      drained_cv.WaitFor(mutex,
                         std::max<std::chrono::nanoseconds>(end - std::chrono::steady_clock::now(),
                                                            std::chrono::milliseconds(1)));
    }
  }
  server_->Shutdown(std::chrono::system_clock::now());
  drain.join();
  server_ = nullptr;
}

}  // namespace fluxgate::rpc
