// fluxgate-server: flags in, one line "listening on ADDRESS" out, and a clean end on SIGTERM.

#include <pthread.h>
#include <signal.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>
#include <thread>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/flags/usage_config.h"
#include "engine/base/clock.h"
#include "engine/base/status_macros.h"
#include "server/grpc/grpc_server.h"
#include "server/log/log_format.h"
#include "server/memory_watch.h"
#include "server/metrics/http_server.h"
#include "server/options.h"
#include "server/token_file.h"

namespace fluxgate {
namespace {

using metrics::HttpServer;

HttpServer::Pages PagesOf(rpc::GrpcServer& server) {
  return {{"/metrics",
           [&server] {
             return HttpServer::Page{200, "text/plain; version=0.0.4; charset=utf-8",
                                     server.MetricsPage()};
           }},
          {"/healthz", [&server] {
             return server.serving()
                        ? HttpServer::Page{200, "text/plain; charset=utf-8", "SERVING\n"}
                        : HttpServer::Page{503, "text/plain; charset=utf-8", "NOT_SERVING\n"};
           }}};
}

// A file that is wrong changes nothing.
void ReadTokensAgain(const std::string& path, rpc::GrpcServer& server) {
  absl::StatusOr<rpc::TokenTable> tokens = ReadTokenFile(path);
  if (!tokens.ok()) {
    spdlog::error("the tokens stay as they were: {}", std::string(tokens.status().message()));
    return;
  }
  spdlog::info("{} read again: {} tenants", path, tokens->Tenants().size());
  server.SetTokens(*std::move(tokens));
}

// Waits for SIGTERM or SIGINT, which all threads block, as they do SIGHUP when there are tokens.
void AwaitSignal(sigset_t signals, const std::string& token_file, rpc::GrpcServer& server) {
  const timespec second{1, 0};
  if (!token_file.empty()) sigaddset(&signals, SIGHUP);
  while (true) {
    const int signal_number = sigtimedwait(&signals, nullptr, &second);
    if (signal_number == SIGHUP) {
      ReadTokensAgain(token_file, server);
    } else if (signal_number >= 0) {
      return;
    }
    server.ExpireIdle();
  }
}

absl::Status Serve(const ServerOptions& options, const sigset_t& signals) {
  const SystemClock clock;
  FG_ASSIGN_OR_RETURN(const auto server, rpc::GrpcServer::Start(options.grpc, clock));
  const MemoryWatch memory_watch(server->memory(), {.process_bytes = options.process_memory_bytes});
  std::unique_ptr<HttpServer> http;
  if (!options.http_listen.empty()) {
    FG_ASSIGN_OR_RETURN(http, HttpServer::Start(options.http_listen, PagesOf(*server)));
    spdlog::info("HTTP on {}: /metrics, /healthz", http->address());
  }
  spdlog::info("{} workers, {} bytes of memory for sessions, which are kept in memory only",
               options.grpc.pool.workers, options.grpc.sessions.server_memory_bytes);
  if (options.grpc.tokens.has_value()) {
    spdlog::info("calls need a token; {} tenants", options.grpc.tokens->Tenants().size());
  }
  std::printf("listening on %s\n", server->address().c_str());
  std::fflush(stdout);

  AwaitSignal(signals, options.token_file, *server);
  spdlog::info("shutting down");
  // Only a second signal is left to wait for, on a thread that ends with the process.
  std::thread([signals] {
    int signal_number = 0;
    sigwait(&signals, &signal_number);
    spdlog::warn("stopping at once");
    std::_Exit(1);
  }).detach();
  server->Shutdown(options.grace, options.drain);
  spdlog::info("stopped");
  return absl::OkStatus();
}

// Prints the token file's line for the token on standard input.
int HashToken(const std::string& tenant) {
  std::string token;
  std::getline(std::cin, token);
  const absl::StatusOr<std::string> line = rpc::HashedTokenLine(tenant, token);
  if (!line.ok()) {
    spdlog::error("--hash_token: {}", std::string(line.status().message()));
    return 2;
  }
  std::puts(line->c_str());
  return 0;
}

// 2 for wrong flags, 1 for what the system refuses.
int Main() {
  if (const std::string tenant = TenantToHashFor(); !tenant.empty()) return HashToken(tenant);

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  signal(SIGPIPE, SIG_IGN);

  const absl::StatusOr<ServerOptions> options = OptionsFromFlags();
  if (!options.ok()) {
    spdlog::error("{}", std::string(options.status().message()));
    return 2;
  }
  if (OnlyCheck()) {
    std::fputs(FlagFile().c_str(), stdout);
    return 0;
  }
  if (!options->token_file.empty()) {
    sigset_t hang_up;
    sigemptyset(&hang_up);
    sigaddset(&hang_up, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &hang_up, nullptr);
  }
  const absl::Status status = Serve(*options, signals);
  if (status.ok()) return 0;
  spdlog::error("{}", std::string(status.message()));
  return 1;
}

}  // namespace
}  // namespace fluxgate

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Fluxgate's server: Flux over gRPC. Prints \"listening on ADDRESS\" when it is ready.");
  absl::FlagsUsageConfig usage;
  usage.contains_help_flags = [](absl::string_view file) { return fluxgate::IsServerFlag(file); };
  absl::SetFlagsUsageConfig(usage);
  absl::ParseCommandLine(argc, argv);
  const auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_formatter(
      fluxgate::log::MakeFormatter(fluxgate::LogFormat().value_or(fluxgate::log::Format::kText)));
  spdlog::set_default_logger(std::make_shared<spdlog::logger>("", sink));
  spdlog::set_level(spdlog::level::from_str(fluxgate::LogLevel()));
  return fluxgate::Main();
}
