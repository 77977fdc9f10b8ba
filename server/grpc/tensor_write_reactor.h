#ifndef FLUXGATE_SERVER_GRPC_TENSOR_WRITE_REACTOR_H_
#define FLUXGATE_SERVER_GRPC_TENSOR_WRITE_REACTOR_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "engine/base/mutex.h"
#include "server/grpc/call_scope.h"
#include "server/grpc/handlers.h"
#include "server/wire/error_codec.h"

namespace fluxgate::rpc {

// A server stream of chunks: `open` runs on a worker and takes a snapshot, then chunks follow as
// fast as the client reads them, at most one in flight and one prepared. Deletes itself in OnDone.
template <typename Request, typename Response>
class TensorWriteReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  using Open = std::function<absl::StatusOr<std::unique_ptr<ChunkSource<Response>>>(
      const Request&, session::CallContext&)>;

  static grpc::ServerWriteReactor<Response>* Run(Environment& environment, std::string method,
                                                 const Request* request, Open open) {
    auto* reactor =
        new TensorWriteReactor(environment, std::move(method), request, std::move(open));
    absl::Status queued = environment.pool.Submit(
        SessionOf(*request), [reactor](jobs::Permit& permit) { reactor->Start(&permit); });
    if (!queued.ok()) reactor->End(queued);
    return reactor;
  }

 private:
  TensorWriteReactor(Environment& environment, std::string method, const Request* request,
                     Open open)
      : scope_(environment, std::move(method)), request_(request), open_(std::move(open)) {}

  void Start(jobs::Permit* permit) {
    absl::Status status = scope_.cancellation().token().Check();
    if (status.ok()) {
      status = scope_.Measure(permit, [this](session::CallContext& context) {
        auto source = open_(*request_, context);
        if (source.ok()) source_ = *std::move(source);
        return source.status();
      });
    }
    if (!status.ok()) return End(status);
    {
      MutexLock lock(mutex_);
      PrepareLocked();
    }
    WritePrepared();
  }

  void OnWriteDone(bool ok) override {
    if (!ok) {
      // The thread that started this write may still be preparing the next message.
      { MutexLock lock(mutex_); }
      return End(absl::CancelledError("the client stopped reading"));
    }
    WritePrepared();
  }

  // Sends what is prepared, and prepares the next message while that one is on its way. OnWriteDone
  // may run on another thread before StartWrite returns: after the lock is gone, only the thread
  // that ends the call may touch the reactor.
  void WritePrepared() {
    absl::Status stop;
    bool ended = false;
    {
      MutexLock lock(mutex_);
      stop = scope_.cancellation().token().Check();
      if (stop.ok()) stop = prepared_.status();
      ended = !stop.ok() || !*prepared_;
      if (!ended) {
        std::swap(sending_, next_);
        this->StartWrite(&sending_);
        PrepareLocked();
      }
    }
    if (ended) End(stop);
  }

  void PrepareLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const metrics::BookTime book(scope_.times().copy_out);
    next_.Clear();
    prepared_ = source_->Next(&next_);
  }

  void End(const absl::Status& status) {
    source_ = nullptr;
    scope_.Finished(status);
    this->Finish(wire::ToGrpcStatus(status));
  }

  void OnCancel() override { scope_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  const Request* const request_;
  const Open open_;
  std::unique_ptr<ChunkSource<Response>> source_;
  Mutex mutex_;
  Response sending_ ABSL_GUARDED_BY(mutex_);
  Response next_ ABSL_GUARDED_BY(mutex_);
  absl::StatusOr<bool> prepared_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TENSOR_WRITE_REACTOR_H_
