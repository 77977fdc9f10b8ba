#include "server/wire/request_checks.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace fluxgate::wire {
namespace {

using ::fluxgate::testing::StatusIs;

google::protobuf::Duration Make(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

TEST(DurationTest, TakesPositiveOnesUpToTheLongest) {
  ASSERT_OK_AND_ASSIGN(auto duration, DecodeDuration(Make(1, 500'000'000), "timeout"));
  EXPECT_EQ(duration, std::chrono::milliseconds(1500));
  for (const auto& bad :
       {Make(0, 0), Make(-1, 0), Make(0, -1), Make(0, 1'000'000'000), Make(int64_t{1} << 62, 0)}) {
    EXPECT_THAT(DecodeDuration(bad, "timeout"), StatusIs(absl::StatusCode::kInvalidArgument));
  }
}

TEST(PageTest, GoesThroughAListWithoutGaps) {
  ASSERT_OK_AND_ASSIGN(Page first, DecodePage(2, ""));
  EXPECT_EQ(first.begin, 0u);
  const std::string token = NextPageToken(first, 3);
  ASSERT_FALSE(token.empty());
  ASSERT_OK_AND_ASSIGN(Page second, DecodePage(2, token));
  EXPECT_EQ(second.begin, 2u);
  EXPECT_EQ(NextPageToken(second, 3), "");
  EXPECT_EQ(NextPageToken(first, 2), "");
}

TEST(PageTest, HasADefaultAndABound) {
  ASSERT_OK_AND_ASSIGN(Page page, DecodePage(0, ""));
  EXPECT_EQ(page.size, 100u);
  ASSERT_OK_AND_ASSIGN(page, DecodePage(4'000'000'000u, ""));
  EXPECT_EQ(page.size, 1000u);
}

TEST(PageTest, RefusesTokensOfOthers) {
  for (const char* token : {"x", "at-", "at--1", "at-99999999999999999999999"}) {
    EXPECT_THAT(DecodePage(1, token), StatusIs(absl::StatusCode::kInvalidArgument)) << token;
  }
  // A token past the end, and a page whose end does not fit a number, are empty pages.
  ASSERT_OK_AND_ASSIGN(Page page, DecodePage(1, "at-18446744073709551615"));
  EXPECT_EQ(NextPageToken(page, 3), "");
}

TEST(TimestampTest, CountsFromTheEpoch) {
  const auto time = std::chrono::system_clock::time_point(std::chrono::milliseconds(1500));
  EXPECT_EQ(ToProto(time).seconds(), 1);
  EXPECT_EQ(ToProto(time).nanos(), 500'000'000);
}

}  // namespace
}  // namespace fluxgate::wire
