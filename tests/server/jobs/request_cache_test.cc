#include "server/jobs/request_cache.h"

#include <gtest/gtest.h>

namespace fluxgate::jobs {
namespace {

using Outcome = RequestCache::Outcome;

RequestCache::Waiter Into(std::vector<std::string>& answers) {
  return [&answers](const RequestCache::Answer& answer) {
    answers.push_back(answer.ok() ? *answer : std::string(answer.status().message()));
  };
}

TEST(RequestCacheTest, ARepeatGetsTheFirstAnswer) {
  RequestCache cache;
  std::vector<std::string> answers;
  EXPECT_EQ(cache.Begin("s", "r", 1, Into(answers)).value(), Outcome::kRun);
  cache.Finish("s", "r", std::string("done"));
  EXPECT_EQ(cache.Begin("s", "r", 1, Into(answers)).value(), Outcome::kWillAnswer);
  EXPECT_EQ(answers, std::vector<std::string>{"done"});
}

TEST(RequestCacheTest, ARepeatDuringTheFirstWaitsForIt) {
  RequestCache cache;
  std::vector<std::string> answers;
  ASSERT_TRUE(cache.Begin("s", "r", 1, Into(answers)).ok());
  EXPECT_EQ(cache.Begin("s", "r", 1, Into(answers)).value(), Outcome::kWillAnswer);
  EXPECT_TRUE(answers.empty());
  cache.Finish("s", "r", std::string("done"));
  EXPECT_EQ(answers, std::vector<std::string>{"done"});
}

TEST(RequestCacheTest, AnotherPayloadIsRefusedAndSessionsAreApart) {
  RequestCache cache;
  std::vector<std::string> answers;
  ASSERT_TRUE(cache.Begin("s", "r", 1, Into(answers)).ok());
  EXPECT_EQ(cache.Begin("s", "r", 2, Into(answers)).status().code(),
            absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(cache.Begin("t", "r", 2, Into(answers)).value(), Outcome::kRun);
}

TEST(RequestCacheTest, AFailureLeavesTheIdFree) {
  RequestCache cache;
  std::vector<std::string> answers;
  ASSERT_TRUE(cache.Begin("s", "r", 1, Into(answers)).ok());
  cache.Finish("s", "r", absl::InvalidArgumentError("no"));
  EXPECT_EQ(cache.Begin("s", "r", 2, Into(answers)).value(), Outcome::kRun);
}

TEST(RequestCacheTest, TheOldestAnswersGoFirst) {
  RequestCache cache(/*max_bytes=*/1000);
  std::vector<std::string> answers;
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_EQ(cache.Begin("s", id, 1, Into(answers)).value(), Outcome::kRun);
    cache.Finish("s", id, std::string(250, 'x'));
  }
  EXPECT_EQ(cache.Begin("s", "c", 1, Into(answers)).value(), Outcome::kWillAnswer);
  EXPECT_EQ(cache.Begin("s", "a", 1, Into(answers)).value(), Outcome::kRun);
}

TEST(RequestCacheTest, ForgettingASessionAnswersItsWaiters) {
  RequestCache cache;
  std::vector<std::string> answers;
  ASSERT_TRUE(cache.Begin("s", "r", 1, Into(answers)).ok());
  ASSERT_TRUE(cache.Begin("s", "r", 1, Into(answers)).ok());
  cache.Forget("s");
  EXPECT_EQ(answers, std::vector<std::string>{"the session was deleted"});
  cache.Finish("s", "r", std::string("late"));
  EXPECT_EQ(cache.Begin("s", "r", 1, Into(answers)).value(), Outcome::kRun);
}

}  // namespace
}  // namespace fluxgate::jobs
