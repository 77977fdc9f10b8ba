#include "server/grpc/jobs_handlers.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/request_checks.h"

namespace fluxgate::rpc {

void JobsHandlers::Describe(const jobs::Job& job, v1::Job* message) {
  wire::Describe(job.snapshot(), message);
  if (message->state() != v1::Job::QUEUED) return;
  uint32_t ahead = 0;
  for (const auto& other : state_.jobs.List(job.session())) {
    if (other->id() == job.id()) break;
    ahead += IsFinal(other->state()) ? 0 : 1;
  }
  message->set_position(ahead);
}

absl::Status JobsHandlers::GetJob(const v1::GetJobRequest& request, v1::GetJobResponse* response,
                                  session::CallContext&) {
  FG_ASSIGN_OR_RETURN(const auto job, FindJob(state_, request.session(), request.job()));
  Describe(*job, response->mutable_job());
  return absl::OkStatus();
}

absl::Status JobsHandlers::ListJobs(const v1::ListJobsRequest& request,
                                    v1::ListJobsResponse* response, session::CallContext&) {
  FG_ASSIGN_OR_RETURN(const wire::Page page,
                      wire::DecodePage(request.page_size(), request.page_token()));
  for (int i = 0; i < request.states_size(); ++i) {
    if (v1::Job::State_IsValid(request.states(i))) continue;
    return wire::FieldError(absl::StrCat("states[", i, "]"),
                            absl::StrCat("no state has the number ", request.states(i)));
  }
  auto session = state_.sessions.Find(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  std::vector<v1::Job> jobs;
  for (const auto& job : state_.jobs.List((*session)->name())) {
    v1::Job described;
    Describe(*job, &described);
    const auto& states = request.states();
    if (states.empty() ||
        std::find(states.begin(), states.end(), described.state()) != states.end()) {
      jobs.push_back(std::move(described));
    }
  }
  std::reverse(jobs.begin(), jobs.end());
  for (size_t i = page.begin; i < std::min(jobs.size(), page.begin + page.size); ++i) {
    *response->add_jobs() = std::move(jobs[i]);
  }
  response->set_next_page_token(wire::NextPageToken(page, jobs.size()));
  return absl::OkStatus();
}

absl::StatusOr<WatchedJob> JobsHandlers::WatchJob(const v1::WatchJobRequest& request,
                                                  session::CallContext&) {
  WatchedJob watched;
  FG_ASSIGN_OR_RETURN(watched.job, FindJob(state_, request.session(), request.job()));
  watched.after_event = request.after_event();
  return watched;
}

absl::Status JobsHandlers::CancelJob(const v1::CancelJobRequest& request,
                                     v1::CancelJobResponse* response, session::CallContext&) {
  FG_ASSIGN_OR_RETURN(const auto job, FindJob(state_, request.session(), request.job()));
  FG_RETURN_IF_ERROR(
      wire::AtField(job->Cancel("CancelJob was called", state_.clock.Now()), "job"));
  Describe(*job, response->mutable_job());
  return absl::OkStatus();
}

}  // namespace fluxgate::rpc
