#ifndef FLUXGATE_TESTS_SERVER_SESSION_SESSION_FIXTURE_H_
#define FLUXGATE_TESTS_SERVER_SESSION_SESSION_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "server/session/engine_hosts.h"
#include "server/session/session.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::session {

// A session on the CPU, without a server around it.
class SessionFixture : public ::testing::Test {
 protected:
  void SetUp() override {
    SessionOptions options;
    options.name = "test";
    options.seed = 1;
    options.budget = std::make_shared<MemoryBudget>(int64_t{1} << 30);
    auto session = Session::Create(std::move(options), EngineHosts(1 << 20), clock_);
    ASSERT_OK(session);
    session_ = *std::move(session);
  }

  std::unique_ptr<Visit> Enter() {
    auto visit = session_->Enter(context_);
    EXPECT_OK(visit);
    return *std::move(visit);
  }

  // What a text is worth.
  static Value Run(Visit& visit, const std::string& source) {
    auto result = visit.interpreter().Evaluate("test", source);
    EXPECT_OK(result) << source;
    return result.ok() ? result->value : Value();
  }
  static double Number(Visit& visit, const std::string& source) {
    const Value value = Run(visit, source);
    EXPECT_TRUE(value.is_number()) << source;
    return value.is_number() ? value.scalar().AsDouble() : 0;
  }

  FakeClock clock_;
  CallContext context_;
  std::shared_ptr<Session> session_;
};

}  // namespace fluxgate::session

#endif  // FLUXGATE_TESTS_SERVER_SESSION_SESSION_FIXTURE_H_
