#ifndef FLUXGATE_SERVER_GRPC_SERVER_STATE_H_
#define FLUXGATE_SERVER_GRPC_SERVER_STATE_H_

#include <atomic>
#include <chrono>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "server/grpc/environment.h"
#include "server/grpc/upload_table.h"
#include "server/jobs/job_table.h"
#include "server/session/session_registry.h"

namespace fluxgate::rpc {

// The server as the calls of one tenant see it; what belongs to others is not in it. Outlives them.
struct ServerState {
  Environment& environment;
  session::SessionRegistry& sessions;
  jobs::JobTable& jobs;
  UploadTable& uploads;
  const Clock& clock;
  const Clock::TimePoint started;
  // Set when the server is asked to stop: jobs then end because of that.
  std::atomic<bool>& shutting_down;
};

// Enters the session that a request names; the session is made when the call changes it.
enum class Access : uint8_t { kRead, kChange };
absl::StatusOr<std::unique_ptr<session::Visit>> Enter(ServerState& state, absl::string_view name,
                                                      Access access, session::CallContext& context,
                                                      session::Session::Entry entry);
// The entry of calls that have no timeout of their own.
session::Session::Entry ShortEntry();

// The job of that id, or the session's newest one when `id` is empty.
absl::StatusOr<std::shared_ptr<jobs::Job>> FindJob(ServerState& state, absl::string_view session,
                                                   const std::string& id);

// Runs `work` under a request id of a stream, which its reactor does not know: a repeated id gives
// the first answer again. Waits for it when it is still being made.
absl::StatusOr<std::string> Once(ServerState& state, const std::string& session,
                                 const std::string& request_id, uint64_t fingerprint,
                                 session::CallContext& context,
                                 const std::function<absl::StatusOr<std::string>()>& work);

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_SERVER_STATE_H_
