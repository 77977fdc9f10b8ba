#ifndef FLUXGATE_SERVER_JOBS_JOB_H_
#define FLUXGATE_SERVER_JOBS_JOB_H_

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "engine/base/cancellation.h"
#include "engine/base/mutex.h"

namespace fluxgate::jobs {

// QUEUED ──▶ RUNNING ──▶ SUCCEEDED
//    │          ├──────▶ FAILED
//    │          └──▶ CANCELLING ──▶ CANCELLED, or what the last step made of it
//    └──▶ CANCELLED
enum class JobState : uint8_t { kQueued, kRunning, kCancelling, kSucceeded, kFailed, kCancelled };

constexpr bool IsFinal(JobState state) { return state >= JobState::kSucceeded; }

// Long work with states, numbered events and any number of watchers. It knows nothing of what the
// work is: an event is bytes. Thread-safe; watchers are called without the lock held.
class Job {
 public:
  using Time = std::chrono::system_clock::time_point;
  struct Event {
    uint64_t number = 0;  // 1, 2, 3, ...
    std::string payload;
  };
  struct Snapshot {
    std::string id, kind, session, target;
    JobState state = JobState::kQueued;
    std::string reason;                     // why it is in that state, for people
    absl::Status status;                    // of the work, once final
    Time created{}, started{}, finished{};  // epoch when not yet
    uint64_t last_event = 0;
    std::string last_payload;
    std::string detail;  // see SetDetail
  };
  struct Options {
    // Events kept for those who join late; older ones are dropped, the first and last are not.
    size_t max_events = 1024;
  };

  // `target` names what it works on, such as a model.
  Job(std::string id, std::string kind, std::string session, std::string target, Time now,
      Options options);
  Job(std::string id, std::string kind, std::string session, std::string target, Time now)
      : Job(std::move(id), std::move(kind), std::move(session), std::move(target), now, Options()) {
  }

  const std::string& id() const { return id_; }
  const std::string& session() const { return session_; }
  const CancellationToken& token() const { return source_.token(); }

  // Makes the last event of a job that is cancelled before it starts. It must not call the job.
  void SetCancelledEvent(std::function<std::string()> make);

  // What the work says of itself beside its events, as bytes; asked for with each snapshot, on any
  // thread. It must not call the job.
  void SetDetail(std::function<std::string()> detail);

  // QUEUED to RUNNING. False when it was cancelled first: the work must not start.
  bool Start(Time now);
  // To SUCCEEDED, FAILED, or CANCELLED when the status says so. Does nothing once final.
  void Finish(const absl::Status& status, std::string reason, Time now);
  // Asks the work to stop. A queued job is CANCELLED at once. FAILED_PRECONDITION when final.
  absl::Status Cancel(std::string reason, Time now);

  // Does nothing once final.
  void Publish(std::string payload);

  Snapshot snapshot() const;
  JobState state() const;

  // What a watcher that has seen `after` is to see next, oldest first, and whether the job is
  // final: an empty list of a final job is the end.
  struct Batch {
    std::vector<Event> events;
    bool final = false;
  };
  Batch EventsAfter(uint64_t after, size_t max_events) const;

  // Calls `notify` after each event or change of state until Unwatch returns. It must not block,
  // nor call back into the job.
  uint64_t Watch(std::function<void()> notify);
  void Unwatch(uint64_t watcher);

 private:
  void Notify();
  void AddEventLocked(std::string payload) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::string id_, kind_, session_, target_;
  const Options options_;
  const Time created_;
  CancellationSource source_;
  mutable Mutex mutex_;
  JobState state_ ABSL_GUARDED_BY(mutex_) = JobState::kQueued;
  std::string reason_ ABSL_GUARDED_BY(mutex_);
  std::function<std::string()> cancelled_event_ ABSL_GUARDED_BY(mutex_);
  std::function<std::string()> detail_ ABSL_GUARDED_BY(mutex_);
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  Time started_ ABSL_GUARDED_BY(mutex_){};
  Time finished_ ABSL_GUARDED_BY(mutex_){};
  std::deque<Event> events_ ABSL_GUARDED_BY(mutex_);
  uint64_t last_event_ ABSL_GUARDED_BY(mutex_) = 0;

  // Held while watchers are called, so that Unwatch can wait for a call in progress.
  Mutex watchers_mutex_;
  uint64_t next_watcher_ ABSL_GUARDED_BY(watchers_mutex_) = 1;
  absl::flat_hash_map<uint64_t, std::function<void()>> watchers_ ABSL_GUARDED_BY(watchers_mutex_);
};

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_JOB_H_
