#include "client/cpp/errors.h"

#include <gmock/gmock.h>

#include "google/rpc/error_details.pb.h"

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

TEST(ErrorsTest, KnowsTheRequestOfAnErrorThatTheServersLogExplains) {
  google::rpc::RequestInfo info;
  info.set_request_id("cafe-7");
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(grpc::StatusCode::INTERNAL));
  rich.set_message("an internal error");
  rich.add_details()->PackFrom(info);
  const absl::Status status =
      ToStatus(grpc::Status(grpc::StatusCode::INTERNAL, rich.message(), rich.SerializeAsString()));
  EXPECT_EQ(GetRequestId(status), "cafe-7");
  EXPECT_THAT(FormatError(status), HasSubstr("request_id: cafe-7"));
  EXPECT_EQ(GetRequestId(absl::InternalError("of ours")), absl::nullopt);
}

}  // namespace
}  // namespace fluxgate::client
