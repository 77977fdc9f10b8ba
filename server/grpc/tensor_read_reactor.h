#ifndef FLUXGATE_SERVER_GRPC_TENSOR_READ_REACTOR_H_
#define FLUXGATE_SERVER_GRPC_TENSOR_READ_REACTOR_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/proto_buffer_reader.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "engine/base/status_macros.h"
#include "server/grpc/byte_buffers.h"
#include "server/grpc/call_scope.h"
#include "server/grpc/handlers.h"

namespace fluxgate::rpc {

// A client stream of chunks. The next message is read only when the last one is kept, so a client
// that sends faster than the server stores is held back by gRPC's flow control. It reads bytes: of
// a message that gRPC cannot parse, gRPC says no more than of the end of the stream. Deletes itself
// in OnDone.
template <typename Request, typename Response>
class TensorReadReactor final : public grpc::ServerReadReactor<grpc::ByteBuffer> {
 public:
  using Sink = ChunkSink<Request, Response>;

  template <typename Handlers>
  static grpc::ServerReadReactor<grpc::ByteBuffer>* Run(
      Tenants& tenants, grpc::CallbackServerContext* context, std::string method,
      grpc::ByteBuffer* response, std::unique_ptr<Sink> (Handlers::*make_sink)()) {
    auto* reactor = new TensorReadReactor(tenants, *context, std::move(method), response);
    reactor->sink_ = (Handlers(reactor->scope_.state()).*make_sink)();
    reactor->Begin();
    return reactor;
  }

 private:
  TensorReadReactor(Tenants& tenants, grpc::CallbackServerContext& context, std::string method,
                    grpc::ByteBuffer* response)
      : scope_(tenants, context, std::move(method)), response_(response) {}

  void Begin() {
    if (!scope_.admitted().ok()) return End(scope_.admitted());
    this->StartRead(&bytes_);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Close();
    absl::Status kept;
    {
      const metrics::BookTime book(scope_.times().copy_in);
      kept = Accept();
    }
    if (!kept.ok()) return End(kept);
    this->StartRead(&bytes_);
  }

  // A stream that was cut off ends here too: then nothing of it becomes visible.
  void Close() {
    scope_.Arrived();
    absl::Status alive = scope_.cancellation().token().Check();
    if (!alive.ok()) return Interrupt(alive);
    absl::Status queued =
        scope_.environment().Submit(sink_->session(), [this](jobs::Permit& permit) {
          absl::Status status = scope_.cancellation().token().Check();
          if (!status.ok()) return Interrupt(status);
          End(scope_.Measure(
              &permit, [this](session::CallContext& context) { return FinishSink(context); }));
        });
    if (!queued.ok()) Interrupt(queued);
  }

  absl::Status Accept() {
    FG_RETURN_IF_ERROR(ReadMessage(bytes_, "a message of the stream", &message_));
    scope_.Note(message_);
    FG_RETURN_IF_ERROR(scope_.Hold(message_));
    return sink_->Accept(message_);
  }

  absl::Status FinishSink(session::CallContext& context) {
    Response response;
    FG_RETURN_IF_ERROR(sink_->Finish(&response, context));
    bool own_buffer = false;
    const grpc::Status written =
        grpc::SerializationTraits<Response>::Serialize(response, response_, &own_buffer);
    return written.ok() ? absl::OkStatus() : absl::InternalError(written.error_message());
  }

  void Interrupt(const absl::Status& status) {
    sink_->Interrupted();
    End(status);
  }

  void End(const absl::Status& status) {
    sink_ = nullptr;  // Its buffers are free again before the client hears of the end.
    this->Finish(scope_.Finished(status));
  }

  void OnCancel() override { scope_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  grpc::ByteBuffer* const response_;
  std::unique_ptr<Sink> sink_;
  grpc::ByteBuffer bytes_;
  Request message_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TENSOR_READ_REACTOR_H_
