#include "server/grpc/server_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/wire/error_codec.h"
#include "server/wire/request_checks.h"

namespace fluxgate::rpc {
namespace {

// An answer that another call is making.
struct PendingAnswer {
  Mutex mutex;
  CondVar ready_cv;
  bool ready ABSL_GUARDED_BY(mutex) = false;
  jobs::RequestCache::Answer answer ABSL_GUARDED_BY(mutex) = std::string();
};

}  // namespace

session::Session::Entry ShortEntry() {
  session::Session::Entry entry;
  entry.timeout = wire::kDefaultTimeout;
  return entry;
}

absl::StatusOr<std::unique_ptr<session::Visit>> Enter(ServerState& state, absl::string_view name,
                                                      Access access, session::CallContext& context,
                                                      session::Session::Entry entry) {
  auto session =
      access == Access::kRead ? state.sessions.Find(name) : state.sessions.FindOrCreate(name);
  if (!session.ok()) return wire::AtField(session.status(), "session");
  if (entry.number == 0u) return wire::FieldError("seq", "numbers begin at 1");
  auto visit = (*session)->Enter(context, entry);
  if (absl::IsAborted(visit.status())) return wire::AtField(visit.status(), "seq");
  return visit;
}

absl::StatusOr<std::shared_ptr<jobs::Job>> FindJob(ServerState& state, absl::string_view session,
                                                   const std::string& id) {
  auto found = state.sessions.Find(session);
  if (!found.ok()) return wire::AtField(found.status(), "session");
  const std::string& name = (*found)->name();
  if (id.empty()) {
    const auto jobs = state.jobs.List(name);
    if (!jobs.empty()) return jobs.back();
    return wire::FieldError("job", absl::StrCat("session \"", name, "\" has no jobs"),
                            absl::StatusCode::kNotFound);
  }
  auto job = state.jobs.Find(name, id);
  return job.ok() ? job : wire::AtField(job.status(), "job");
}

absl::StatusOr<std::string> Once(ServerState& state, const std::string& session,
                                 const std::string& request_id, uint64_t fingerprint,
                                 session::CallContext& context,
                                 const std::function<absl::StatusOr<std::string>()>& work) {
  if (request_id.empty()) return work();
  FG_RETURN_IF_ERROR(wire::CheckRequestId(request_id));
  auto pending = std::make_shared<PendingAnswer>();
  jobs::RequestCache& requests = state.environment.requests;
  const auto outcome = requests.Begin(session, request_id, fingerprint,
                                      [pending](const jobs::RequestCache::Answer& answer) {
                                        MutexLock lock(pending->mutex);
                                        pending->answer = answer;
                                        pending->ready = true;
                                        pending->ready_cv.Signal();
                                      });
  if (!outcome.ok()) return wire::AtField(outcome.status(), "request_id");
  if (*outcome == jobs::RequestCache::Outcome::kRun) {
    absl::StatusOr<std::string> answer = work();
    requests.Finish(session, request_id, answer);
    return answer;
  }
  if (context.permit != nullptr) context.permit->Release();
  absl::StatusOr<std::string> answer = std::string();
  {
    MutexLock lock(pending->mutex);
    absl::Status stop;
    while (!pending->ready && stop.ok()) {
      pending->ready_cv.WaitFor(pending->mutex, std::chrono::milliseconds(20));
      stop = context.token.Check();
    }
    if (pending->ready) {
      answer = pending->answer;
    } else {
      answer = stop;
    }
  }
  if (context.permit != nullptr) context.permit->Acquire();
  return answer;
}

}  // namespace fluxgate::rpc
