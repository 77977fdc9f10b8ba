#ifndef FLUXGATE_CLIENT_CLI_API_H_
#define FLUXGATE_CLIENT_CLI_API_H_

#include <google/protobuf/descriptor.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxgate::client {

// The API as the .proto files say it, with their comments, of the version that this client was
// built from. Names may leave out "fluxgate.v1."; NOT_FOUND lists what exists.

const google::protobuf::DescriptorPool& ApiPool();

std::vector<const google::protobuf::ServiceDescriptor*> ApiServices();
absl::StatusOr<const google::protobuf::ServiceDescriptor*> FindService(absl::string_view name);

// "Models/Train", "fluxgate.v1.Models/Train" or "fluxgate.v1.Models.Train".
absl::StatusOr<const google::protobuf::MethodDescriptor*> FindMethod(absl::string_view name);

// A service, method, message, field or enum as its .proto file has it.
absl::StatusOr<std::string> Describe(absl::string_view name);

// The first sentence of the comment above a service or method.
template <typename Descriptor>
std::string FirstSentence(const Descriptor& descriptor);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_API_H_
