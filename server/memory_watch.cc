#include "server/memory_watch.h"

#include <algorithm>
#include <utility>

namespace fluxgate {
namespace {

constexpr int64_t kFastestGrowth = 8 << 20;  // bytes in a millisecond
constexpr std::chrono::milliseconds kSoonest{5}, kLatest{1000};

}  // namespace

MemoryWatch::MemoryWatch(std::shared_ptr<MemoryBudget> budget, Options options)
    : budget_(std::move(budget)), options_(std::move(options)), thread_([this] { Run(); }) {}

MemoryWatch::~MemoryWatch() {
  {
    MutexLock lock(mutex_);
    stop_ = true;
    stop_cv_.Signal();
  }
  thread_.join();
  budget_->Release(charged_);
}

void MemoryWatch::Run() {
  MutexLock lock(mutex_);
  while (!stop_) stop_cv_.WaitFor(mutex_, Look());
}

int64_t MemoryWatch::Excess(int64_t held) const {
  const int64_t of_sessions = budget_->used() - charged_;
  const int64_t room = options_.process_bytes - budget_->limit();
  return std::max<int64_t>(0, held - of_sessions - room);
}

std::chrono::milliseconds MemoryWatch::Look() {
  int64_t held = options_.held();
  int64_t excess = Excess(held);
  // Most of it is often what was freed and is kept for the next allocation.
  if (excess > 0) {
    options_.release();
    held = options_.held();
    excess = Excess(held);
  }
  if (excess > charged_) budget_->ChargeBeyondLimit(excess - charged_);
  if (excess < charged_) budget_->Release(charged_ - excess);
  charged_ = excess;
  return std::clamp(std::chrono::milliseconds((options_.process_bytes - held) / kFastestGrowth),
                    kSoonest, kLatest);
}

}  // namespace fluxgate
