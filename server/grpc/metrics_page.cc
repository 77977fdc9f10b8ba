#include "server/grpc/metrics_page.h"

#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <map>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "server/metrics/exposition.h"

namespace fluxgate::rpc {
namespace {

using metrics::CallStatistics;
using metrics::Exposition;
using metrics::Labels;

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

// "OK", "NotFound": as gRPC's own libraries label codes.
std::string CodeLabel(absl::StatusCode code) {
  std::string label;
  bool upper = true;
  if (code == absl::StatusCode::kOk) return "OK";
  for (const char c : absl::StatusCodeToString(code)) {
    if (c == '_') {
      upper = true;
      continue;
    }
    label.push_back(upper ? c : absl::ascii_tolower(static_cast<unsigned char>(c)));
    upper = false;
  }
  return label;
}

const char* StateLabel(jobs::JobState state) {
  switch (state) {
    case jobs::JobState::kQueued:
      return "queued";
    case jobs::JobState::kRunning:
      return "running";
    case jobs::JobState::kCancelling:
      return "cancelling";
    case jobs::JobState::kSucceeded:
      return "succeeded";
    case jobs::JobState::kFailed:
      return "failed";
    case jobs::JobState::kCancelled:
      return "cancelled";
  }
  return "";
}

Labels MethodLabels(const CallStatistics::Method& method) {
  const size_t slash = method.name.find('/');
  return {{"grpc_service", method.name.substr(0, slash)},
          {"grpc_method", slash == std::string::npos ? "" : method.name.substr(slash + 1)}};
}

void WriteCalls(const std::vector<CallStatistics::Method>& methods, Exposition& page) {
  page.Family("grpc_server_handled_total", "counter", "Calls that have ended, by status code.");
  for (const auto& method : methods) {
    for (const auto& [code, count] : method.codes) {
      Labels labels = MethodLabels(method);
      labels.emplace_back("grpc_code", CodeLabel(code));
      page.Sample(labels, static_cast<double>(count));
    }
  }
  page.Family("grpc_server_handling_seconds", "histogram",
              "How long calls took, without the jobs that they began.");
  for (const auto& method : methods) {
    page.Histogram(MethodLabels(method), CallStatistics::kBounds, method.durations,
                   Seconds(method.duration));
  }
  page.Family("fluxgate_calls_in_flight", "gauge", "Calls that are under way.");
  for (const auto& method : methods) {
    page.Sample(MethodLabels(method), static_cast<double>(method.in_flight));
  }
  page.Family("fluxgate_call_seconds_total", "counter",
              "Where the time of calls and of the jobs that they began went.");
  for (const auto& method : methods) {
    const std::pair<const char*, std::chrono::nanoseconds> parts[] = {
        {"queue", method.total.queue},
        {"compile", method.total.compile},
        {"copy_in", method.total.copy_in},
        {"compute", method.total.compute},
        {"copy_out", method.total.copy_out}};
    for (const auto& [part, time] : parts) {
      Labels labels = MethodLabels(method);
      labels.emplace_back("part", part);
      page.Sample(labels, Seconds(time));
    }
  }
}

void Write(Exposition& page, absl::string_view name, absl::string_view type, absl::string_view help,
           double value) {
  page.Family(name, type, help);
  page.Sample({}, value);
}

int64_t ResidentBytes() {
  int64_t pages = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> pages >> resident;
  return resident * sysconf(_SC_PAGESIZE);
}

}  // namespace

std::string MetricsPage(const std::vector<ServerState*>& tenants, const MemoryBudget& memory) {
  std::map<std::string, CallStatistics::Method> methods;
  std::map<const char*, int> jobs;
  size_t sessions = 0;
  for (ServerState* tenant : tenants) {
    for (const auto& method : tenant->environment.statistics.Methods()) {
      methods[method.name] += method;
    }
    for (const auto& job : tenant->jobs.ListAll()) ++jobs[StateLabel(job->state())];
    sessions += tenant->sessions.size();
  }
  const ServerState& state = *tenants.front();
  Exposition page;
  std::vector<CallStatistics::Method> by_name;
  for (auto& [name, method] : methods) by_name.push_back(std::move(method));
  WriteCalls(by_name, page);

  page.Family("fluxgate_jobs", "gauge", "Jobs that are remembered, by state.");
  for (const auto& [name, count] : jobs) page.Sample({{"state", name}}, count);

  const jobs::WorkerPool::Load load = state.environment.pool.load();
  Write(page, "fluxgate_workers", "gauge", "Calls and jobs that may compute at a time.",
        state.environment.pool.options().workers);
  Write(page, "fluxgate_pool_running", "gauge", "Calls and jobs on a thread.", load.running);
  Write(page, "fluxgate_pool_queued", "gauge", "Calls and jobs that wait for a thread.",
        static_cast<double>(load.queued));
  Write(page, "fluxgate_sessions", "gauge", "Sessions.", static_cast<double>(sessions));
  Write(page, "fluxgate_memory_used_bytes", "gauge", "Memory that sessions hold.",
        static_cast<double>(memory.used()));
  Write(page, "fluxgate_memory_peak_bytes", "gauge", "The most that they held.",
        static_cast<double>(memory.peak()));
  Write(page, "fluxgate_memory_limit_bytes", "gauge", "What they may hold.",
        static_cast<double>(state.sessions.options().server_memory_bytes));
  Write(page, "process_resident_memory_bytes", "gauge", "Memory of the process.",
        static_cast<double>(ResidentBytes()));
  Write(page, "process_start_time_seconds", "gauge", "When the server started, since 1970.",
        Seconds(state.started.time_since_epoch()));
  return page.text();
}

}  // namespace fluxgate::rpc
