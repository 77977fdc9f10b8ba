#include "server/wire/error_codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "engine/lang/syntax/diagnostics.h"
#include "google/rpc/error_details.pb.h"
#include "proto/fluxgate/v1/error.pb.h"
#include "server/wire/text.h"

namespace fluxgate::wire {
namespace {

using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;

template <typename Detail>
bool Find(const google::rpc::Status& status, Detail* detail) {
  for (const auto& any : status.details()) {
    if (any.UnpackTo(detail)) return true;
  }
  return false;
}

TEST(ErrorCodecTest, OkStaysOk) { EXPECT_TRUE(ToGrpcStatus(absl::OkStatus()).ok()); }

TEST(ErrorCodecTest, AFieldErrorNamesItsField) {
  const grpc::Status status = ToGrpcStatus(FieldError("x.rows[1]", "is not a number"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(status.error_message(), "x.rows[1]: is not a number");
  google::rpc::Status rich;
  ASSERT_TRUE(rich.ParseFromString(status.error_details()));
  google::rpc::BadRequest bad;
  ASSERT_TRUE(Find(rich, &bad));
  EXPECT_EQ(bad.field_violations(0).field(), "x.rows[1]");
  EXPECT_EQ(bad.field_violations(0).description(), "is not a number");
}

TEST(ErrorCodecTest, TheInnermostFieldWins) {
  const absl::Status status = AtField(FieldError("x.rows", "bad"), "x");
  EXPECT_EQ(status.message(), "x.rows: bad");
}

TEST(ErrorCodecTest, NobodysMistakesGetNoField) {
  for (const absl::Status& status :
       {absl::CancelledError("c"), absl::DeadlineExceededError("d"), absl::InternalError("i"),
        absl::UnavailableError("u"), absl::OkStatus()}) {
    EXPECT_EQ(AtField(status, "x"), status);
  }
}

TEST(ErrorCodecTest, SourceDiagnosticsTravel) {
  SourceDiagnostic diagnostic;
  diagnostic.kind = "UndefVarError";
  diagnostic.message = "`foo` not defined";
  diagnostic.source = "REPL[1]";
  diagnostic.line = 2;
  diagnostic.column = 5;
  diagnostic.excerpt = "bar(foo)\n    ^^^";
  diagnostic.suggestion = "for";
  diagnostic.trace = {"f at REPL[1]:2"};
  const absl::Status status =
      AtField(WithDiagnostic(absl::InvalidArgumentError("UndefVarError"), diagnostic), "source");
  const google::rpc::Status rich = ToRpcStatus(status);
  v1::SourceDiagnostic detail;
  ASSERT_TRUE(Find(rich, &detail));
  EXPECT_EQ(detail.kind(), "UndefVarError");
  EXPECT_EQ(detail.line(), 2u);
  EXPECT_EQ(detail.column(), 5u);
  EXPECT_THAT(detail.excerpt(), ElementsAre("bar(foo)", "    ^^^"));
  EXPECT_EQ(detail.suggestion(), "for");
  EXPECT_FALSE(detail.incomplete());
  google::rpc::BadRequest bad;
  EXPECT_TRUE(Find(rich, &bad));
}

TEST(ErrorCodecTest, AFullQueueAsksToTryAgain) {
  google::rpc::RetryInfo retry;
  EXPECT_TRUE(Find(ToRpcStatus(absl::UnavailableError("the server is shutting down")), &retry));
  EXPECT_TRUE(
      Find(ToRpcStatus(absl::ResourceExhaustedError("the queue is full: 9 calls wait")), &retry));
  EXPECT_FALSE(Find(ToRpcStatus(absl::ResourceExhaustedError("out of memory")), &retry));
}

TEST(ErrorCodecTest, InternalTextStaysInside) {
  EXPECT_THAT(ToRpcStatus(absl::InternalError("/secret/path")).message(),
              ::testing::Not(HasSubstr("secret")));
}

TEST(ErrorCodecTest, LongErrorsFitTheTrailers) {
  SourceDiagnostic diagnostic;
  diagnostic.message = std::string(100'000, 'm');
  diagnostic.excerpt = std::string(100'000, 'e');
  diagnostic.trace.assign(1000, std::string(1000, 't'));
  const absl::Status status = AtField(
      WithDiagnostic(absl::InvalidArgumentError(std::string(100'000, 'x')), diagnostic), "source");
  const grpc::Status out = ToGrpcStatus(status);
  // Details travel in base64.
  EXPECT_LT(out.error_message().size() + out.error_details().size() * 4 / 3, 8000u);
}

TEST(TextTest, CutsAtCharactersAndReplacesBadBytes) {
  EXPECT_EQ(CleanText("abc", 10), "abc");
  EXPECT_EQ(CleanText("ŷŷŷ", 4), "ŷŷ…");
  EXPECT_EQ(CleanText("ŷŷŷ", 5), "ŷŷ…");
  EXPECT_EQ(CleanText("a\xff"
                      "b\xc3",
                      10),
            "a?b?");
  EXPECT_EQ(CleanText("\xed\xa0\x80", 10), "???");  // a surrogate
  EXPECT_THAT(CleanText(std::string(100, 'a'), 10), EndsWith("…"));
}

TEST(TextTest, SplitsLines) {
  google::protobuf::RepeatedPtrField<std::string> lines;
  AddLines("", &lines);
  EXPECT_TRUE(lines.empty());
  AddLines("a\n\nb", &lines);
  EXPECT_THAT(lines, ElementsAre("a", "", "b"));
}

}  // namespace
}  // namespace fluxgate::wire
