#ifndef FLUXGATE_ENGINE_BASE_TASK_RUNNER_H_
#define FLUXGATE_ENGINE_BASE_TASK_RUNNER_H_

#include <utility>

#include "absl/functional/any_invocable.h"

namespace fluxgate {

// Runs closures, now or later, on a thread of its own choice. Whoever needs work done elsewhere
// takes one of these instead of starting threads. Thread-safe.
class TaskRunner {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  virtual ~TaskRunner() = default;
  // Every task given is run exactly once, even when the runner is being shut down.
  virtual void Run(Task task) = 0;
};

// Runs each task before Run returns: for tests, and where no second thread is wanted.
class InlineRunner : public TaskRunner {
 public:
  void Run(Task task) override { std::move(task)(); }
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_TASK_RUNNER_H_
