#include "client/cpp/bearer_channel.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace fluxgate::client {
namespace {

using grpc::experimental::InterceptionHookPoints;

class AddHeader final : public grpc::experimental::Interceptor {
 public:
  explicit AddHeader(const std::string& authorization) : authorization_(authorization) {}

  void Intercept(grpc::experimental::InterceptorBatchMethods* methods) override {
    if (methods->QueryInterceptionHookPoint(InterceptionHookPoints::PRE_SEND_INITIAL_METADATA)) {
      methods->GetSendInitialMetadata()->insert({"authorization", authorization_});
    }
    methods->Proceed();
  }

 private:
  const std::string& authorization_;
};

class AddHeaderFactory final : public grpc::experimental::ClientInterceptorFactoryInterface {
 public:
  explicit AddHeaderFactory(const std::string& token)
      : authorization_(absl::StrCat("Bearer ", token)) {}
  grpc::experimental::Interceptor* CreateClientInterceptor(
      grpc::experimental::ClientRpcInfo* /*info*/) override {
    return new AddHeader(authorization_);  // gRPC owns it; the channel outlives its calls.
  }

 private:
  const std::string authorization_;
};

}  // namespace

std::shared_ptr<grpc::Channel> MakeChannel(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials,
    const std::string& token) {
  if (token.empty()) return grpc::CreateChannel(address, credentials);
  std::vector<std::unique_ptr<grpc::experimental::ClientInterceptorFactoryInterface>> interceptors;
  interceptors.push_back(std::make_unique<AddHeaderFactory>(token));
  return grpc::experimental::CreateCustomChannelWithInterceptors(
      address, credentials, grpc::ChannelArguments(), std::move(interceptors));
}

}  // namespace fluxgate::client
