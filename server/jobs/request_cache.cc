#include "server/jobs/request_cache.h"

#include "absl/strings/str_cat.h"

namespace fluxgate::jobs {

absl::StatusOr<RequestCache::Outcome> RequestCache::Begin(const std::string& session,
                                                          const std::string& request_id,
                                                          uint64_t fingerprint, Waiter waiter) {
  std::string answer;
  {
    MutexLock lock(mutex_);
    auto [it, is_new] = entries_.try_emplace(Key(session, request_id));
    Entry& entry = it->second;
    if (is_new) {
      entry.fingerprint = fingerprint;
      return Outcome::kRun;
    }
    if (entry.fingerprint != fingerprint) {
      return absl::AlreadyExistsError(
          absl::StrCat("\"", request_id, "\" was used for another request"));
    }
    if (!entry.finished) {
      entry.waiters.push_back(std::move(waiter));
      return Outcome::kWillAnswer;
    }
    answer = entry.answer;
  }
  waiter(answer);
  return Outcome::kWillAnswer;
}

void RequestCache::Finish(const std::string& session, const std::string& request_id,
                          const Answer& answer) {
  std::vector<Waiter> waiters;
  {
    MutexLock lock(mutex_);
    const Key key(session, request_id);
    auto it = entries_.find(key);
    if (it == entries_.end()) return;  // The session was forgotten meanwhile.
    Entry& entry = it->second;
    waiters.swap(entry.waiters);
    if (answer.ok()) {
      entry.finished = true;
      entry.answer = *answer;
      entry.age = finished_.insert(finished_.end(), key);
      bytes_ += BytesOf(key, entry);
      while (bytes_ > max_bytes_ && !finished_.empty()) {
        auto oldest = entries_.find(finished_.front());
        bytes_ -= BytesOf(oldest->first, oldest->second);
        entries_.erase(oldest);
        finished_.pop_front();
      }
    } else {
      entries_.erase(it);
    }
  }
  for (const Waiter& waiter : waiters) waiter(answer);
}

void RequestCache::Forget(const std::string& session) {
  std::vector<Waiter> waiters;
  {
    MutexLock lock(mutex_);
    for (auto it = entries_.begin(); it != entries_.end();) {
      if (it->first.first != session) {
        ++it;
        continue;
      }
      if (it->second.finished) {
        bytes_ -= BytesOf(it->first, it->second);
        finished_.erase(it->second.age);
      }
      for (Waiter& waiter : it->second.waiters) waiters.push_back(std::move(waiter));
      entries_.erase(it++);
    }
  }
  for (const Waiter& waiter : waiters) waiter(absl::NotFoundError("the session was deleted"));
}

}  // namespace fluxgate::jobs
