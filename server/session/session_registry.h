#ifndef FLUXGATE_SERVER_SESSION_SESSION_REGISTRY_H_
#define FLUXGATE_SERVER_SESSION_SESSION_REGISTRY_H_

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "engine/base/clock.h"
#include "engine/base/memory_budget.h"
#include "engine/base/mutex.h"
#include "server/jobs/job_table.h"
#include "server/jobs/request_cache.h"
#include "server/session/host_factory.h"
#include "server/session/session.h"

namespace fluxgate::session {

// All sessions by name. "default" always exists and never expires; another one is made by the first
// call that changes it, and expires when it is idle for long, never while it has a job.
// Thread-safe, and never waits for a session.
class SessionRegistry {
 public:
  static constexpr char kDefault[] = "default";

  struct Options {
    size_t max_sessions = 1000;
    std::chrono::nanoseconds time_to_live = std::chrono::hours(24);
    int64_t session_memory_bytes = int64_t{4} << 30;
    int64_t server_memory_bytes = int64_t{8} << 30;
    std::vector<std::string> devices = {"cpu"};  // The first one is the default.
  };

  // All sessions are charged to `memory`; when it is null, to a budget of server_memory_bytes.
  SessionRegistry(Options options, HostFactory hosts, const Clock& clock, jobs::JobTable& jobs,
                  jobs::RequestCache& requests, std::shared_ptr<MemoryBudget> memory = nullptr);

  // For a call that only reads: NOT_FOUND lists the sessions that exist. "" means "default".
  absl::StatusOr<std::shared_ptr<Session>> Find(absl::string_view name);
  // For a call that changes it: makes it when it is missing.
  absl::StatusOr<std::shared_ptr<Session>> FindOrCreate(absl::string_view name);

  struct CreateOptions {
    std::string name;
    std::string device;  // "" means the default device.
    absl::optional<std::chrono::nanoseconds> time_to_live;
    absl::optional<int64_t> memory_bytes;
    absl::optional<uint64_t> seed;
  };
  absl::StatusOr<std::shared_ptr<Session>> Create(const CreateOptions& create);

  // A session that begins as a copy of the one that the visit is in, on its device. Another visitor
  // sees it whole or not at all.
  absl::StatusOr<std::shared_ptr<Session>> Fork(Visit& from, CreateOptions create);

  // Cancels its jobs and forgets it; the number of jobs that were cancelled. "default" is replaced
  // by an empty one.
  absl::StatusOr<int> Delete(absl::string_view name);

  std::vector<std::shared_ptr<Session>> List();  // By name.
  size_t size();
  // Forgets the sessions whose time is over. Called now and then, and before looking one up.
  void ExpireIdle();
  // When it expires; absent: never, or not while a job of it goes on.
  absl::optional<Clock::TimePoint> ExpiryTime(const Session& session) const;

  const Options& options() const { return options_; }
  const std::shared_ptr<MemoryBudget>& budget() const { return budget_; }
  const Clock& clock() const { return clock_; }

 private:
  using Map = std::map<std::string, std::shared_ptr<Session>, std::less<>>;

  // Made and entered among the others.
  absl::StatusOr<std::shared_ptr<Session>> MakeLocked(const CreateOptions& create)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Made, and not yet one of them.
  absl::StatusOr<std::shared_ptr<Session>> NewLocked(const CreateOptions& create)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckNewLocked(const CreateOptions& create) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Moves the expired ones out, so that they die outside the lock.
  std::vector<std::shared_ptr<Session>> TakeExpiredLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status MissingLocked(absl::string_view name) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  const HostFactory hosts_;
  const Clock& clock_;
  jobs::JobTable& jobs_;
  jobs::RequestCache& requests_;
  const std::shared_ptr<MemoryBudget> budget_;
  Mutex mutex_;
  Map sessions_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_SESSION_REGISTRY_H_
