#ifndef FLUXGATE_TESTS_BENCHMARK_CHANNEL_H_
#define FLUXGATE_TESTS_BENCHMARK_CHANNEL_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"

namespace fluxgate::benchmark {

inline std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  return grpc::CreateChannel(address, grpc::InsecureChannelCredentials());
}

inline absl::Status ToStatus(const grpc::Status& status) {
  return status.ok() ? absl::OkStatus() : absl::UnknownError(status.error_message());
}

}  // namespace fluxgate::benchmark

#endif  // FLUXGATE_TESTS_BENCHMARK_CHANNEL_H_
