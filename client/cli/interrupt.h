#ifndef FLUXGATE_CLIENT_CLI_INTERRUPT_H_
#define FLUXGATE_CLIENT_CLI_INTERRUPT_H_

#include <signal.h>

#include <atomic>
#include <functional>
#include <thread>

namespace fluxgate::client {

// While it lives, the first Ctrl-C (or SIGTERM) calls `on_interrupt` on a thread of its own,
// however the rest of the program waits; the second one ends the program. Afterwards signals do
// what they did before. One at a time.
class OnInterrupt {
 public:
  explicit OnInterrupt(std::function<void()> on_interrupt);
  ~OnInterrupt();
  OnInterrupt(const OnInterrupt&) = delete;
  OnInterrupt& operator=(const OnInterrupt&) = delete;

  bool happened() const { return happened_; }

 private:
  std::function<void()> on_interrupt_;
  std::atomic<bool> happened_{false};
  struct sigaction previous_[2];
  std::thread thread_;
};

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_INTERRUPT_H_
