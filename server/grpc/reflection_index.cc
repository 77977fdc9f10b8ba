#include "server/grpc/reflection_index.h"

#include <grpcpp/support/status.h>

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"

namespace fluxgate::rpc {
namespace {

using google::protobuf::FileDescriptor;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

void SetError(grpc::StatusCode code, const std::string& message,
              ServerReflectionResponse& response) {
  response.mutable_error_response()->set_error_code(code);
  response.mutable_error_response()->set_error_message(message);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ReflectionIndex>> ReflectionIndex::Create(
    absl::string_view descriptor_set) {
  google::protobuf::FileDescriptorSet set;
  if (!set.ParseFromArray(descriptor_set.data(), static_cast<int>(descriptor_set.size()))) {
    return absl::InternalError("the embedded descriptor set cannot be read");
  }
  std::unique_ptr<ReflectionIndex> index(new ReflectionIndex());
  for (const auto& file : set.file()) {
    if (!index->serialized_.emplace(file.name(), file.SerializeAsString()).second) continue;
    index->database_.Add(file);
    for (const auto& service : file.service()) {
      index->services_.push_back(absl::StrCat(file.package(), ".", service.name()));
    }
  }
  for (const auto& [name, bytes] : index->serialized_) {
    if (index->pool_.FindFileByName(name) == nullptr) {
      return absl::InternalError(
          absl::StrCat("the embedded descriptor of ", name, " does not fit its imports"));
    }
  }
  std::sort(index->services_.begin(), index->services_.end());
  return index;
}

void ReflectionIndex::AddFiles(const FileDescriptor* file, const std::string& asked,
                               ServerReflectionResponse& response) const {
  if (file == nullptr) {
    return SetError(grpc::StatusCode::NOT_FOUND, absl::StrCat("not found: ", asked), response);
  }
  std::vector<const FileDescriptor*> todo = {file};
  std::set<std::string> seen = {file->name()};
  while (!todo.empty()) {
    const FileDescriptor* next = todo.back();
    todo.pop_back();
    response.mutable_file_descriptor_response()->add_file_descriptor_proto(
        serialized_.at(next->name()));
    for (int i = 0; i < next->dependency_count(); ++i) {
      if (seen.insert(next->dependency(i)->name()).second) todo.push_back(next->dependency(i));
    }
  }
}

ServerReflectionResponse ReflectionIndex::Answer(const ServerReflectionRequest& request) const {
  ServerReflectionResponse response;
  response.set_valid_host(request.host());
  *response.mutable_original_request() = request;
  switch (request.message_request_case()) {
    case ServerReflectionRequest::kListServices:
      for (const std::string& service : services_) {
        response.mutable_list_services_response()->add_service()->set_name(service);
      }
      break;
    case ServerReflectionRequest::kFileByFilename:
      AddFiles(pool_.FindFileByName(request.file_by_filename()), request.file_by_filename(),
               response);
      break;
    case ServerReflectionRequest::kFileContainingSymbol:
      AddFiles(pool_.FindFileContainingSymbol(request.file_containing_symbol()),
               request.file_containing_symbol(), response);
      break;
    case ServerReflectionRequest::kFileContainingExtension: {
      const auto& asked = request.file_containing_extension();
      const auto* type = pool_.FindMessageTypeByName(asked.containing_type());
      const auto* extension =
          type == nullptr ? nullptr : pool_.FindExtensionByNumber(type, asked.extension_number());
      AddFiles(extension == nullptr ? nullptr : extension->file(), asked.containing_type(),
               response);
      break;
    }
    case ServerReflectionRequest::kAllExtensionNumbersOfType: {
      const std::string& name = request.all_extension_numbers_of_type();
      const auto* type = pool_.FindMessageTypeByName(name);
      if (type == nullptr) {
        SetError(grpc::StatusCode::NOT_FOUND, absl::StrCat("not found: ", name), response);
        break;
      }
      auto* numbers = response.mutable_all_extension_numbers_response();
      numbers->set_base_type_name(name);
      std::vector<const google::protobuf::FieldDescriptor*> extensions;
      pool_.FindAllExtensions(type, &extensions);
      for (const auto* extension : extensions) numbers->add_extension_number(extension->number());
      break;
    }
    case ServerReflectionRequest::MESSAGE_REQUEST_NOT_SET:
      SetError(grpc::StatusCode::INVALID_ARGUMENT, "the request asks nothing", response);
      break;
  }
  return response;
}

}  // namespace fluxgate::rpc
