#ifndef FLUXGATE_TESTS_TESTING_THREAD_CREW_H_
#define FLUXGATE_TESTS_TESTING_THREAD_CREW_H_

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "engine/base/crew.h"

namespace fluxgate::testing {

// A crew with threads of its own.
class ThreadCrew {
 public:
  explicit ThreadCrew(int helpers, SpareProcessors* spare = nullptr)
      : crew_(std::make_unique<Crew>(
            helpers,
            [this](std::function<void()> body) {
              threads_.emplace_back(std::move(body));
              return true;
            },
            spare)) {}
  ~ThreadCrew() {
    crew_.reset();  // Its threads end.
    for (std::thread& thread : threads_) thread.join();
  }
  Crew& operator*() { return *crew_; }
  Crew* operator->() { return crew_.get(); }

 private:
  std::vector<std::thread> threads_;
  std::unique_ptr<Crew> crew_;
};

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_THREAD_CREW_H_
