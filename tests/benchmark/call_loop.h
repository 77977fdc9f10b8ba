#ifndef FLUXGATE_TESTS_BENCHMARK_CALL_LOOP_H_
#define FLUXGATE_TESTS_BENCHMARK_CALL_LOOP_H_

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/status_macros.h"
#include "tests/benchmark/channel.h"

namespace fluxgate::benchmark {

// Unary calls through the callback API, so many in flight: each answer sends the next call. One
// object serves one run.
template <typename AsyncStub, typename Request, typename Response>
class CallLoop {
 public:
  using Method = void (AsyncStub::*)(grpc::ClientContext*, const Request*, Response*,
                                     std::function<void(grpc::Status)>);

  CallLoop(AsyncStub* stub, Method method, const Request& request)
      : stub_(stub), method_(method), request_(request) {}

  // Makes `calls` calls and returns the microseconds of a call: the time of all over their number.
  absl::StatusOr<double> Run(int calls, int in_flight) {
    slots_ = std::vector<Slot>(static_cast<size_t>(in_flight));
    left_ = calls - in_flight;
    running_ = in_flight;
    const auto start = std::chrono::steady_clock::now();
    for (Slot& slot : slots_) Send(slot);
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    FG_RETURN_IF_ERROR(ToStatus(error_));
    return std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start)
               .count() /
           calls;
  }

 private:
  struct Slot {
    std::unique_ptr<grpc::ClientContext> context;
    Response response;
  };

  void Send(Slot& slot) {
    slot.context = std::make_unique<grpc::ClientContext>();
    (stub_->*method_)(slot.context.get(), &request_, &slot.response,
                      [this, &slot](const grpc::Status& status) { Answered(slot, status); });
  }

  void Answered(Slot& slot, const grpc::Status& status) {
    bool again = false;
    {
      std::lock_guard<std::mutex> lock(mutex_);
      if (!status.ok()) error_ = status;
      again = error_.ok() && left_ > 0;
      again ? --left_ : --running_;
      if (running_ == 0) done_.notify_one();
    }
    if (again) Send(slot);
  }

  AsyncStub* const stub_;
  const Method method_;
  const Request request_;
  std::vector<Slot> slots_;
  std::mutex mutex_;
  std::condition_variable done_;
  int left_ = 0, running_ = 0;  // Guarded by mutex_.
  grpc::Status error_;          // Guarded by mutex_.
};

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_CALL_LOOP_H_
