#include "client/cpp/errors.h"

#include <gmock/gmock.h>

namespace fluxgate::client {
namespace {

using ::testing::HasSubstr;

TEST(ErrorsTest, AStatusOfGrpcKeepsItsCodeAndMessage) {
  const absl::Status status = ToStatus(grpc::Status(grpc::StatusCode::NOT_FOUND, "no such model"));
  EXPECT_EQ(status, absl::NotFoundError("no such model"));
  EXPECT_EQ(ToStatus(grpc::Status::OK), absl::OkStatus());
}

TEST(ErrorsTest, SaysWhatGrpcMeansWhenMessagesFindNoRoom) {
  const absl::Status status = ToStatus(
      grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "Received RST_STREAM with error code 11"));
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("no room for messages now; try again"));
}

}  // namespace
}  // namespace fluxgate::client
