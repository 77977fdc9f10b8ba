#include "server/options.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/reflection.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "engine/base/status_macros.h"
#include "server/machine.h"
#include "server/token_file.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:50051",
          "Where to listen: HOST:PORT, or unix:PATH. Port 0 picks a free one.");
ABSL_FLAG(bool, insecure, false, "Listen beyond this machine without TLS.");
ABSL_FLAG(std::string, tls_cert, "", "PEM file with the server's certificate chain.");
ABSL_FLAG(std::string, tls_key, "", "PEM file with the certificate's private key.");
ABSL_FLAG(std::string, token_file, "",
          "File of hashed bearer tokens, a line each: NAME sha256 SALT HASH. Calls then need one, "
          "and each NAME has sessions and jobs of its own. SIGHUP reads it again.");
ABSL_FLAG(std::string, hash_token, "",
          "NAME: read a token from standard input, print its line for --token_file, and exit.");
ABSL_FLAG(int, workers, 0, "Threads that compute at a time; 0: one for each core.");
ABSL_FLAG(
    int, max_running, 64,
    "Calls under way at a time, beside up to 192 jobs that train or run a script; more wait in the "
    "queue.");
ABSL_FLAG(int, max_queued, 4096, "Calls and jobs that may wait; more are RESOURCE_EXHAUSTED.");
ABSL_FLAG(
    int64_t, memory_limit, 0,
    "Bytes that all sessions may hold; 0: 60 % of the memory that is free at the start, within "
    "the control group's limit.");
ABSL_FLAG(int64_t, session_memory_limit, 0,
          "Bytes that one session may hold unless it asks for less; 0: half of what all may hold.");
ABSL_FLAG(int, max_sessions, 1000, "Sessions at a time, of each tenant.");
ABSL_FLAG(absl::Duration, session_ttl, absl::Hours(24),
          "How long a session lives without use, unless it asks otherwise.");
ABSL_FLAG(absl::Duration, grace, absl::ZeroDuration(),
          "After SIGTERM: how long to go on as NOT_SERVING before new work is refused.");
ABSL_FLAG(absl::Duration, drain, absl::Seconds(10),
          "After that: how long calls under way may take before they are cancelled.");
ABSL_FLAG(std::string, http_listen, "",
          "Where to answer HTTP: HOST:PORT, with /metrics for Prometheus and /healthz. Empty: "
          "nowhere.");
ABSL_FLAG(std::string, data_dir, "", "Not available: this server keeps sessions in memory only.");
ABSL_FLAG(std::string, log_level, "info", "trace, debug, info, warn, error or off.");
ABSL_FLAG(std::string, log_format, "text", "text, or json: an object a line.");
ABSL_FLAG(bool, log_calls, false, "Log every call, not only those that fail or take long.");
ABSL_FLAG(absl::Duration, log_slow, absl::Seconds(10),
          "How long a call or job takes that is logged for it.");
ABSL_FLAG(bool, check_config, false,
          "Check the flags, print them as a file for --flagfile, and exit.");

namespace fluxgate {
namespace {

bool IsLoopback(const std::string& address) {
  return absl::StartsWith(address, "127.") || absl::StartsWith(address, "localhost:") ||
         absl::StartsWith(address, "[::1]:") || absl::StartsWith(address, "unix:");
}

absl::StatusOr<std::string> ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

// Of the memory that is free, sessions get 60 %. Messages, the allocator's slack and the program
// itself have a further fifth, and a fifth stays free.
void FitToMemory(int64_t available, ServerOptions& options) {
  options.process_memory_bytes = available / 10 * 8;
  options.grpc.sessions.server_memory_bytes = available / 10 * 6;
  rpc::GrpcServerOptions& grpc = options.grpc;
  // Parsing makes much of a message that is many small parts.
  grpc.max_request_bytes =
      static_cast<int>(std::clamp<int64_t>(available / 32, 8 << 20, grpc.max_request_bytes));
  grpc.transport_bytes = static_cast<size_t>(std::max<int64_t>(available / 16, 32 << 20));
  grpc.plan_cache_bytes = std::min(grpc.plan_cache_bytes, available / 16);
  grpc.request_cache_bytes =
      std::min(grpc.request_cache_bytes, static_cast<size_t>(available / 32));
}

}  // namespace

absl::StatusOr<ServerOptions> OptionsFromFlags() {
  if (!absl::GetFlag(FLAGS_data_dir).empty()) {
    return absl::UnimplementedError(
        "--data_dir: this server keeps sessions in memory only; it would write nothing there");
  }
  ServerOptions result;
  result.http_listen = absl::GetFlag(FLAGS_http_listen);
  FG_ASSIGN_OR_RETURN(result.grpc.log.format, LogFormat());
  result.grpc.log.all = absl::GetFlag(FLAGS_log_calls);
  result.grpc.log.slow = absl::ToChronoNanoseconds(absl::GetFlag(FLAGS_log_slow));
  result.grace = absl::ToChronoMilliseconds(absl::GetFlag(FLAGS_grace));
  result.drain = absl::ToChronoMilliseconds(absl::GetFlag(FLAGS_drain));
  rpc::GrpcServerOptions& options = result.grpc;
  options.listen = absl::GetFlag(FLAGS_listen);
  const std::string certificate = absl::GetFlag(FLAGS_tls_cert), key = absl::GetFlag(FLAGS_tls_key);
  if (certificate.empty() != key.empty()) {
    return absl::InvalidArgumentError("--tls_cert and --tls_key belong together");
  }
  if (!certificate.empty()) {
    FG_ASSIGN_OR_RETURN(options.tls_certificate, ReadFile(certificate));
    FG_ASSIGN_OR_RETURN(options.tls_key, ReadFile(key));
  } else if (!IsLoopback(options.listen) && !absl::GetFlag(FLAGS_insecure)) {
    return absl::InvalidArgumentError(
        absl::StrCat(options.listen,
                     " can be reached from other machines: give --tls_cert and --tls_key, or "
                     "--insecure"));
  }
  result.token_file = absl::GetFlag(FLAGS_token_file);
  if (!result.token_file.empty()) {
    FG_ASSIGN_OR_RETURN(options.tokens, ReadTokenFile(result.token_file));
  }
  if (!result.http_listen.empty() && !IsLoopback(result.http_listen) &&
      !absl::GetFlag(FLAGS_insecure)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--http_listen=", result.http_listen,
                     " can be reached from other machines, without TLS: give --insecure"));
  }
  const int workers = absl::GetFlag(FLAGS_workers);
  const int running = absl::GetFlag(FLAGS_max_running);
  const int queued = absl::GetFlag(FLAGS_max_queued);
  const int sessions = absl::GetFlag(FLAGS_max_sessions);
  const int64_t memory = absl::GetFlag(FLAGS_memory_limit);
  const int64_t session_memory = absl::GetFlag(FLAGS_session_memory_limit);
  const absl::Duration ttl = absl::GetFlag(FLAGS_session_ttl);
  if (workers < 0 || running < 1 || queued < 1 || sessions < 1 || memory < 0 ||
      session_memory < 0 || ttl < absl::Seconds(1)) {
    return absl::InvalidArgumentError("a flag is out of its range; see --help");
  }
  options.pool.workers = workers == 0 ? AvailableCores() : workers;
  options.pool.max_running = std::max(running, options.pool.workers);
  options.pool.max_queued = static_cast<size_t>(queued);
  options.sessions.max_sessions = static_cast<size_t>(sessions);
  options.sessions.time_to_live = absl::ToChronoNanoseconds(ttl);
  FitToMemory(AvailableMemoryBytes(), result);
  if (memory != 0) options.sessions.server_memory_bytes = memory;
  options.sessions.session_memory_bytes =
      session_memory == 0 ? options.sessions.server_memory_bytes / 2
                          : std::min(session_memory, options.sessions.server_memory_bytes);
  return result;
}

std::string TenantToHashFor() { return absl::GetFlag(FLAGS_hash_token); }

bool OnlyCheck() { return absl::GetFlag(FLAGS_check_config); }

std::string LogLevel() { return absl::GetFlag(FLAGS_log_level); }

absl::StatusOr<log::Format> LogFormat() {
  return log::ParseFormat(absl::GetFlag(FLAGS_log_format));
}

std::string FlagFile() {
  std::vector<std::string> lines;
  for (const auto& [name, flag] : absl::GetAllFlags()) {
    if (!IsServerFlag(flag->Filename()) || name == "check_config" || name == "hash_token") {
      continue;
    };
    lines.push_back(absl::StrCat("--", name, "=", flag->CurrentValue(), "\n"));
  }
  std::sort(lines.begin(), lines.end());
  return absl::StrJoin(lines, "");
}

bool IsServerFlag(absl::string_view file) { return absl::EndsWith(file, "server/options.cc"); }

}  // namespace fluxgate
