#ifndef FLUXGATE_ENGINE_BASE_CREW_H_
#define FLUXGATE_ENGINE_BASE_CREW_H_

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/types/span.h"
#include "engine/base/mutex.h"

namespace fluxgate {

// Processors beyond the caller's own, lent for a moment. Thread-safe.
class SpareProcessors {
 public:
  virtual ~SpareProcessors() = default;
  // How many, of at most `most`, the caller may use until it gives them back: none while others
  // wait for one. Does not block.
  virtual int Borrow(int most) = 0;
  virtual void GiveBack(int count) = 0;
};

// Threads that take part in work which its owner has cut into pieces.
//
//   caller ── Run ──▶ piece 0, 1, 2, ... ◀── as many helpers as there are spare processors
//
// Whoever is free takes the next piece, so the cut must not depend on the number of helpers. A
// helper that is done looks out for more work for some microseconds before it sleeps, because the
// pieces of a training step follow each other closely; it needs no processor of its own for that.
// Thread-safe: callers that run at the same time have different helpers.
class Crew {
 public:
  // Starts a thread that runs `body`, to be joined after the crew's end; false when there is no
  // room for another.
  using StartThread = absl::FunctionRef<bool(std::function<void()> body)>;

  // `spare` outlives the crew; without it every helper may help at any time.
  Crew(int helpers, StartThread start_thread, SpareProcessors* spare = nullptr);
  // REQUIRES: nobody runs.
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  // task(piece) once for each piece in [0, pieces), in any order and on several threads; returns
  // when all are done. Does not allocate.
  void Run(int pieces, absl::FunctionRef<void(int piece)> task);

 private:
  class Work;
  // A thread's place. `work` is what it is offered; null when it has nothing to do.
  struct alignas(64) Helper {
    std::atomic<Work*> work{nullptr};
  };
  static constexpr int kMost = 15;  // Helpers of one Run.

  static void Serve(Helper& helper);
  int Lend(int most, Helper** to);
  void TakeBack(absl::Span<Helper* const> helpers);

  SpareProcessors* const spare_;
  std::vector<std::shared_ptr<Helper>> helpers_;  // Shared with their threads.
  Mutex mutex_;
  std::vector<Helper*> idle_ ABSL_GUARDED_BY(mutex_);  // The last one may still be awake.
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_CREW_H_
