#ifndef FLUXGATE_SERVER_JOBS_THREAD_H_
#define FLUXGATE_SERVER_JOBS_THREAD_H_

#include <pthread.h>

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"

namespace fluxgate::jobs {

// A thread with a stack of a chosen size, which std::thread cannot have. Join before destruction.
class Thread {
 public:
  // RESOURCE_EXHAUSTED when the system has no room for another thread.
  static absl::StatusOr<Thread> Start(const std::string& name, size_t stack_bytes,
                                      std::function<void()> body);
  Thread(Thread&& other) noexcept;
  Thread& operator=(Thread&& other) noexcept;
  ~Thread();

  void Join();

 private:
  explicit Thread(pthread_t handle) : handle_(handle), joinable_(true) {}
  pthread_t handle_;
  bool joinable_;
};

}  // namespace fluxgate::jobs

#endif  // FLUXGATE_SERVER_JOBS_THREAD_H_
