#include "server/session/session_registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

#include "server/session/engine_hosts.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::session {
namespace {

using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

class SessionRegistryTest : public ::testing::Test {
 protected:
  static SessionRegistry::Options SmallOptions() {
    SessionRegistry::Options options;
    options.max_sessions = 3;
    options.time_to_live = std::chrono::hours(1);
    return options;
  }

  FakeClock clock_;
  jobs::JobTable jobs_;
  jobs::RequestCache requests_;
  SessionRegistry registry_{SmallOptions(), EngineHosts(1 << 20), clock_, jobs_, requests_};
};

TEST_F(SessionRegistryTest, TheDefaultSessionIsAlwaysThere) {
  ASSERT_OK_AND_ASSIGN(auto session, registry_.Find(""));
  EXPECT_EQ(session->name(), "default");
  EXPECT_FALSE(registry_.ExpiryTime(*session).has_value());
  clock_.Advance(std::chrono::hours(10'000));
  ASSERT_OK_AND_ASSIGN(auto later, registry_.Find("default"));
  EXPECT_EQ(later, session);
}

TEST_F(SessionRegistryTest, OnlyAChangeMakesANamedSession) {
  EXPECT_THAT(registry_.Find("ada"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("there are default")));
  ASSERT_OK_AND_ASSIGN(auto made, registry_.FindOrCreate("ada"));
  ASSERT_OK_AND_ASSIGN(auto found, registry_.Find("ada"));
  EXPECT_EQ(made, found);
  EXPECT_THAT(registry_.Find("bob"), StatusIs(absl::StatusCode::kNotFound, HasSubstr("ada")));
}

TEST_F(SessionRegistryTest, NamesAreCheckedBeforeAnythingIsMade) {
  for (const std::string& name :
       {std::string("a b"), std::string("../x"), std::string("ŷ"), std::string(129, 'a')}) {
    EXPECT_THAT(registry_.FindOrCreate(name), StatusIs(absl::StatusCode::kInvalidArgument));
  }
  EXPECT_EQ(registry_.size(), 0u);
}

TEST_F(SessionRegistryTest, CreatesWithItsOptions) {
  SessionRegistry::CreateOptions create{"ada", "cpu", std::chrono::minutes(5), 1 << 20, 7};
  ASSERT_OK_AND_ASSIGN(auto session, registry_.Create(create));
  EXPECT_EQ(session->seed(), 7u);
  EXPECT_EQ(session->budget()->limit(), 1 << 20);
  EXPECT_THAT(registry_.Create(create), StatusIs(absl::StatusCode::kAlreadyExists));
  create.name = "default";
  EXPECT_THAT(registry_.Create(create), StatusIs(absl::StatusCode::kAlreadyExists));
  create.name = "bob";
  create.device = "tpu";
  EXPECT_THAT(registry_.Create(create),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("it has cpu")));
}

TEST_F(SessionRegistryTest, IdleSessionsExpire) {
  ASSERT_OK(registry_.FindOrCreate("ada"));
  clock_.Advance(std::chrono::minutes(59));
  ASSERT_OK(registry_.Find("ada"));  // Used again.
  clock_.Advance(std::chrono::minutes(59));
  ASSERT_OK(registry_.Find("ada"));
  clock_.Advance(std::chrono::minutes(60));
  registry_.ExpireIdle();
  EXPECT_THAT(registry_.Find("ada"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SessionRegistryTest, ASessionWithAJobDoesNotExpire) {
  ASSERT_OK_AND_ASSIGN(auto session, registry_.FindOrCreate("ada"));
  ASSERT_OK_AND_ASSIGN(auto job, jobs_.Create("train", "ada", "m", clock_.Now()));
  clock_.Advance(std::chrono::hours(100));
  EXPECT_FALSE(registry_.ExpiryTime(*session).has_value());
  ASSERT_OK(registry_.Find("ada"));
  job->Finish(absl::OkStatus(), "", clock_.Now());
  clock_.Advance(std::chrono::hours(1));
  EXPECT_THAT(registry_.Find("ada"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SessionRegistryTest, NobodyExpiresWhileInside) {
  ASSERT_OK_AND_ASSIGN(auto session, registry_.FindOrCreate("ada"));
  CallContext context;
  {
    ASSERT_OK_AND_ASSIGN(auto visit, session->Enter(context));
    clock_.Advance(std::chrono::hours(2));
    registry_.ExpireIdle();
    ASSERT_OK(registry_.Find("ada"));
  }
  clock_.Advance(std::chrono::hours(2));
  EXPECT_THAT(registry_.Find("ada"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SessionRegistryTest, ThereIsRoomForSoManySessions) {
  for (const char* name : {"a", "b", "c"}) ASSERT_OK(registry_.FindOrCreate(name));
  EXPECT_THAT(registry_.FindOrCreate("d"), StatusIs(absl::StatusCode::kResourceExhausted));
  ASSERT_OK(registry_.Delete("a"));
  ASSERT_OK(registry_.FindOrCreate("d"));
}

TEST_F(SessionRegistryTest, DeletingCancelsJobsAndKeepsCallersOut) {
  ASSERT_OK_AND_ASSIGN(auto session, registry_.FindOrCreate("ada"));
  ASSERT_OK_AND_ASSIGN(auto job, jobs_.Create("train", "ada", "m", clock_.Now()));
  ASSERT_OK_AND_ASSIGN(int cancelled, registry_.Delete("ada"));
  EXPECT_EQ(cancelled, 1);
  EXPECT_EQ(job->state(), jobs::JobState::kCancelled);
  CallContext context;
  EXPECT_THAT(session->Enter(context), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(registry_.Delete("ada"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(SessionRegistryTest, DeletingTheDefaultEmptiesIt) {
  ASSERT_OK_AND_ASSIGN(auto before, registry_.Find(""));
  ASSERT_OK(registry_.Delete(""));
  ASSERT_OK_AND_ASSIGN(auto after, registry_.Find(""));
  EXPECT_NE(before, after);
}

TEST_F(SessionRegistryTest, ManyThreadsGetOneSession) {
  std::vector<std::shared_ptr<Session>> got(8);
  std::vector<std::thread> threads;
  for (auto& session : got) {
    threads.emplace_back([&] {
      auto found = registry_.FindOrCreate("shared");
      ASSERT_OK(found);
      session = *found;
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& session : got) EXPECT_EQ(session, got[0]);
}

}  // namespace
}  // namespace fluxgate::session
