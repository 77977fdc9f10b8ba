#include "server/jobs/thread.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace fluxgate::jobs {
namespace {

struct StartInfo {
  std::string name;
  std::function<void()> body;
};

void* Run(void* argument) {
  std::unique_ptr<StartInfo> info(static_cast<StartInfo*>(argument));
  pthread_setname_np(pthread_self(), info->name.substr(0, 15).c_str());
  info->body();
  return nullptr;
}

}  // namespace

absl::StatusOr<Thread> Thread::Start(const std::string& name, size_t stack_bytes,
                                     std::function<void()> body) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  int error = pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t handle{};
  if (error == 0) {
    auto info = std::make_unique<StartInfo>(StartInfo{name, std::move(body)});
    error = pthread_create(&handle, &attributes, &Run, info.get());
    if (error == 0) info.release();  // NOLINT(bugprone-unused-return-value): Run owns it now.
  }
  pthread_attr_destroy(&attributes);
  if (error != 0) {
    return absl::ResourceExhaustedError(absl::StrCat("cannot start another thread (", error, ")"));
  }
  return Thread(handle);
}

Thread::Thread(Thread&& other) noexcept
    : handle_(other.handle_), joinable_(std::exchange(other.joinable_, false)) {}

Thread& Thread::operator=(Thread&& other) noexcept {
  Join();
  handle_ = other.handle_;
  joinable_ = std::exchange(other.joinable_, false);
  return *this;
}

Thread::~Thread() { Join(); }

void Thread::Join() {
  if (std::exchange(joinable_, false)) pthread_join(handle_, nullptr);
}

}  // namespace fluxgate::jobs
