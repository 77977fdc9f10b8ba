#include "server/grpc/train_job.h"

#include <memory>
#include <string>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "proto/fluxgate/v1/jobs.pb.h"
#include "server/grpc/job_times.h"
#include "server/session/training.h"
#include "server/wire/error_codec.h"
#include "server/wire/request_checks.h"
#include "server/wire/train_codec.h"

namespace fluxgate::rpc {
namespace {

void Publish(jobs::Job& job, const v1::WatchJobResponse& event) {
  job.Publish(event.SerializeAsString());
}

// What the job does on its worker. The last event is always `done`.
absl::Status RunJob(ServerState& state, session::Session& session, jobs::Job& job,
                    const session::TrainingSpec& spec, const session::Session::Entry& entry,
                    session::CallContext& context) {
  session::TrainingReport report;
  absl::StatusOr<std::unique_ptr<session::Visit>> visit = session.Enter(context, entry);
  if (!visit.ok()) {
    report.status = visit.status();
  } else if (!job.Start(state.clock.Now())) {
    report.status = absl::CancelledError("cancelled before it began");
  } else {
    session::TrainingEvents events;
    events.progress = [&job](const auto& progress) {
      v1::WatchJobResponse event;
      *event.mutable_train()->mutable_progress() = wire::Encode(progress);
      Publish(job, event);
    };
    events.epoch = [&job](const session::EpochReport& epoch) {
      v1::WatchJobResponse event;
      *event.mutable_train()->mutable_epoch() = wire::Encode(epoch);
      Publish(job, event);
    };
    report = session::RunTraining(**visit, spec, events);
  }
  v1::WatchJobResponse last;
  *last.mutable_train()->mutable_done() = wire::Encode(report, state.shutting_down.load());
  Publish(job, last);
  return report.status;
}

// The id of a new job for the request.
absl::StatusOr<std::string> Start(ServerState& state, session::Session& session,
                                  const v1::TrainRequest& request, session::CallContext& context) {
  FG_ASSIGN_OR_RETURN(auto visit, session.Enter(context, ShortEntry()));
  auto decoded = wire::DecodeTraining(*visit, request);
  if (!decoded.ok()) return decoded.status();
  auto spec = std::make_shared<session::TrainingSpec>(*std::move(decoded));
  FG_ASSIGN_OR_RETURN(
      std::shared_ptr<jobs::Job> job,
      state.jobs.Create("train", session.name(), spec->model.name, state.clock.Now()));
  spec->job = job->id();
  if (spec->marks != nullptr) {
    job->SetDetail([marks = std::weak_ptr<session::MarkList>(spec->marks->list()), id = job->id()] {
      const auto kept = marks.lock();
      return kept == nullptr ? "" : wire::EncodeMarks(*kept, id);
    });
  }
  v1::WatchJobResponse first;
  *first.mutable_train()->mutable_started() = wire::EncodeStarted(*visit, *spec);
  Publish(*job, first);

  session::Session::Entry training;
  training.job = spec->job;
  if (request.has_timeout()) {
    FG_ASSIGN_OR_RETURN(training.timeout, wire::TimeoutOf(request));
  }
  job->SetCancelledEvent([&state] {
    session::TrainingReport never;
    never.status = absl::CancelledError("cancelled before it began");
    v1::WatchJobResponse last;
    *last.mutable_train()->mutable_done() = wire::Encode(never, state.shutting_down.load());
    return last.SerializeAsString();
  });
  absl::Status queued = state.environment.Submit(
      session.name(), [&state, shared = session.shared_from_this(), job, spec, training,
                       times = JobTimes(state, "fluxgate.v1.Models/Train", context.request_id)](
                          jobs::Permit& permit) mutable {
        session::CallContext own{job->token(), &permit, times.Begin()};
        const absl::Status status = RunJob(state, *shared, *job, *spec, training, own);
        spec = nullptr;
        times.End(own.times, *job, status);
        job->Finish(status, status.ok() ? "all epochs are done" : std::string(status.message()),
                    state.clock.Now());
      });
  if (!queued.ok()) {
    job->Finish(queued, "there was no room for it", state.clock.Now());
    return queued;
  }
  return job->id();
}

}  // namespace

absl::StatusOr<WatchedJob> StartTraining(ServerState& state, const v1::TrainRequest& request,
                                         session::CallContext& context) {
  if (request.has_timeout()) FG_RETURN_IF_ERROR(wire::TimeoutOf(request).status());
  auto session = state.sessions.FindOrCreate(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  const uint64_t fingerprint = absl::HashOf(std::string("Train"), request.SerializeAsString());
  FG_ASSIGN_OR_RETURN(const std::string id,
                      Once(state, (*session)->name(), request.request_id(), fingerprint, context,
                           [&] { return Start(state, **session, request, context); }));
  WatchedJob watched;
  FG_ASSIGN_OR_RETURN(watched.job, state.jobs.Find((*session)->name(), id));
  watched.attached = !request.detach();
  watched.one_event = request.detach();
  return watched;
}

}  // namespace fluxgate::rpc
