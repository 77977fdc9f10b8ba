#ifndef FLUXGATE_SERVER_GRPC_TENSOR_READ_REACTOR_H_
#define FLUXGATE_SERVER_GRPC_TENSOR_READ_REACTOR_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "server/grpc/call_scope.h"
#include "server/grpc/handlers.h"
#include "server/wire/error_codec.h"

namespace fluxgate::rpc {

// A client stream of chunks. The next message is read only when the last one is kept, so a client
// that sends faster than the server stores is held back by gRPC's flow control. Deletes itself in
// OnDone.
template <typename Request, typename Response>
class TensorReadReactor final : public grpc::ServerReadReactor<Request> {
 public:
  using Sink = ChunkSink<Request, Response>;

  static grpc::ServerReadReactor<Request>* Run(Environment& environment, std::string method,
                                               Response* response, std::unique_ptr<Sink> sink) {
    auto* reactor =
        new TensorReadReactor(environment, std::move(method), response, std::move(sink));
    reactor->StartRead(&reactor->chunk_);
    return reactor;
  }

 private:
  TensorReadReactor(Environment& environment, std::string method, Response* response,
                    std::unique_ptr<Sink> sink)
      : scope_(environment, std::move(method)), response_(response), sink_(std::move(sink)) {}

  void OnReadDone(bool ok) override {
    if (!ok) return Close();
    absl::Status kept = sink_->Accept(chunk_);
    if (!kept.ok()) return End(kept);
    this->StartRead(&chunk_);
  }

  // A stream that was cut off ends here too: then nothing of it becomes visible.
  void Close() {
    absl::Status alive = scope_.cancellation().token().Check();
    if (!alive.ok()) return End(alive);
    absl::Status queued =
        scope_.environment().pool.Submit(sink_->session(), [this](jobs::Permit& permit) {
          absl::Status status = scope_.cancellation().token().Check();
          if (status.ok()) {
            status = scope_.Measure(&permit, [this](session::CallContext& context) {
              return sink_->Finish(response_, context);
            });
          }
          End(status);
        });
    if (!queued.ok()) End(queued);
  }

  void End(const absl::Status& status) {
    sink_ = nullptr;  // Its buffers are free again before the client hears of the end.
    scope_.Finished(status);
    this->Finish(wire::ToGrpcStatus(status));
  }

  void OnCancel() override { scope_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  Response* const response_;
  std::unique_ptr<Sink> sink_;
  Request chunk_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_TENSOR_READ_REACTOR_H_
