#include "client/cpp/retry.h"

#include <gtest/gtest.h>

#include <vector>

#include "client/cpp/errors.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace fluxgate::client {
namespace {

using std::chrono::milliseconds;

class RetryTest : public ::testing::Test {
 protected:
  RetryTest() {
    policy_.sleep = [this](milliseconds wait) { waits_.push_back(wait); };
  }
  static absl::Status WithRetryInfo(grpc::StatusCode code, int64_t seconds) {
    google::rpc::RetryInfo info;
    info.mutable_retry_delay()->set_seconds(seconds);
    google::rpc::Status details;
    details.add_details()->PackFrom(info);
    return ToStatus(grpc::Status(code, "busy", details.SerializeAsString()));
  }
  RetryPolicy policy_;
  std::vector<milliseconds> waits_;
};

TEST_F(RetryTest, DelaysDoubleWithJitterUntilTheAttemptsAreUsedUp) {
  Backoff backoff(policy_);
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(backoff.Retry(absl::UnavailableError("")));
  EXPECT_FALSE(backoff.Retry(absl::UnavailableError("")));
  ASSERT_EQ(waits_.size(), 4u);
  for (int i = 0; i < 4; ++i) {
    EXPECT_LE(waits_[i], milliseconds(100 << i));
    EXPECT_GE(waits_[i], milliseconds(50 << i));
  }
  backoff.Reset();
  EXPECT_TRUE(backoff.Retry(absl::UnavailableError("")));
}

TEST_F(RetryTest, WhatTheServerRefusesIsNotRepeated) {
  Backoff backoff(policy_);
  EXPECT_FALSE(backoff.Retry(absl::InvalidArgumentError("")));
  EXPECT_FALSE(backoff.Retry(absl::ResourceExhaustedError("quota")));
  EXPECT_TRUE(waits_.empty());
}

TEST_F(RetryTest, WaitsAsLongAsTheServerAsks) {
  Backoff backoff(policy_);
  EXPECT_TRUE(backoff.Retry(WithRetryInfo(grpc::StatusCode::RESOURCE_EXHAUSTED, 2)));
  EXPECT_EQ(waits_.at(0), milliseconds(2000));
  EXPECT_TRUE(backoff.Retry(WithRetryInfo(grpc::StatusCode::UNAVAILABLE, 3600)));
  EXPECT_EQ(waits_.at(1), policy_.longest_delay);
}

}  // namespace
}  // namespace fluxgate::client
