#ifndef FLUXGATE_SERVER_GRPC_UNARY_CALL_H_
#define FLUXGATE_SERVER_GRPC_UNARY_CALL_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/status/status.h"
#include "server/grpc/call_scope.h"
#include "server/wire/error_codec.h"
#include "server/wire/request_checks.h"

namespace fluxgate::rpc {

// One unary call: queue, run, answer, and the same answer for a repeated request_id.
//
//   service method ─▶ Run ─▶ request cache ─▶ worker pool ─▶ handler ─▶ Finish ─▶ OnDone (deletes)
//
// The client's cancellation, deadline or death fires the token that the handler was given. The
// request and response belong to gRPC and live until OnDone.
template <typename Request, typename Response>
class UnaryCall final : public grpc::ServerUnaryReactor {
 public:
  using Handler =
      std::function<absl::Status(ServerState&, const Request&, Response*, session::CallContext&)>;

  static grpc::ServerUnaryReactor* Run(Tenants& tenants, grpc::CallbackServerContext& context,
                                       std::string method, Where where, const Request* request,
                                       Response* response, Handler handler) {
    auto* call = new UnaryCall(tenants, context, std::move(method), request, response,
                               std::move(handler));  // Deletes itself in OnDone.
    call->Begin(where);
    return call;
  }

 private:
  UnaryCall(Tenants& tenants, grpc::CallbackServerContext& context, std::string method,
            const Request* request, Response* response, Handler handler)
      : scope_(tenants, context, std::move(method)),
        request_(request),
        response_(response),
        handler_(std::move(handler)) {}

  void Begin(Where where) {
    scope_.Note(*request_);
    if (!scope_.admitted().ok()) return End(scope_.admitted());
    if (absl::Status held = scope_.Hold(*request_); !held.ok()) return End(held);
    if constexpr (requires { request_->request_id(); }) {
      if (absl::Status id = wire::CheckRequestId(request_->request_id()); !id.ok()) return End(id);
      if (!request_->request_id().empty()) {
        auto outcome = scope_.environment().requests.Begin(
            SessionOf(*request_), request_->request_id(), Fingerprint(),
            [this](const jobs::RequestCache::Answer& answer) { AnswerAgain(answer); });
        if (!outcome.ok()) return End(wire::AtField(outcome.status(), "request_id"));
        if (*outcome == jobs::RequestCache::Outcome::kWillAnswer) return;
        caches_ = true;
      }
    }
    if (where == Where::kHere) return Work(nullptr);
    absl::Status queued = scope_.environment().Submit(
        SessionOf(*request_), [this](jobs::Permit& permit) { Work(&permit); });
    if (!queued.ok()) End(queued);
  }

  void Work(jobs::Permit* permit) {
    // A caller that left while its call was queued gets no work done.
    absl::Status status = scope_.cancellation().token().Check();
    if (status.ok()) {
      status = scope_.Measure(permit, [this](session::CallContext& context) {
        return handler_(scope_.state(), *request_, response_, context);
      });
    }
    End(status);
  }

  void AnswerAgain(const jobs::RequestCache::Answer& answer) {
    absl::Status status = answer.status();
    if (status.ok() && !response_->ParseFromString(*answer)) {
      status = absl::InternalError("a kept answer cannot be read");
    }
    End(status);
  }

  void End(const absl::Status& status) {
    if constexpr (requires { request_->request_id(); }) {
      if (caches_) {
        scope_.environment().requests.Finish(
            SessionOf(*request_), request_->request_id(),
            status.ok() ? jobs::RequestCache::Answer(response_->SerializeAsString())
                        : jobs::RequestCache::Answer(status));
      }
    }
    if (status.ok() && scope_.IsLogged(status)) scope_.Sent(response_->ByteSizeLong());
    this->Finish(scope_.Finished(status));
  }

  uint64_t Fingerprint() const {
    return absl::HashOf(scope_.method(), request_->SerializeAsString());
  }

  void OnCancel() override { scope_.cancellation().Cancel(); }
  void OnDone() override { delete this; }

  CallScope scope_;
  const Request* const request_;
  Response* const response_;
  const Handler handler_;
  bool caches_ = false;
};

// The method of the handlers, on the caller's part of the server.
template <typename Handlers, typename Request, typename Response>
grpc::ServerUnaryReactor* RunUnary(Tenants& tenants, grpc::CallbackServerContext* context,
                                   std::string method, Where where, const Request* request,
                                   Response* response,
                                   absl::Status (Handlers::*handler)(const Request&, Response*,
                                                                     session::CallContext&)) {
  return UnaryCall<Request, Response>::Run(
      tenants, *context, std::move(method), where, request, response,
      [handler](ServerState& state, const Request& r, Response* out, session::CallContext& call) {
        return (Handlers(state).*handler)(r, out, call);
      });
}

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_UNARY_CALL_H_
