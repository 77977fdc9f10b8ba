#include "server/jobs/worker_pool.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "server/jobs/stack.h"

namespace fluxgate::jobs {

namespace {
// A helper runs kernels alone.
constexpr size_t kHelperStackBytes = 1 << 20;

// Without the lock, since it asks the system.
void GiveBackStack(Mutex& mutex) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex) {
  mutex.Unlock();
  ReleaseUnusedStack();
  mutex.Lock();
}

}  // namespace

WorkerPool::WorkerPool(Options options)
    : options_(std::move(options)),
      free_permits_(options_.workers),
      crew_(
          options_.workers - 1,
          [this](std::function<void()> body) {
            auto thread = Thread::Start("fluxgate-helper", kHelperStackBytes, std::move(body));
            // Without room for another thread work runs on its own.
            if (thread.ok()) crew_threads_.push_back(*std::move(thread));
            return thread.ok();
          },
          this) {}

WorkerPool::~WorkerPool() {
  Drain();
  std::vector<Thread> threads;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    threads.swap(threads_);
    work_cv_.SignalAll();
  }
  for (Thread& thread : threads) thread.Join();
}

absl::Status WorkerPool::Submit(const std::string& key, Work work) {
  MutexLock lock(mutex_);
  if (refusing_) return absl::UnavailableError("the server is shutting down");
  if (queue_.size() >= options_.max_queued) {
    return absl::ResourceExhaustedError(
        absl::StrCat("the queue is full: ", queue_.size(), " calls wait"));
  }
  queue_.Push(key, Queued{key, std::move(work)});
  if (MayRunLocked(key)) WakeWorkerLocked();
  return absl::OkStatus();
}

bool WorkerPool::HasRoomLocked() const {
  return running_ - std::min(sharing_, options_.max_sharing) < options_.max_running;
}

bool WorkerPool::MayRunLocked(const std::string& key) const {
  auto running = running_by_key_.find(key);
  return running == running_by_key_.end() ||
         (running->second.exclusive == 0 && running->second.threads < options_.max_running_per_key);
}

void WorkerPool::WakeWorkerLocked() {
  if (idle_threads_ > 0) {
    --idle_threads_;
    ++wakeups_;
    work_cv_.Signal();
  } else if (static_cast<int>(threads_.size()) <
             options_.max_running + std::min(sharing_, options_.max_sharing)) {
    StartWorkerLocked();
  }
}

void WorkerPool::SetExclusiveLocked(const std::string& key, bool exclusive) {
  running_by_key_[key].exclusive += exclusive ? 1 : -1;
  if (!exclusive && !queue_.empty()) WakeWorkerLocked();
}

void WorkerPool::StartWorkerLocked() {
  auto thread = Thread::Start("fluxgate-worker", options_.stack_bytes, [this] { RunWorker(); });
  // Without room for another thread the existing ones serve the queue.
  if (thread.ok()) threads_.push_back(*std::move(thread));
}

void WorkerPool::RunWorker() {
  // Giving back a stack asks the system, so not after each of many short calls.
  constexpr int kWorksPerRelease = 16;
  int unreleased = 0;
  mutex_.Lock();
  while (true) {
    if (unreleased == kWorksPerRelease) {
      GiveBackStack(mutex_);
      unreleased = 0;
    }
    absl::optional<Queued> item = queue_.PopIf([this](const std::string& key) {
      mutex_.AssertHeld();
      return HasRoomLocked() && MayRunLocked(key);
    });
    if (!item.has_value()) {
      if (stopping_) break;
      if (unreleased > 0) {
        GiveBackStack(mutex_);
        unreleased = 0;
        continue;
      }
      ++idle_threads_;
      while (wakeups_ == 0 && !stopping_) work_cv_.Wait(mutex_);
      wakeups_ > 0 ? --wakeups_ : --idle_threads_;
      continue;
    }
    ++running_;
    Running& begun = running_by_key_[item->key];
    ++begun.threads;
    ++begun.exclusive;
    AcquireLocked(item->key);
    mutex_.Unlock();
    bool shares = false;
    {
      Permit permit(*this, item->key);
      item->work(permit);
      item->work = nullptr;  // What it owns dies outside the lock.
      shares = permit.shares();
    }
    ++unreleased;
    mutex_.Lock();
    ReleaseLocked();
    --running_;
    // The next of this key, if there is one, is for this worker.
    Running& ended = running_by_key_[item->key];
    if (shares) {
      --sharing_;
    } else {
      --ended.exclusive;
    }
    if (--ended.threads == 0) running_by_key_.erase(item->key);
    if (running_ == 0 && queue_.empty()) idle_cv_.SignalAll();
  }
  mutex_.Unlock();
}

void WorkerPool::AcquireLocked(const std::string& key) {
  if (free_permits_ > 0 && permit_waiters_.empty()) {
    --free_permits_;
    return;
  }
  Waiter waiter;
  permit_waiters_.Push(key, &waiter);
  waiting_.fetch_add(1, std::memory_order_relaxed);
  while (!waiter.granted) waiter.granted_cv.Wait(mutex_);
}

void WorkerPool::ReleaseLocked() {
  if (absl::optional<Waiter*> next = permit_waiters_.Pop()) {
    waiting_.fetch_sub(1, std::memory_order_relaxed);
    (*next)->granted = true;
    (*next)->granted_cv.Signal();
  } else {
    ++free_permits_;
  }
}

int WorkerPool::Borrow(int most) {
  if (waiting_.load(std::memory_order_relaxed) > 0) return 0;
  MutexLock lock(mutex_);
  if (!permit_waiters_.empty()) return 0;
  const int count = std::min(most, free_permits_);
  free_permits_ -= count;
  return count;
}

void WorkerPool::GiveBack(int count) {
  MutexLock lock(mutex_);
  for (int i = 0; i < count; ++i) ReleaseLocked();
}

void WorkerPool::Drain() {
  MutexLock lock(mutex_);
  refusing_ = true;
  while (running_ > 0 || !queue_.empty()) idle_cv_.Wait(mutex_);
}

WorkerPool::Load WorkerPool::load() const {
  MutexLock lock(mutex_);
  return {queue_.size(), running_, waiting_.load(std::memory_order_relaxed)};
}

void Permit::Yield() {
  if (pool_.waiting_.load(std::memory_order_relaxed) == 0) return;
  MutexLock lock(pool_.mutex_);
  if (pool_.permit_waiters_.empty()) return;
  pool_.ReleaseLocked();
  pool_.AcquireLocked(key_);
}

void Permit::Release() {
  MutexLock lock(pool_.mutex_);
  if (!shares_) pool_.SetExclusiveLocked(key_, false);
  pool_.ReleaseLocked();
}

void Permit::Acquire() {
  MutexLock lock(pool_.mutex_);
  if (!shares_) pool_.SetExclusiveLocked(key_, true);
  pool_.AcquireLocked(key_);
}

void Permit::Share() {
  MutexLock lock(pool_.mutex_);
  if (shares_) return;
  shares_ = true;
  ++pool_.sharing_;
  pool_.SetExclusiveLocked(key_, false);
}

}  // namespace fluxgate::jobs
