#include "engine/base/cancellation.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace fluxgate {
namespace {

using testing::StatusIs;

TEST(CancellationTest, ATokenOfItsOwnNeverFires) {
  EXPECT_OK(CancellationToken().Check());
  EXPECT_FALSE(CancellationToken().cancelled());
}

TEST(CancellationTest, CopiesSeeTheFirstReason) {
  CancellationSource source;
  const CancellationToken token = source.token();
  EXPECT_OK(token.Check());
  source.Cancel(absl::StatusCode::kDeadlineExceeded);
  source.Cancel(absl::StatusCode::kCancelled);
  EXPECT_THAT(token.Check(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(CancellationTest, ATimeoutThatPassedFires) {
  CancellationSource source;
  source.SetTimeout(std::chrono::hours(1));
  EXPECT_OK(source.token().Check());
  source.SetTimeout(std::chrono::nanoseconds(0));
  EXPECT_THAT(source.token().Check(), StatusIs(absl::StatusCode::kDeadlineExceeded));
}

}  // namespace
}  // namespace fluxgate
