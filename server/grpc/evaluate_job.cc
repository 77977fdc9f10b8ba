#include "server/grpc/evaluate_job.h"

#include <memory>
#include <utility>

#include "engine/base/status_macros.h"
#include "proto/fluxgate/v1/jobs.pb.h"
#include "server/session/evaluation.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/text.h"
#include "server/wire/value_codec.h"

namespace fluxgate::rpc {
namespace {

// Runs the text inside its session and publishes what it prints, then how it ended.
absl::Status RunText(ServerState& state, jobs::Job& job, const v1::EvaluateRequest& request,
                     session::CallContext& context) {
  session::Session::Entry entry;
  if (request.has_timeout()) {
    FG_ASSIGN_OR_RETURN(entry.timeout, wire::TimeoutOf(request));
  }
  FG_ASSIGN_OR_RETURN(auto visit, Enter(state, request.session(), Access::kChange, context, entry));
  if (!job.Start(state.clock.Now())) return absl::CancelledError("cancelled before it began");
  visit->SetSink([&job](absl::string_view text) {
    v1::WatchJobResponse event;
    event.mutable_evaluate()->set_output(wire::CleanText(text, wire::kMaxOutputBytes));
    job.Publish(event.SerializeAsString());
  });
  auto evaluation = session::EvaluateText(*visit, request.source(), request.source_name());
  v1::WatchJobResponse last;
  v1::EvaluateEvent& event = *last.mutable_evaluate();
  event.set_done(true);
  if (evaluation.ok()) {
    FG_RETURN_IF_ERROR(wire::EncodeValue(*visit, evaluation->value, event.mutable_value()));
    wire::AddLines(evaluation->show, event.mutable_show());
  } else {
    *event.mutable_error() = wire::ToRpcStatus(evaluation.status());
  }
  job.Publish(last.SerializeAsString());
  return evaluation.status();
}

}  // namespace

absl::StatusOr<std::string> StartEvaluateJob(ServerState& state,
                                             const v1::EvaluateRequest& request) {
  auto session = state.sessions.FindOrCreate(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  const std::string name = (*session)->name();
  FG_ASSIGN_OR_RETURN(std::shared_ptr<jobs::Job> job,
                      state.jobs.Create("evaluate", name, "", state.clock.Now()));
  absl::Status queued =
      state.environment.pool.Submit(name, [&state, job, request](jobs::Permit& permit) {
        session::CallContext context{job->token(), &permit, {}};
        const absl::Status status = RunText(state, *job, request, context);
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
