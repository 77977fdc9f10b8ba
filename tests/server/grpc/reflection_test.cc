#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/grpc/api_descriptors.h"
#include "server/grpc/reflection_index.h"

namespace fluxgate::rpc {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::FileDescriptorProto;
using grpc::reflection::v1::ServerReflectionRequest;
using grpc::reflection::v1::ServerReflectionResponse;

const ReflectionIndex& Index() {
  static const ReflectionIndex* const index =
      ReflectionIndex::Create(ApiDescriptors()).value().release();
  return *index;
}

std::set<std::string> FileNames(const ServerReflectionResponse& response) {
  std::set<std::string> names;
  for (const std::string& bytes : response.file_descriptor_response().file_descriptor_proto()) {
    FileDescriptorProto file;
    EXPECT_TRUE(file.ParseFromString(bytes));
    EXPECT_TRUE(names.insert(file.name()).second) << file.name() << " came twice";
  }
  return names;
}

TEST(ReflectionTest, ListsEveryService) {
  ServerReflectionRequest request;
  request.set_list_services("");
  const ServerReflectionResponse response = Index().Answer(request);
  std::set<std::string> services;
  for (const auto& service : response.list_services_response().service()) {
    services.insert(service.name());
  }
  for (const char* name : {"fluxgate.v1.Sessions", "fluxgate.v1.Workspace", "fluxgate.v1.Models",
                           "fluxgate.v1.Datasets", "fluxgate.v1.Jobs", "fluxgate.v1.Server",
                           "grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"}) {
    EXPECT_EQ(services.count(name), 1u) << name;
  }
}

TEST(ReflectionTest, ASymbolComesWithItsFileAndAllImports) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("fluxgate.v1.Models.Train");
  const std::set<std::string> files = FileNames(Index().Answer(request));
  EXPECT_EQ(files.count("proto/fluxgate/v1/models.proto"), 1u);
  EXPECT_EQ(files.count("proto/fluxgate/v1/tensor.proto"), 1u);
  EXPECT_EQ(files.count("google/protobuf/struct.proto"), 1u);
}

TEST(ReflectionTest, ErrorDetailsCanBeLookedUp) {
  ServerReflectionRequest request;
  request.set_file_containing_symbol("google.rpc.BadRequest");
  EXPECT_EQ(FileNames(Index().Answer(request)).count("google/rpc/error_details.proto"), 1u);
}

TEST(ReflectionTest, WhatDoesNotExistIsNotFound) {
  ServerReflectionRequest request;
  request.set_file_by_filename("../secrets.proto");
  EXPECT_EQ(Index().Answer(request).error_response().error_code(), 5);
  request.set_file_containing_symbol("fluxgate.v1.Nothing");
  EXPECT_EQ(Index().Answer(request).error_response().error_code(), 5);
  EXPECT_EQ(Index().Answer(ServerReflectionRequest()).error_response().error_code(), 3);
}

// Checks that a declaration at `path` of the file has a comment.
class CommentCheck {
 public:
  explicit CommentCheck(const FileDescriptorProto& file) : file_(file) {
    for (const auto& location : file.source_code_info().location()) {
      if (!location.leading_comments().empty()) {
        commented_.insert({location.path().begin(), location.path().end()});
      }
    }
  }
  void Expect(const std::vector<int>& path, const std::string& name) const {
    EXPECT_EQ(commented_.count(path), 1u) << file_.name() << ": no comment on " << name;
  }
  void Message(const DescriptorProto& message, std::vector<int> path) const {
    if (message.options().map_entry()) return;
    Expect(path, message.name());
    auto child = [&path](int field, int index) {
      std::vector<int> result = path;
      result.insert(result.end(), {field, index});
      return result;
    };
    for (int i = 0; i < message.field_size(); ++i) {
      Expect(child(DescriptorProto::kFieldFieldNumber, i),
             message.name() + "." + message.field(i).name());
    }
    for (int i = 0; i < message.nested_type_size(); ++i) {
      Message(message.nested_type(i), child(DescriptorProto::kNestedTypeFieldNumber, i));
    }
    for (int i = 0; i < message.enum_type_size(); ++i) {
      Enum(message.enum_type(i), child(DescriptorProto::kEnumTypeFieldNumber, i));
    }
  }
  void Enum(const google::protobuf::EnumDescriptorProto& type, std::vector<int> path) const {
    Expect(path, type.name());
    for (int i = 0; i < type.value_size(); ++i) {
      std::vector<int> value = path;
      value.insert(value.end(), {google::protobuf::EnumDescriptorProto::kValueFieldNumber, i});
      Expect(value, type.value(i).name());
    }
  }

 private:
  const FileDescriptorProto& file_;
  std::set<std::vector<int>> commented_;
};

TEST(ReflectionTest, EverythingOfTheApiHasAComment) {
  google::protobuf::FileDescriptorSet set;
  const absl::string_view bytes = ApiDescriptors();
  ASSERT_TRUE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  int services = 0;
  for (const FileDescriptorProto& file : set.file()) {
    if (file.package() != "fluxgate.v1") continue;
    const CommentCheck check(file);
    for (int i = 0; i < file.message_type_size(); ++i) {
      check.Message(file.message_type(i), {FileDescriptorProto::kMessageTypeFieldNumber, i});
    }
    for (int i = 0; i < file.enum_type_size(); ++i) {
      check.Enum(file.enum_type(i), {FileDescriptorProto::kEnumTypeFieldNumber, i});
    }
    for (int i = 0; i < file.service_size(); ++i, ++services) {
      check.Expect({FileDescriptorProto::kServiceFieldNumber, i}, file.service(i).name());
      for (int m = 0; m < file.service(i).method_size(); ++m) {
        check.Expect({FileDescriptorProto::kServiceFieldNumber, i,
                      google::protobuf::ServiceDescriptorProto::kMethodFieldNumber, m},
                     file.service(i).method(m).name());
      }
    }
  }
  EXPECT_EQ(services, 6);
}

}  // namespace
}  // namespace fluxgate::rpc
