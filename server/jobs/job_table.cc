#include "server/jobs/job_table.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace fluxgate::jobs {

absl::StatusOr<std::shared_ptr<Job>> JobTable::Create(std::string kind, std::string session,
                                                      std::string target, Job::Time now) {
  MutexLock lock(mutex_);
  size_t unfinished = 0;
  for (const auto& [number, job] : jobs_) {
    if (job->session() == session && !IsFinal(job->state())) ++unfinished;
  }
  if (unfinished >= options_.max_unfinished_per_session) {
    return absl::ResourceExhaustedError(absl::StrCat("session \"", session, "\" has ", unfinished,
                                                     " jobs that have not ended; the limit is ",
                                                     options_.max_unfinished_per_session));
  }
  TrimLocked();
  const uint64_t number = next_++;
  auto job = std::make_shared<Job>(absl::StrCat("job-", number), std::move(kind),
                                   std::move(session), std::move(target), now);
  jobs_.emplace(number, job);
  return job;
}

absl::StatusOr<std::shared_ptr<Job>> JobTable::Find(const std::string& session,
                                                    const std::string& id) const {
  uint64_t number = 0;
  absl::string_view digits = id;
  MutexLock lock(mutex_);
  if (absl::ConsumePrefix(&digits, "job-") && absl::SimpleAtoi(digits, &number)) {
    auto it = jobs_.find(number);
    if (it != jobs_.end() && it->second->session() == session) return it->second;
  }
  std::vector<std::string> known;
  for (const auto& [n, job] : jobs_) {
    if (job->session() == session && known.size() < 20) known.push_back(job->id());
  }
  return absl::NotFoundError(absl::StrCat(
      "no job \"", id.substr(0, 64), "\" in session \"", session, "\"; ",
      known.empty() ? "it has none" : absl::StrCat("it has ", absl::StrJoin(known, ", "))));
}

std::vector<std::shared_ptr<Job>> JobTable::List(const std::string& session) const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<Job>> result;
  for (const auto& [number, job] : jobs_) {
    if (job->session() == session) result.push_back(job);
  }
  return result;
}

std::vector<std::shared_ptr<Job>> JobTable::ListAll() const {
  MutexLock lock(mutex_);
  std::vector<std::shared_ptr<Job>> result;
  for (const auto& [number, job] : jobs_) result.push_back(job);
  return result;
}

bool JobTable::HasUnfinished(const std::string& session) const {
  MutexLock lock(mutex_);
  for (const auto& [number, job] : jobs_) {
    if (job->session() == session && !IsFinal(job->state())) return true;
  }
  return false;
}

void JobTable::Forget(const std::string& session) {
  std::vector<std::shared_ptr<Job>> dying;  // Destroyed outside the lock.
  MutexLock lock(mutex_);
  for (auto it = jobs_.begin(); it != jobs_.end();) {
    if (it->second->session() == session) {
      dying.push_back(std::move(it->second));
      it = jobs_.erase(it);
    } else {
      ++it;
    }
  }
}

void JobTable::TrimLocked() {
  size_t finished = 0;
  for (const auto& [number, job] : jobs_) finished += IsFinal(job->state()) ? 1 : 0;
  for (auto it = jobs_.begin(); it != jobs_.end() && finished >= options_.max_finished;) {
    if (IsFinal(it->second->state())) {
      it = jobs_.erase(it);
      --finished;
    } else {
      ++it;
    }
  }
}

}  // namespace fluxgate::jobs
