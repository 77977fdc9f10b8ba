#ifndef FLUXGATE_SERVER_JOBS_WORKER_POOL_H_
#define FLUXGATE_SERVER_JOBS_WORKER_POOL_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "engine/base/crew.h"
#include "engine/base/mutex.h"
#include "server/jobs/fair_queue.h"
#include "server/jobs/thread.h"

namespace fluxgate::jobs {

class Permit;

// Runs work on threads of its own, so that no RPC thread ever computes.
//
//   Submit ──▶ queue, fair by key ──▶ worker (at most max_running) ──▶ permit (at most workers) ──▶
//   work
//                                                      ▲                        │
//                                                      └──────── Yield ◀────────┘
//
// A piece of work keeps its worker (a thread with a fixed stack) until it returns, but computes
// only while it holds a permit; it offers the permit to others at its own step boundaries. The
// queue and the wait for permits both go round the keys (sessions), so none of them can starve
// another. Work of one key runs one after another, as a session would have it anyway, so that no
// thread is woken to wait: the next begins when the one before ends, waits or shares. Thread-safe.
class WorkerPool : private SpareProcessors {
 public:
  struct Options {
    int workers = 2;                 // Permits: how many compute at any moment.
    int max_running = 64;            // Threads, beside those of work that shares.
    int max_sharing = 192;           // Threads of work that shares: jobs delay no call.
    int max_running_per_key = 16;    // Threads that one key may hold.
    size_t max_queued = 4096;        // Work that waits for a thread.
    size_t stack_bytes = 256 << 20;  // Of each thread; untouched pages cost nothing.
  };
  // The permit is held when the work starts. Work must not throw.
  using Work = absl::AnyInvocable<void(Permit&)>;

  explicit WorkerPool(Options options);
  // Waits for the work that runs and drops what is queued: callers drain first.
  ~WorkerPool() override;
  WorkerPool(const WorkerPool&) = delete;
  WorkerPool& operator=(const WorkerPool&) = delete;

  // RESOURCE_EXHAUSTED when the queue is full, UNAVAILABLE after Stop; the work is then dropped.
  absl::Status Submit(const std::string& key, Work work);

  // Refuses new work and waits until all accepted work is done.
  void Drain();

  struct Load {
    size_t queued = 0;
    int running = 0;
    int waiting_for_permit = 0;
  };
  Load load() const;
  const Options& options() const { return options_; }
  // Helps work that runs, with permits that nobody waits for.
  Crew& crew() { return crew_; }

 private:
  friend class Permit;
  struct Waiter {
    CondVar granted_cv;
    bool granted = false;
  };
  struct Queued {
    std::string key;
    Work work;
  };

  // What runs under one key.
  struct Running {
    int threads = 0;
    int exclusive = 0;  // Of these, those beside which no other of the key may begin.
  };

  // ---- SpareProcessors ----
  int Borrow(int most) override;
  void GiveBack(int count) override;

  void RunWorker();
  bool HasRoomLocked() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MayRunLocked(const std::string& key) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // For an item that may run now.
  void WakeWorkerLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetExclusiveLocked(const std::string& key, bool exclusive)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void StartWorkerLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AcquireLocked(const std::string& key) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReleaseLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const Options options_;
  mutable Mutex mutex_;
  CondVar work_cv_;  // A worker is woken, or the pool stops.
  CondVar idle_cv_;  // Nothing is queued or running.
  FairQueue<Queued> queue_ ABSL_GUARDED_BY(mutex_);
  FairQueue<Waiter*> permit_waiters_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Running> running_by_key_ ABSL_GUARDED_BY(mutex_);
  int free_permits_ ABSL_GUARDED_BY(mutex_);
  int running_ ABSL_GUARDED_BY(mutex_) = 0;
  int sharing_ ABSL_GUARDED_BY(mutex_) = 0;       // Of those that run.
  int idle_threads_ ABSL_GUARDED_BY(mutex_) = 0;  // Without those that are woken.
  int wakeups_ ABSL_GUARDED_BY(mutex_) = 0;
  bool refusing_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Thread> threads_ ABSL_GUARDED_BY(mutex_);
  // Mirrors permit_waiters_.size(), so that Yield costs one load when nobody waits.
  std::atomic<int> waiting_{0};
  std::vector<Thread> crew_threads_;
  Crew crew_;
};

// The right to compute, lent by the pool to one piece of work on one thread.
class Permit {
 public:
  Permit(WorkerPool& pool, std::string key) : pool_(pool), key_(std::move(key)) {}
  Permit(const Permit&) = delete;
  Permit& operator=(const Permit&) = delete;

  bool shares() const { return shares_; }
  // Passes the permit on when somebody waits for one, and waits to get it back.
  void Yield();
  // Around a wait for something else: nobody computes less because this work waits.
  void Release();
  void Acquire();
  // From now on other work of the key may run beside this one: for a job that passes its session's
  // turn on.
  void Share();

 private:
  WorkerPool& pool_;
  const std::string key_;
  bool shares_ = false;
};

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_WORKER_POOL_H_
