#ifndef FLUXGATE_SERVER_GRPC_REFLECTION_INDEX_H_
#define FLUXGATE_SERVER_GRPC_REFLECTION_INDEX_H_

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/descriptor_database.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "grpc/reflection/v1/reflection.pb.h"

namespace fluxgate::rpc {

// Answers questions about the API from a descriptor set that was made with source comments, which
// the descriptors compiled into a program lack. Immutable after Create; thread-safe.
class ReflectionIndex {
 public:
  // `descriptor_set`: a serialised FileDescriptorSet, in any order.
  static absl::StatusOr<std::unique_ptr<ReflectionIndex>> Create(absl::string_view descriptor_set);

  grpc::reflection::v1::ServerReflectionResponse Answer(
      const grpc::reflection::v1::ServerReflectionRequest& request) const;
  // Full names, in order.
  const std::vector<std::string>& services() const { return services_; }

 private:
  ReflectionIndex() = default;
  // The file and all that it imports, each once. Null adds NOT_FOUND.
  void AddFiles(const google::protobuf::FileDescriptor* file, const std::string& asked,
                grpc::reflection::v1::ServerReflectionResponse& response) const;

  google::protobuf::SimpleDescriptorDatabase database_;
  google::protobuf::DescriptorPool pool_{&database_};
  absl::flat_hash_map<std::string, std::string> serialized_;  // file name → FileDescriptorProto
  std::vector<std::string> services_;
};

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_SERVER_GRPC_REFLECTION_INDEX_H_
