#include "server/grpc/evaluate_job.h"

#include <memory>
#include <utility>

#include "engine/base/status_macros.h"
#include "proto/fluxgate/v1/jobs.pb.h"
#include "server/grpc/job_times.h"
#include "server/session/evaluation.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/text.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

absl::Status RunText(ServerState& state, session::Session& session, jobs::Job& job,
                     const v1::EvaluateRequest& request, session::CallContext& context,
                     v1::EvaluateEvent& last) {
  session::Session::Entry entry;
  entry.job = job.id();
  if (request.has_timeout()) {
    FG_ASSIGN_OR_RETURN(entry.timeout, wire::TimeoutOf(request));
  }
  FG_ASSIGN_OR_RETURN(auto visit, session.Enter(context, entry));
  if (!job.Start(state.clock.Now())) return absl::CancelledError("cancelled before it began");
  visit->SetSink([&job](absl::string_view text) {
    v1::WatchJobResponse event;
    event.mutable_evaluate()->set_output(wire::CleanText(text, wire::kMaxOutputBytes));
    job.Publish(event.SerializeAsString());
  });
  FG_ASSIGN_OR_RETURN(const session::Evaluation evaluation,
                      session::EvaluateText(*visit, request.source(), request.source_name()));
  FG_RETURN_IF_ERROR(wire::EncodeValue(*visit, evaluation.value, last.mutable_value()));
  wire::AddLines(evaluation.show, last.mutable_show());
  return absl::OkStatus();
}

// The last event of a job that ended with `status`.
std::string LastEvent(v1::EvaluateEvent event, const absl::Status& status) {
  event.set_done(true);
  if (!status.ok()) *event.mutable_error() = wire::ToRpcStatus(status);
  v1::WatchJobResponse last;
  *last.mutable_evaluate() = std::move(event);
  return last.SerializeAsString();
}

}  // namespace

absl::StatusOr<std::string> StartEvaluateJob(ServerState& state, const v1::EvaluateRequest& request,
                                             const session::CallContext& context) {
  auto session = state.sessions.FindOrCreate(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  const std::string name = (*session)->name();
  FG_ASSIGN_OR_RETURN(std::shared_ptr<jobs::Job> job,
                      state.jobs.Create("evaluate", name, "", state.clock.Now()));
  job->SetCancelledEvent(
      [] { return LastEvent({}, absl::CancelledError("cancelled before it began")); });
  absl::Status queued = state.environment.Submit(
      name, [&state, shared = *session, job, request,
             times = JobTimes(state, "fluxgate.v1.Workspace/Evaluate", context.request_id)](
                jobs::Permit& permit) mutable {
        session::CallContext own{job->token(), &permit, times.Begin()};
        v1::EvaluateEvent last;
        const absl::Status status = RunText(state, *shared, *job, request, own, last);
        times.End(own.times, *job, status);
        job->Publish(LastEvent(std::move(last), status));
        job->Finish(status, status.ok() ? "the text has run" : std::string(status.message()),
                    state.clock.Now());
      });
  if (!queued.ok()) {
    job->Finish(queued, "there was no room for it", state.clock.Now());
    return queued;
  }
  return job->id();
}

}  // namespace fluxgate::rpc
