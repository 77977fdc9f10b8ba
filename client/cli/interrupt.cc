#include "client/cli/interrupt.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <iterator>
#include <utility>

namespace fluxgate::client {
namespace {

constexpr int kSignals[] = {SIGINT, SIGTERM};

// From the handler, which may do little else than write, to the thread.
int pipe_ends[2];

void Notify(char what) {
  const int saved = errno;
  // A full pipe holds a notice already.
  if (write(pipe_ends[1], &what, 1) < 0) errno = saved;
}

}  // namespace

OnInterrupt::OnInterrupt(std::function<void()> on_interrupt)
    : on_interrupt_(std::move(on_interrupt)) {
  if (pipe2(pipe_ends, O_CLOEXEC) != 0) return;  // Then signals end the program, as they do anyway.
  thread_ = std::thread([this] {
    char what = 0;
    while (read(pipe_ends[0], &what, 1) < 0 && errno == EINTR) {
    }
    if (what != 'i') return;
    happened_ = true;
    on_interrupt_();
  });
  struct sigaction action = {};
  action.sa_handler = [](int) { Notify('i'); };
  action.sa_flags = SA_RESTART | SA_RESETHAND;
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &action, &previous_[i]);
}

OnInterrupt::~OnInterrupt() {
  if (!thread_.joinable()) return;
  for (size_t i = 0; i < std::size(kSignals); ++i) sigaction(kSignals[i], &previous_[i], nullptr);
  Notify('e');
  thread_.join();
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

}  // namespace fluxgate::client
