// ForkSession: two sessions that were one.

#include <gmock/gmock.h>

#include "absl/strings/str_cat.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::HasSubstr;

class ForkTest : public ApiFixture {
 protected:
  v1::Session Fork(const std::string& json) {
    return Good(*sessions_, &v1::Sessions::Stub::ForkSession, json).session();
  }
  // What a text shows in a session.
  std::string Shown(const std::string& session, const std::string& source) {
    v1::EvaluateRequest request;
    request.set_session(session);
    request.set_source(source);
    v1::EvaluateResponse response;
    grpc::ClientContext context;
    const grpc::Status status = workspace_->Evaluate(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::string all;
    for (const std::string& line : response.show()) all += line + "\n";
    return all;
  }
  void TrainIn(const std::string& session) {
    std::vector<v1::TrainEvent> events;
    ASSERT_TRUE(Train(R"({"session": ")" + session +
                          R"(", "model": "m", "data": "d", "batchSize": 2, "shuffle": true,
                             "epochs": 3})",
                      &events)
                    .ok());
  }
};

TEST_F(ForkTest, BothGoOnFromTheSamePlaceToTheSameBits) {
  Evaluate(
      "m = Chain(Dense(2 => 3, tanh), Dropout(0.5), Dense(3 => 1));"
      "d = (x = Float32[1 2 3 4; 5 6 7 8], y = Float32[1 2 3 4]); loss(m, x, y) = Flux.mse(m(x), "
      "y);");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(
      Train(
          R"j({"model": "m", "data": "d", "loss": "loss", "optimiser": "Adam(0.1)", "epochs": 3})j",
          &events)
          .ok());
  const v1::Session fork = Fork(R"({"name": "fork"})");
  EXPECT_EQ(fork.name(), "fork");
  EXPECT_EQ(fork.names(), 3u);
  EXPECT_TRUE(fork.has_expire_time());
  // Loss, optimiser, its state, the order of batches and dropout are those of the session.
  TrainIn("fork");
  const std::string trained = Shown("fork", "m[1].weight, m[3].weight, rand(4)");
  EXPECT_NE(Shown("default", "m[1].weight"), Shown("fork", "m[1].weight"));
  TrainIn("default");
  EXPECT_EQ(Shown("default", "m[1].weight, m[3].weight, rand(4)"), trained);
  EXPECT_EQ(Good(*models_, &v1::Models::Stub::GetModel, R"({"session": "fork"})").model().step(),
            9u);
}

TEST_F(ForkTest, NeitherSeesWhatTheOtherDoes) {
  Evaluate("a = [1, 2]; f(x) = 1;");
  Fork(R"({"name": "fork"})");
  Shown("fork", "a[1] = 9; f(x) = 2; b = 3;");
  EXPECT_EQ(Shown("default", "a[1], f(0)"), "(1, 1)\n");
  Shown("default", "a[2] = 7;");
  EXPECT_EQ(Shown("fork", "a, f(0), b"), "([9, 2], 2, 3)\n");
  // The copy outlives the original.
  Good(*sessions_, &v1::Sessions::Stub::DeleteSession, R"({"session": "default"})");
  EXPECT_EQ(Shown("fork", "sum(a)"), "11\n");
}

TEST_F(ForkTest, SharedBytesCountForTheSessionThatMadeThem) {
  Evaluate("a = zeros(Float32, 1000, 1000);");
  const auto used = [this](const std::string& session) {
    return Good(*sessions_, &v1::Sessions::Stub::GetSession, R"({"session": ")" + session + "\"}")
        .session()
        .memory_used_bytes();
  };
  EXPECT_GE(used("default"), 4'000'000u);
  EXPECT_LT(Fork(R"({"name": "fork"})").memory_used_bytes(), 1'000'000u);
  Shown("fork", "a[1] = 1;");
  EXPECT_GE(used("fork"), 4'000'000u);
}

TEST_F(ForkTest, AWriteThatCannotBeCopiedIsRefusedAndChangesNothing) {
  Evaluate("a = zeros(Float32, 1000, 1000); v = view(a, 1, :);");
  Fork(R"({"name": "fork", "memoryLimitBytes": "2000000"})");
  v1::EvaluateResponse response;
  for (const char* write : {"a[1] = 1", "v .= 1", "a[1, :] .= 1"}) {
    const grpc::Status status =
        Call(*workspace_, &v1::Workspace::Stub::Evaluate,
             absl::StrCat(R"({"session": "fork", "source": ")", write, "\"}"), &response);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED) << write;
  }
  EXPECT_EQ(Shown("fork", "sum(a)"), "0.0f0\n");
  EXPECT_EQ(Shown("default", "v[1] = 1; sum(a)"), "1.0f0\n");
}

TEST_F(ForkTest, WhileAJobTrainsItTakesTheLastPublishedStepAndNotTheJob) {
  Evaluate("m = Dense(1 => 1); d = (x = ones(Float32, 1, 4), y = ones(Float32, 1, 4));");
  grpc::ClientContext context;
  auto reader = models_->Train(
      &context, FromJson<v1::TrainRequest>(R"({"epochs": 4000000000, "detach": true})"));
  v1::TrainResponse started;
  ASSERT_TRUE(reader->Read(&started));
  ASSERT_TRUE(reader->Finish().ok());
  const v1::Session fork = Fork(R"({"name": "fork"})");
  EXPECT_EQ(fork.active_jobs(), 0u);
  Shown("fork", "m.weight .= 0;");  // No job holds the copy.
  EXPECT_EQ(Good(*models_, &v1::Models::Stub::GetModel, R"({"session": "fork"})").model().job(),
            "");
  Good(*jobs_, &v1::Jobs::Stub::CancelJob, "{}");
}

TEST_F(ForkTest, ARepeatedRequestMakesOneCopy) {
  const std::string fork = R"({"name": "fork", "requestId": "once", "timeToLive": "60s"})";
  EXPECT_EQ(Fork(fork).time_to_live().seconds(), 60);
  EXPECT_EQ(Fork(fork).name(), "fork");
  EXPECT_EQ(Good(*sessions_, &v1::Sessions::Stub::ListSessions, "{}").sessions_size(), 2);
}

TEST_F(ForkTest, WhatCannotBeCopiedIsNamedAndLeavesNoSession) {
  Evaluate("three = ==(3);");
  v1::ForkSessionResponse response;
  const grpc::Status status =
      Call(*sessions_, &v1::Sessions::Stub::ForkSession, R"({"name": "fork"})", &response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::FAILED_PRECONDITION);
  EXPECT_EQ(BlamedField(status), "session");
  EXPECT_THAT(status.error_message(), HasSubstr("`three`"));
  EXPECT_EQ(Good(*sessions_, &v1::Sessions::Stub::ListSessions, "{}").sessions_size(), 1);
}

}  // namespace
}  // namespace fluxgate::rpc
