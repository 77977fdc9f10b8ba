#include <gtest/gtest.h>

#include <set>
#include <string>

#include "server/grpc/api_descriptors.h"
#include "server/grpc/reflection_index.h"

namespace fluxgate::rpc {
namespace {

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

}  // namespace
}  // namespace fluxgate::rpc
