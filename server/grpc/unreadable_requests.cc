#include "server/grpc/unreadable_requests.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <string>

#include "server/wire/error_codec.h"

namespace fluxgate::rpc {
namespace {

using grpc::experimental::InterceptionHookPoints;

// Whether the path, as /fluxgate.v1.Models/Predict, is one of ours.
bool Exists(const char* path) {
  std::string name(path);
  if (name.empty() || name[0] != '/') return false;
  name.erase(0, 1);
  std::replace(name.begin(), name.end(), '/', '.');
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(name) != nullptr;
}

class Interceptor final : public grpc::experimental::Interceptor {
 public:
  explicit Interceptor(const char* method) : method_(method) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_STATUS)) {
      // None of our own answers has this code and no message.
      const grpc::Status status = methods->GetSendStatus();
      if (status.error_code() == grpc::StatusCode::UNIMPLEMENTED &&
          status.error_message().empty() && Exists(method_)) {
        methods->ModifySendStatus(wire::ToGrpcStatus(absl::InvalidArgumentError(
            "the request is not a message of this method: its bytes are damaged or cut off, or a "
            "text in it is not UTF-8")));
      }
    }
    methods->Proceed();
  }

 private:
  const char* const method_;
};

class Factory final : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* info) override {
    return new Interceptor(info->method());  // gRPC owns it.
  }
};

}  // namespace

std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface> ExplainUnreadableRequests() {
  return std::make_unique<Factory>();
}

}  // namespace fluxgate::rpc
