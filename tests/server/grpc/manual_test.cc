// The comments of the API are its manual: everything has one.

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/match.h"
#include "server/grpc/api_descriptors.h"

namespace fluxgate::rpc {
namespace {

template <typename Descriptor>
void ExpectComment(const Descriptor* descriptor) {
  google::protobuf::SourceLocation location;
  EXPECT_TRUE(descriptor->GetSourceLocation(&location) && !location.leading_comments.empty())
      << descriptor->full_name() << " has no comment";
}

void Check(const google::protobuf::EnumDescriptor* type) {
  ExpectComment(type);
  for (int i = 0; i < type->value_count(); ++i) ExpectComment(type->value(i));
}

void Check(const google::protobuf::Descriptor* message) {
  if (message->options().map_entry()) return;
  ExpectComment(message);
  for (int i = 0; i < message->field_count(); ++i) ExpectComment(message->field(i));
  for (int i = 0; i < message->real_oneof_decl_count(); ++i) ExpectComment(message->oneof_decl(i));
  for (int i = 0; i < message->enum_type_count(); ++i) Check(message->enum_type(i));
  for (int i = 0; i < message->nested_type_count(); ++i) Check(message->nested_type(i));
}

TEST(ManualTest, EverythingHasAComment) {
  google::protobuf::FileDescriptorSet set;
  const absl::string_view bytes = ApiDescriptors();
  ASSERT_TRUE(set.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())));
  google::protobuf::DescriptorPool pool;
  int files = 0, services = 0;
  for (const auto& file : set.file()) {
    const google::protobuf::FileDescriptor* built = pool.BuildFile(file);
    ASSERT_NE(built, nullptr) << file.name();
    if (!absl::StartsWith(built->package(), "fluxgate.")) continue;
    ++files;
    for (int i = 0; i < built->message_type_count(); ++i) Check(built->message_type(i));
    for (int i = 0; i < built->enum_type_count(); ++i) Check(built->enum_type(i));
    for (int i = 0; i < built->service_count(); ++i) {
      ExpectComment(built->service(i));
      ++services;
      for (int k = 0; k < built->service(i)->method_count(); ++k) {
        ExpectComment(built->service(i)->method(k));
      }
    }
  }
  EXPECT_EQ(files, 12);
  EXPECT_EQ(services, 6);
}

}  // namespace
}  // namespace fluxgate::rpc
