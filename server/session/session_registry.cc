#include "server/session/session_registry.h"

#include <algorithm>
#include <random>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "server/session/fork.h"

namespace fluxgate::session {
namespace {

constexpr size_t kMaxNameBytes = 128;
constexpr size_t kNamesInErrors = 20;

absl::string_view NameOrDefault(absl::string_view name) {
  return name.empty() ? absl::string_view(SessionRegistry::kDefault) : name;
}

absl::Status CheckName(absl::string_view name) {
  const bool good = !name.empty() && name.size() <= kMaxNameBytes &&
                    std::all_of(name.begin(), name.end(), [](unsigned char c) {
                      return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '.';
                    });
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat("a session's name has 1 to ", kMaxNameBytes,
                                                 " letters, digits, '_', '-' or '.'"));
}

uint64_t RandomSeed() {
  std::random_device device;
  return (uint64_t{device()} << 32) | device();
}

absl::Status CheckRoom(size_t sessions, size_t limit) {
  if (sessions < limit) return absl::OkStatus();
  return absl::ResourceExhaustedError(
      absl::StrCat("there are ", sessions, " sessions already, the limit; delete one"));
}

}  // namespace

SessionRegistry::SessionRegistry(Options options, HostFactory hosts, const Clock& clock,
                                 jobs::JobTable& jobs, jobs::RequestCache& requests,
                                 std::shared_ptr<MemoryBudget> memory)
    : options_(std::move(options)),
      hosts_(std::move(hosts)),
      clock_(clock),
      jobs_(jobs),
      requests_(requests),
      budget_(memory != nullptr ? std::move(memory)
                                : std::make_shared<MemoryBudget>(options_.server_memory_bytes)) {}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Find(absl::string_view name) {
  name = NameOrDefault(name);
  std::vector<std::shared_ptr<Session>> dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
  auto it = sessions_.find(name);
  if (it != sessions_.end()) {
    it->second->Touch();
    return it->second;
  }
  if (name != kDefault) return MissingLocked(name);
  return MakeLocked({std::string(kDefault), {}, {}, {}, {}});
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::FindOrCreate(absl::string_view name) {
  name = NameOrDefault(name);
  FG_RETURN_IF_ERROR(CheckName(name));
  std::vector<std::shared_ptr<Session>> dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
  auto it = sessions_.find(name);
  if (it != sessions_.end()) {
    it->second->Touch();
    return it->second;
  }
  return MakeLocked({std::string(name), {}, {}, {}, {}});
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Create(const CreateOptions& create) {
  FG_RETURN_IF_ERROR(CheckName(create.name));
  std::vector<std::shared_ptr<Session>> dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
  FG_RETURN_IF_ERROR(CheckNewLocked(create));
  return MakeLocked(create);
}

absl::Status SessionRegistry::CheckNewLocked(const CreateOptions& create) {
  if (create.name == kDefault || sessions_.contains(create.name)) {
    return absl::AlreadyExistsError(absl::StrCat("session \"", create.name, "\" exists already"));
  }
  return CheckRoom(sessions_.size(), options_.max_sessions);
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::Fork(Visit& from, CreateOptions create) {
  FG_RETURN_IF_ERROR(CheckName(create.name));
  create.device = from.session().device();
  create.seed = from.session().seed();
  if (!create.memory_bytes.has_value()) create.memory_bytes = from.budget()->limit();
  std::shared_ptr<Session> fork;
  {
    MutexLock lock(mutex_);
    FG_RETURN_IF_ERROR(CheckNewLocked(create));
    FG_ASSIGN_OR_RETURN(fork, NewLocked(create));
  }
  FG_RETURN_IF_ERROR(CopySession(from, *fork));
  MutexLock lock(mutex_);
  FG_RETURN_IF_ERROR(CheckNewLocked(create));
  fork->Touch();
  sessions_.emplace(create.name, fork);
  return fork;
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::MakeLocked(const CreateOptions& create) {
  FG_ASSIGN_OR_RETURN(std::shared_ptr<Session> session, NewLocked(create));
  sessions_.emplace(create.name, session);
  return session;
}

absl::StatusOr<std::shared_ptr<Session>> SessionRegistry::NewLocked(const CreateOptions& create) {
  FG_RETURN_IF_ERROR(CheckRoom(sessions_.size(), options_.max_sessions));
  SessionOptions made;
  made.name = create.name;
  made.device = create.device.empty() ? options_.devices.front() : create.device;
  if (std::find(options_.devices.begin(), options_.devices.end(), made.device) ==
      options_.devices.end()) {
    return absl::InvalidArgumentError(absl::StrCat("this server has no device \"", made.device,
                                                   "\"; it has ",
                                                   absl::StrJoin(options_.devices, ", ")));
  }
  made.seed = create.seed.has_value() ? *create.seed : RandomSeed();
  if (create.name != kDefault) {
    made.time_to_live = create.time_to_live.value_or(options_.time_to_live);
  }
  made.budget = std::make_shared<MemoryBudget>(
      create.memory_bytes.value_or(options_.session_memory_bytes), budget_);
  return Session::Create(std::move(made), hosts_, clock_);
}

absl::StatusOr<int> SessionRegistry::Delete(absl::string_view name) {
  name = NameOrDefault(name);
  std::shared_ptr<Session> session;
  {
    MutexLock lock(mutex_);
    auto it = sessions_.find(name);
    if (it == sessions_.end()) {
      if (name == kDefault) return 0;
      return MissingLocked(name);
    }
    session = std::move(it->second);
    sessions_.erase(it);
    if (name == kDefault) {
      FG_RETURN_IF_ERROR(MakeLocked({std::string(kDefault), {}, {}, {}, {}}).status());
    }
  }
  session->Close();
  int cancelled = 0;
  for (const std::shared_ptr<jobs::Job>& job : jobs_.List(session->name())) {
    if (job->Cancel("the session was deleted", clock_.Now()).ok()) ++cancelled;
  }
  jobs_.Forget(session->name());
  requests_.Forget(session->name());
  return cancelled;
}

std::vector<std::shared_ptr<Session>> SessionRegistry::List() {
  std::vector<std::shared_ptr<Session>> dying, all;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
  for (const auto& [name, session] : sessions_) all.push_back(session);
  return all;
}

size_t SessionRegistry::size() {
  MutexLock lock(mutex_);
  return sessions_.size();
}

void SessionRegistry::ExpireIdle() {
  std::vector<std::shared_ptr<Session>> dying;
  MutexLock lock(mutex_);
  dying = TakeExpiredLocked();
}

absl::optional<Clock::TimePoint> SessionRegistry::ExpiryTime(const Session& session) const {
  if (jobs_.HasUnfinished(session.name())) return absl::nullopt;
  return session.ExpiryTime();
}

std::vector<std::shared_ptr<Session>> SessionRegistry::TakeExpiredLocked() {
  std::vector<std::shared_ptr<Session>> expired;
  for (auto it = sessions_.begin(); it != sessions_.end();) {
    if (it->second->Expired() && !jobs_.HasUnfinished(it->first)) {
      it->second->Close();
      jobs_.Forget(it->first);
      requests_.Forget(it->first);
      expired.push_back(std::move(it->second));
      it = sessions_.erase(it);
    } else {
      ++it;
    }
  }
  return expired;
}

absl::Status SessionRegistry::MissingLocked(absl::string_view name) const {
  std::vector<absl::string_view> known = {kDefault};
  for (const auto& [other, session] : sessions_) {
    if (other != kDefault && known.size() < kNamesInErrors) known.push_back(other);
  }
  return absl::NotFoundError(absl::StrCat("no session \"", name.substr(0, kMaxNameBytes),
                                          "\"; there are ", absl::StrJoin(known, ", ")));
}

}  // namespace fluxgate::session
