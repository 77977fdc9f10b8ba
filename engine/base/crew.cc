#include "engine/base/crew.h"

#include <xmmintrin.h>

#include <algorithm>

namespace fluxgate {

class Crew::Work {
 public:
  Work(int pieces, absl::FunctionRef<void(int)> task) : pieces_(pieces), task_(task) {}

  // Pieces until there are no more to begin.
  void TakePart() {
    for (int piece = next_++; piece < pieces_; piece = next_++) task_(piece);
  }

  // What stands in a helper's place while it works, and when it shall end.
  static Work* Busy() {
    static Work busy(0, [](int) {});
    return &busy;
  }
  static Work* End() {
    static Work end(0, [](int) {});
    return &end;
  }

 private:
  const int pieces_;
  const absl::FunctionRef<void(int)> task_;
  std::atomic<int> next_{0};
};

namespace {

// Some tens of microseconds.
constexpr int kSpins = 1000;

// Waits until the place holds something else than `value`.
template <typename T>
T* AwaitOther(const std::atomic<T*>& place, T* value) {
  for (int i = 0; i < kSpins; ++i) {
    T* const now = place.load(std::memory_order_acquire);
    if (now != value) return now;
    _mm_pause();
  }
  // Between the wait's end and the load it may be `value` again.
  while (true) {
    place.wait(value, std::memory_order_acquire);
    T* const now = place.load(std::memory_order_acquire);
    if (now != value) return now;
  }
}

}  // namespace

Crew::Crew(int helpers, StartThread start_thread, SpareProcessors* spare) : spare_(spare) {
  for (int i = 0; i < helpers; ++i) {
    auto helper = std::make_shared<Helper>();
    if (!start_thread([helper] { Serve(*helper); })) break;
    helpers_.push_back(helper);
  }
  MutexLock lock(mutex_);
  for (const auto& helper : helpers_) idle_.push_back(helper.get());
}

Crew::~Crew() {
  for (const auto& helper : helpers_) {
    helper->work.store(Work::End(), std::memory_order_release);
    helper->work.notify_one();
  }
}

void Crew::Serve(Helper& helper) {
  while (true) {
    Work* work = AwaitOther<Work>(helper.work, nullptr);
    if (work == Work::End()) return;
    // The caller may have withdrawn it.
    if (!helper.work.compare_exchange_strong(work, Work::Busy())) continue;
    work->TakePart();
    helper.work.store(nullptr, std::memory_order_release);
    helper.work.notify_one();
  }
}

int Crew::Lend(int most, Helper** to) {
  if (most <= 0) return 0;
  MutexLock lock(mutex_);
  most = std::min<int>(most, static_cast<int>(idle_.size()));
  if (spare_ != nullptr && most > 0) most = spare_->Borrow(most);
  for (int i = 0; i < most; ++i) {
    to[i] = idle_.back();
    idle_.pop_back();
  }
  return most;
}

void Crew::TakeBack(absl::Span<Helper* const> helpers) {
  if (spare_ != nullptr) spare_->GiveBack(static_cast<int>(helpers.size()));
  MutexLock lock(mutex_);
  idle_.insert(idle_.end(), helpers.rbegin(), helpers.rend());
}

void Crew::Run(int pieces, absl::FunctionRef<void(int)> task) {
  Helper* helpers[kMost];
  const int count = Lend(std::min(pieces - 1, kMost), helpers);
  Work work(pieces, task);
  for (int i = 0; i < count; ++i) {
    helpers[i]->work.store(&work, std::memory_order_release);
    helpers[i]->work.notify_one();
  }
  work.TakePart();
  for (int i = 0; i < count; ++i) {
    Work* offered = &work;
    // Who has not begun need not.
    if (helpers[i]->work.compare_exchange_strong(offered, nullptr)) continue;
    AwaitOther<Work>(helpers[i]->work, Work::Busy());
  }
  if (count > 0) TakeBack({helpers, static_cast<size_t>(count)});
}

}  // namespace fluxgate
