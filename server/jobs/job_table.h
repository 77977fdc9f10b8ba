#ifndef FLUXGATE_SERVER_JOBS_JOB_TABLE_H_
#define FLUXGATE_SERVER_JOBS_JOB_TABLE_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "server/jobs/job.h"

namespace fluxgate::jobs {

// All jobs of the server by id ("job-1", "job-2", ...): those that run, and the last finished ones.
// Thread-safe.
class JobTable {
 public:
  struct Options {
    size_t max_finished = 1000;
    size_t max_unfinished_per_session = 64;
  };
  JobTable() : JobTable(Options()) {}
  explicit JobTable(Options options) : options_(options) {}

  // RESOURCE_EXHAUSTED when the session has too many jobs that have not ended.
  absl::StatusOr<std::shared_ptr<Job>> Create(std::string kind, std::string session,
                                              std::string target, Job::Time now);
  // NOT_FOUND lists the session's jobs.
  absl::StatusOr<std::shared_ptr<Job>> Find(const std::string& session,
                                            const std::string& id) const;
  // In order of creation.
  std::vector<std::shared_ptr<Job>> List(const std::string& session) const;
  std::vector<std::shared_ptr<Job>> ListAll() const;
  bool HasUnfinished(const std::string& session) const;

  const Options& options() const { return options_; }

  // Forgets a session's jobs. REQUIRES: they have ended or been cancelled.
  void Forget(const std::string& session);

 private:
  void TrimLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  uint64_t next_ ABSL_GUARDED_BY(mutex_) = 1;
  absl::btree_map<uint64_t, std::shared_ptr<Job>> jobs_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_JOB_TABLE_H_
