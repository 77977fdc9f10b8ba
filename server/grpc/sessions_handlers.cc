#include "server/grpc/sessions_handlers.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "server/wire/descriptions.h"
#include "server/wire/error_codec.h"
#include "server/wire/request_checks.h"

namespace fluxgate::rpc {
namespace {

// What the requests for a new session have in common.
template <typename Request>
absl::Status DecodeLimits(const Request& request, const session::SessionRegistry& sessions,
                          session::SessionRegistry::CreateOptions& create) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.name(), "name"));
  create.name = request.name();
  if (request.has_time_to_live()) {
    FG_ASSIGN_OR_RETURN(
        create.time_to_live,
        wire::DecodeDuration(request.time_to_live(), "time_to_live", wire::kLongestTimeToLive));
    if (*create.time_to_live < std::chrono::seconds(1)) {
      return wire::FieldError("time_to_live", "must be at least a second");
    }
  }
  if (request.has_memory_limit_bytes()) {
    const auto limit = static_cast<uint64_t>(sessions.options().session_memory_bytes);
    if (request.memory_limit_bytes() == 0 || request.memory_limit_bytes() > limit) {
      return wire::FieldError("memory_limit_bytes", absl::StrCat("must be from 1 to ", limit));
    }
    create.memory_bytes = static_cast<int64_t>(request.memory_limit_bytes());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SessionsHandlers::CreateSession(const v1::CreateSessionRequest& request,
                                             v1::CreateSessionResponse* response,
                                             session::CallContext&) {
  session::SessionRegistry::CreateOptions create;
  FG_RETURN_IF_ERROR(DecodeLimits(request, state_.sessions, create));
  create.device = request.device();
  if (request.has_seed()) create.seed = request.seed();
  auto session = state_.sessions.Create(create);
  if (!session.ok()) {
    return wire::AtField(session.status(), absl::StrContains(session.status().message(), "device")
                                               ? "device"
                                               : "name");
  }
  wire::Describe(**session, state_.sessions, state_.jobs, response->mutable_session());
  return absl::OkStatus();
}

absl::Status SessionsHandlers::GetSession(const v1::GetSessionRequest& request,
                                          v1::GetSessionResponse* response, session::CallContext&) {
  auto session = state_.sessions.Find(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  wire::Describe(**session, state_.sessions, state_.jobs, response->mutable_session());
  return absl::OkStatus();
}

absl::Status SessionsHandlers::ListSessions(const v1::ListSessionsRequest& request,
                                            v1::ListSessionsResponse* response,
                                            session::CallContext&) {
  FG_ASSIGN_OR_RETURN(const wire::Page page,
                      wire::DecodePage(request.page_size(), request.page_token()));
  const auto sessions = state_.sessions.List();
  for (size_t i = page.begin; i < std::min(sessions.size(), page.begin + page.size); ++i) {
    wire::Describe(*sessions[i], state_.sessions, state_.jobs, response->add_sessions());
  }
  response->set_next_page_token(wire::NextPageToken(page, sessions.size()));
  return absl::OkStatus();
}

absl::Status SessionsHandlers::DeleteSession(const v1::DeleteSessionRequest& request,
                                             v1::DeleteSessionResponse* response,
                                             session::CallContext&) {
  // What is left out means "default" elsewhere; nobody should lose that by leaving something out.
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.session(), "session"));
  auto cancelled = state_.sessions.Delete(request.session());
  if (!cancelled.ok()) return wire::AtField(cancelled.status(), "session");
  state_.uploads.Forget(request.session());
  response->set_cancelled_jobs(static_cast<uint32_t>(*cancelled));
  return absl::OkStatus();
}

absl::Status SessionsHandlers::ForkSession(const v1::ForkSessionRequest& request,
                                           v1::ForkSessionResponse* response,
                                           session::CallContext& context) {
  session::SessionRegistry::CreateOptions create;
  FG_RETURN_IF_ERROR(DecodeLimits(request, state_.sessions, create));
  FG_ASSIGN_OR_RETURN(auto visit,
                      Enter(state_, request.session(), Access::kRead, context, ShortEntry()));
  auto fork = state_.sessions.Fork(*visit, create);
  if (!fork.ok()) {
    return wire::AtField(fork.status(),
                         absl::IsFailedPrecondition(fork.status()) ? "session" : "name");
  }
  wire::Describe(**fork, state_.sessions, state_.jobs, response->mutable_session());
  return absl::OkStatus();
}

absl::Status SessionsHandlers::KeepAlive(const v1::KeepAliveRequest& request,
                                         v1::KeepAliveResponse* response, session::CallContext&) {
  auto session = state_.sessions.Find(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  (*session)->Touch();
  if (const auto expires = state_.sessions.ExpiryTime(**session)) {
    *response->mutable_expire_time() = wire::ToProto(*expires);
  }
  return absl::OkStatus();
}

absl::Status SessionsHandlers::GetUpload(const v1::GetUploadRequest& request,
                                         v1::GetUploadResponse* response, session::CallContext&) {
  FG_RETURN_IF_ERROR(wire::CheckRequired(request.upload(), "upload"));
  auto session = state_.sessions.Find(request.session());
  if (!session.ok()) return wire::AtField(session.status(), "session");
  auto found = state_.uploads.Find((*session)->name(), request.upload());
  if (!found.ok()) return wire::AtField(found.status(), "upload");
  response->set_path(found->position.path);
  response->set_offset(static_cast<uint64_t>(found->position.offset));
  *response->mutable_expire_time() = wire::ToProto(found->expires);
  return absl::OkStatus();
}

}  // namespace fluxgate::rpc
