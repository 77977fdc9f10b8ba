#include "server/grpc/server_handlers.h"

#include <chrono>

#include "server/wire/catalogue.h"
#include "server/wire/help.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/text.h"

namespace fluxgate::rpc {
namespace {

constexpr char kVersion[] = "0.1.0";

double Seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

void FillLimits(const ServerState& state, v1::Limits* limits) {
  limits->set_request_bytes(wire::ToCount(state.environment.max_request_bytes));
  limits->set_response_bytes(wire::kMaxResponseBytes);
  limits->set_chunk_bytes(wire::kMaxChunkBytes);
  limits->set_source_bytes(wire::kMaxSourceBytes);
  limits->set_rows_elements(wire::kMaxRowsElements);
  limits->set_dims(wire::MaxRank());
  limits->set_shown_elements(wire::kShownElements);
  limits->set_name_characters(wire::kMaxNameBytes);
  const session::SessionRegistry::Options& sessions = state.sessions.options();
  limits->set_sessions(wire::ToCount(static_cast<int64_t>(sessions.max_sessions)));
  limits->set_active_jobs_per_session(
      wire::ToCount(static_cast<int64_t>(state.jobs.options().max_unfinished_per_session)));
  limits->set_session_memory_bytes(static_cast<uint64_t>(sessions.session_memory_bytes));
  limits->set_server_memory_bytes(static_cast<uint64_t>(sessions.server_memory_bytes));
  const jobs::WorkerPool::Options& pool = state.environment.pool.options();
  limits->set_running(wire::ToCount(pool.max_running));
  limits->set_running_per_session(wire::ToCount(pool.max_running_per_key));
  limits->set_queued(wire::ToCount(static_cast<int64_t>(pool.max_queued)));
  limits->set_workers(wire::ToCount(pool.workers));
  *limits->mutable_default_timeout() = wire::ToProto(wire::kDefaultTimeout);
  *limits->mutable_longest_timeout() = wire::ToProto(wire::kLongestTimeout);
  *limits->mutable_session_time_to_live() = wire::ToProto(sessions.time_to_live);
  const UploadTable::Options& uploads = state.uploads.options();
  *limits->mutable_upload_time_to_live() = wire::ToProto(uploads.time_to_live);
  limits->set_uploads(wire::ToCount(static_cast<int64_t>(uploads.max_uploads)));
  limits->set_upload_bytes(static_cast<uint64_t>(uploads.max_bytes));
}

}  // namespace

absl::Status ServerHandlers::GetServerInfo(const v1::GetServerInfoRequest&,
                                           v1::GetServerInfoResponse* response,
                                           session::CallContext&) {
  response->set_version(kVersion);
  response->set_storage("memory only");
  *response->mutable_start_time() = wire::ToProto(state_.started);
  FillLimits(state_, response->mutable_limits());
  return wire::FillCatalogue(response);
}

absl::Status ServerHandlers::GetStatistics(const v1::GetStatisticsRequest&,
                                           v1::GetStatisticsResponse* response,
                                           session::CallContext&) {
  *response->mutable_uptime() = wire::ToProto(state_.clock.Now() - state_.started);
  for (const auto& method : state_.environment.statistics.Methods()) {
    v1::MethodStatistics* message = response->add_methods();
    message->set_method(method.name);
    message->set_calls(method.calls);
    message->set_errors(method.errors);
    message->set_in_flight(wire::ToCount(static_cast<int64_t>(method.in_flight)));
    message->set_queue_seconds(Seconds(method.total.queue));
    message->set_compile_seconds(Seconds(method.total.compile));
    message->set_copy_in_seconds(Seconds(method.total.copy_in));
    message->set_compute_seconds(Seconds(method.total.compute));
    message->set_copy_out_seconds(Seconds(method.total.copy_out));
    message->set_longest_seconds(Seconds(method.longest));
  }
  response->set_sessions(wire::ToCount(static_cast<int64_t>(state_.sessions.size())));
  uint32_t queued = 0, running = 0;
  for (const auto& job : state_.jobs.ListAll()) {
    const jobs::JobState job_state = job->state();
    if (job_state == jobs::JobState::kQueued) ++queued;
    if (job_state == jobs::JobState::kRunning || job_state == jobs::JobState::kCancelling) {
      ++running;
    }
  }
  response->set_queued_jobs(queued);
  response->set_running_jobs(running);
  response->set_memory_used_bytes(static_cast<uint64_t>(state_.sessions.budget()->used()));
  response->set_memory_peak_bytes(static_cast<uint64_t>(state_.sessions.budget()->peak()));
  return absl::OkStatus();
}

absl::Status ServerHandlers::Help(const v1::HelpRequest& request, v1::HelpResponse* response,
                                  session::CallContext&) {
  return wire::FillHelp(request.name(), response);
}

}  // namespace fluxgate::rpc
