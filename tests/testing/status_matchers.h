#ifndef FLUXGATE_TESTS_TESTING_STATUS_MATCHERS_H_
#define FLUXGATE_TESTS_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "engine/base/status_macros.h"

namespace fluxgate::testing {

inline const absl::Status& GetStatus(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& GetStatus(const absl::StatusOr<T>& result) {
  return result.status();
}

// EXPECT_THAT(F(), IsOk()), of a Status or a StatusOr.
MATCHER(IsOk, "is OK") {
  if (GetStatus(arg).ok()) return true;
  *result_listener << GetStatus(arg).ToString();
  return false;
}

// EXPECT_THAT(F(), StatusIs(absl::StatusCode::kNotFound, HasSubstr("foo"))).
MATCHER_P2(StatusIs, code, message_matcher,
           "has code " + absl::StatusCodeToString(code) + " and a message that " +
               ::testing::DescribeMatcher<std::string>(message_matcher)) {
  const absl::Status& status = GetStatus(arg);
  *result_listener << status.ToString();
  return status.code() == code && ::testing::Matches(message_matcher)(std::string(
                                      status.message().data(), status.message().size()));
}
MATCHER_P(StatusIs, code, "has code " + absl::StatusCodeToString(code)) {
  *result_listener << GetStatus(arg).ToString();
  return GetStatus(arg).code() == code;
}

// EXPECT_THAT(F(), IsOkAndHolds(3)).
MATCHER_P(IsOkAndHolds, value_matcher, "is OK and holds a value that matches") {
  if (!arg.ok()) {
    *result_listener << arg.status().ToString();
    return false;
  }
  return ::testing::ExplainMatchResult(value_matcher, *arg, result_listener);
}

}  // namespace fluxgate::testing

#define EXPECT_OK(expr) EXPECT_THAT(expr, ::fluxgate::testing::IsOk())
#define ASSERT_OK(expr) ASSERT_THAT(expr, ::fluxgate::testing::IsOk())

// ASSERT_OK_AND_ASSIGN(auto x, F()): x is F()'s value, or the test fails and returns.
#define ASSERT_OK_AND_ASSIGN(lhs, expr) \
  FG_TEST_ASSIGN_IMPL_(FG_CONCAT_(fg_test_result_, __LINE__), lhs, expr)
#define FG_TEST_ASSIGN_IMPL_(var, lhs, expr) \
  auto var = (expr);                         \
  ASSERT_OK(var);                            \
  lhs = *std::move(var)

#endif  // FLUXGATE_TESTS_TESTING_STATUS_MATCHERS_H_
