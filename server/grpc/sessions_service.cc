#include "proto/fluxgate/v1/sessions.grpc.pb.h"
#include "server/grpc/services.h"
#include "server/grpc/sessions_handlers.h"
#include "server/grpc/tenants.h"
#include "server/grpc/tensor_write_reactor.h"
#include "server/grpc/unary_call.h"

namespace fluxgate::rpc {
namespace {

// Each RPC of Sessions: where it runs, and which handler does it.
class SessionsService final
    : public v1::Sessions::WithRawCallbackMethod_ExportSession<v1::Sessions::CallbackService> {
 public:
  explicit SessionsService(Tenants& tenants) : tenants_(tenants) {}

  grpc::ServerUnaryReactor* CreateSession(grpc::CallbackServerContext* context,
                                          const v1::CreateSessionRequest* request,
                                          v1::CreateSessionResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/CreateSession", Where::kHere, request,
                    response, &SessionsHandlers::CreateSession);
  }
  grpc::ServerUnaryReactor* GetSession(grpc::CallbackServerContext* context,
                                       const v1::GetSessionRequest* request,
                                       v1::GetSessionResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/GetSession", Where::kHere, request,
                    response, &SessionsHandlers::GetSession);
  }
  grpc::ServerUnaryReactor* ListSessions(grpc::CallbackServerContext* context,
                                         const v1::ListSessionsRequest* request,
                                         v1::ListSessionsResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/ListSessions", Where::kHere, request,
                    response, &SessionsHandlers::ListSessions);
  }
  grpc::ServerUnaryReactor* DeleteSession(grpc::CallbackServerContext* context,
                                          const v1::DeleteSessionRequest* request,
                                          v1::DeleteSessionResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/DeleteSession", Where::kHere, request,
                    response, &SessionsHandlers::DeleteSession);
  }
  grpc::ServerUnaryReactor* ForkSession(grpc::CallbackServerContext* context,
                                        const v1::ForkSessionRequest* request,
                                        v1::ForkSessionResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/ForkSession", Where::kWorker, request,
                    response, &SessionsHandlers::ForkSession);
  }
  grpc::ServerWriteReactor<grpc::ByteBuffer>* ExportSession(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return TensorWriteReactor<v1::ExportSessionRequest, ExportSource>::Run(
        tenants_, context, "fluxgate.v1.Sessions/ExportSession", request,
        &SessionsHandlers::ExportSession);
  }
  grpc::ServerUnaryReactor* KeepAlive(grpc::CallbackServerContext* context,
                                      const v1::KeepAliveRequest* request,
                                      v1::KeepAliveResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/KeepAlive", Where::kHere, request,
                    response, &SessionsHandlers::KeepAlive);
  }
  grpc::ServerUnaryReactor* GetUpload(grpc::CallbackServerContext* context,
                                      const v1::GetUploadRequest* request,
                                      v1::GetUploadResponse* response) override {
    return RunUnary(tenants_, context, "fluxgate.v1.Sessions/GetUpload", Where::kHere, request,
                    response, &SessionsHandlers::GetUpload);
  }

 private:
  Tenants& tenants_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeSessionsService(Tenants& tenants) {
  return std::make_unique<SessionsService>(tenants);
}

}  // namespace fluxgate::rpc
