#ifndef FLUXGATE_SERVER_GRPC_TENSOR_WRITE_REACTOR_H_
#define FLUXGATE_SERVER_GRPC_TENSOR_WRITE_REACTOR_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/base/mutex.h"
#include "server/grpc/byte_buffers.h"
#include "server/grpc/call_scope.h"
#include "server/wire/chunk_codec.h"

namespace fluxgate::rpc {

// The messages of a stream that has nothing but chunks of tensors.
template <typename Response>
class ChunkSource {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): what a handler opens is all there is to send.
  ChunkSource(wire::ChunkEncoder chunks) : chunks_(std::move(chunks)) {}
  absl::optional<grpc::ByteBuffer> Next() {
    auto chunk = chunks_.Next();
    if (!chunk.has_value()) return absl::nullopt;
    return ChunkMessage(Response::kChunkFieldNumber, *std::move(chunk));
  }

 private:
  wire::ChunkEncoder chunks_;
};

// A server stream of tensors: `open` runs on a worker and takes a snapshot, a Source, whose
// messages follow as fast as the client reads them, at most one in flight and one prepared. They
// are bytes, so that a chunk goes from the tensor to the socket without a copy. Deletes itself in
// OnDone.
template <typename Request, typename Source>
class TensorWriteReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  using Open =
      std::function<absl::StatusOr<Source>(ServerState&, const Request&, session::CallContext&)>;

  template <typename Handlers, typename Opened>
  static grpc::ServerWriteReactor<grpc::ByteBuffer>* Run(
      Tenants& tenants, grpc::CallbackServerContext* context, std::string method,
      const grpc::ByteBuffer* request,
      absl::StatusOr<Opened> (Handlers::*open)(const Request&, session::CallContext&)) {
    auto* reactor =
        new TensorWriteReactor(tenants, *context, std::move(method),
                               [open](ServerState& state, const Request& r,
                                      session::CallContext& call) -> absl::StatusOr<Source> {
                                 auto opened = (Handlers(state).*open)(r, call);
                                 if (!opened.ok()) return std::move(opened).status();
                                 return Source(*std::move(opened));
                               });
    reactor->Submit(*request);
    return reactor;
  }

 private:
  TensorWriteReactor(Tenants& tenants, grpc::CallbackServerContext& context, std::string method,
                     Open open)
      : scope_(tenants, context, std::move(method)), open_(std::move(open)) {}

  void Submit(grpc::ByteBuffer bytes) {
    absl::Status status = scope_.admitted();
    if (status.ok()) status = ReadMessage(bytes, "the request", &request_);
    if (status.ok()) {
      scope_.Note(request_);
      status = scope_.environment().Submit(SessionOf(request_),
                                           [this](jobs::Permit& permit) { Start(&permit); });
    }
    if (!status.ok()) End(status);
  }

  void Start(jobs::Permit* permit) {
    absl::Status status = scope_.cancellation().token().Check();
    if (status.ok()) {
      status = scope_.Measure(permit, [this](session::CallContext& context) {
        auto source = open_(scope_.state(), request_, context);
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
      ended = !stop.ok() || !prepared_;
      if (!ended) {
        sending_.Swap(&next_);
        scope_.Sent(sending_.Length());
        this->StartWrite(&sending_);
        PrepareLocked();
      }
    }
    if (ended) End(stop);
  }

  void PrepareLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    const metrics::BookTime book(scope_.times().copy_out);
    absl::optional<grpc::ByteBuffer> message = source_->Next();
    prepared_ = message.has_value();
    if (prepared_) next_.Swap(&*message);
  }

  void End(const absl::Status& status) {
    source_.reset();
    this->Finish(scope_.Finished(status));
  }

  void OnCancel() override { scope_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  Request request_;
  const Open open_;
  absl::optional<Source> source_;
  Mutex mutex_;
  grpc::ByteBuffer sending_ ABSL_GUARDED_BY(mutex_);
  grpc::ByteBuffer next_ ABSL_GUARDED_BY(mutex_);
  bool prepared_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TENSOR_WRITE_REACTOR_H_
