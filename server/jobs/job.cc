#include "server/jobs/job.h"

#include <algorithm>
#include <utility>

namespace fluxgate::jobs {

Job::Job(std::string id, std::string kind, std::string session, std::string target, Time now,
         Options options)
    : id_(std::move(id)),
      kind_(std::move(kind)),
      session_(std::move(session)),
      target_(std::move(target)),
      options_(options),
      created_(now) {}

void Job::SetCancelledEvent(std::function<std::string()> make) {
  MutexLock lock(mutex_);
  cancelled_event_ = std::move(make);
}

void Job::SetDetail(std::function<std::string()> detail) {
  MutexLock lock(mutex_);
  detail_ = std::move(detail);
}

bool Job::Start(Time now) {
  {
    MutexLock lock(mutex_);
    if (state_ != JobState::kQueued) return false;
    state_ = JobState::kRunning;
    started_ = now;
    reason_.clear();
  }
  Notify();
  return true;
}

void Job::Finish(const absl::Status& status, std::string reason, Time now) {
  {
    MutexLock lock(mutex_);
    if (IsFinal(state_)) return;
    const bool stopped = state_ == JobState::kCancelling &&
                         (absl::IsCancelled(status) || absl::IsDeadlineExceeded(status));
    state_ = status.ok()                            ? JobState::kSucceeded
             : stopped || absl::IsCancelled(status) ? JobState::kCancelled
                                                    : JobState::kFailed;
    // A cancelled job keeps the reason that whoever cancelled it gave.
    if (state_ != JobState::kCancelled || reason_.empty()) reason_ = std::move(reason);
    status_ = status;
    finished_ = now;
  }
  Notify();
}

absl::Status Job::Cancel(std::string reason, Time now) {
  {
    MutexLock lock(mutex_);
    if (IsFinal(state_)) {
      return absl::FailedPreconditionError("job " + id_ + " has already ended");
    }
    reason_ = std::move(reason);
    if (state_ == JobState::kQueued) {
      if (cancelled_event_) AddEventLocked(cancelled_event_());
      state_ = JobState::kCancelled;
      status_ = absl::CancelledError(reason_);
      finished_ = now;
    } else {
      state_ = JobState::kCancelling;
    }
  }
  source_.Cancel();
  Notify();
  return absl::OkStatus();
}

void Job::Publish(std::string payload) {
  {
    MutexLock lock(mutex_);
    if (IsFinal(state_)) return;
    AddEventLocked(std::move(payload));
  }
  Notify();
}

void Job::AddEventLocked(std::string payload) {
  events_.push_back({++last_event_, std::move(payload)});
  // The first event says what the job is, so the second oldest goes.
  if (events_.size() > options_.max_events) events_.erase(events_.begin() + 1);
}

Job::Snapshot Job::snapshot() const {
  MutexLock lock(mutex_);
  Snapshot s;
  s.id = id_;
  s.kind = kind_;
  s.session = session_;
  s.target = target_;
  s.state = state_;
  s.reason = reason_;
  s.status = status_;
  s.created = created_;
  s.started = started_;
  s.finished = finished_;
  s.last_event = last_event_;
  if (!events_.empty()) s.last_payload = events_.back().payload;
  if (detail_) s.detail = detail_();
  return s;
}

JobState Job::state() const {
  MutexLock lock(mutex_);
  return state_;
}

Job::Batch Job::EventsAfter(uint64_t after, size_t max_events) const {
  MutexLock lock(mutex_);
  Batch batch;
  auto it = std::upper_bound(events_.begin(), events_.end(), after,
                             [](uint64_t number, const Event& e) { return number < e.number; });
  for (; it != events_.end() && batch.events.size() < max_events; ++it) {
    batch.events.push_back(*it);
  }
  batch.final = IsFinal(state_) && it == events_.end();
  return batch;
}

uint64_t Job::Watch(std::function<void()> notify) {
  MutexLock lock(watchers_mutex_);
  watchers_.emplace(next_watcher_, std::move(notify));
  return next_watcher_++;
}

void Job::Unwatch(uint64_t watcher) {
  MutexLock lock(watchers_mutex_);
  watchers_.erase(watcher);
}

void Job::Notify() {
  MutexLock lock(watchers_mutex_);
  for (const auto& [id, notify] : watchers_) notify();
}

}  // namespace fluxgate::jobs
