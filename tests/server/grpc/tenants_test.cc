// Two tenants of one server: neither sees, names, stops or answers for what is the other's.

#include <gmock/gmock.h>

#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kAda[] = "0123456789abcdef-of-ada";
constexpr char kBob[] = "0123456789abcdef-of-bob";

TokenTable TableOf(const std::vector<std::pair<std::string, std::string>>& tokens) {
  std::string text;
  for (const auto& [name, token] : tokens) {
    auto line = HashedTokenLine(name, token);
    EXPECT_OK(line);
    text += *line + "\n";
  }
  auto table = TokenTable::Parse(text);
  EXPECT_OK(table);
  return *table;
}

class TenantsTest : public ApiFixture {
 protected:
  void Change(GrpcServerOptions& options) override {
    options.tokens = TableOf({{"ada", kAda}, {"bob", kBob}});
  }

  template <typename Stub, typename Request, typename Response>
  static grpc::Status As(const std::string& token, Stub& stub,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         const std::string& json, Response* response) {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    return (stub.*method)(&context, FromJson<Request>(json), response);
  }
  template <typename Stub, typename Request, typename Response>
  static Response GoodAs(const std::string& token, Stub& stub,
                         grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                      Response*),
                         const std::string& json) {
    Response response;
    const grpc::Status status = As(token, stub, method, json, &response);
    EXPECT_TRUE(status.ok()) << json << ": " << status.error_message();
    return response;
  }
  template <typename Stub, typename Request, typename Response>
  static grpc::Status BadAs(const std::string& token, Stub& stub,
                            grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&,
                                                         Response*),
                            const std::string& json) {
    Response response;
    return As(token, stub, method, json, &response);
  }

  std::string StartJob(const std::string& token) {
    return GoodAs(token, *workspace_, &v1::Workspace::Stub::Evaluate,
                  R"({"source": "while true end", "detach": true})")
        .job();
  }
};

TEST_F(TenantsTest, WhoHasNoTokenMayDoNothing) {
  for (const char* token : {"", "0123456789abcdef-of-eve"}) {
    const grpc::Status status =
        BadAs(token, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "1"})");
    EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
    EXPECT_THAT(status.error_message(), HasSubstr("token"));
    EXPECT_THAT(status.error_message(), Not(HasSubstr("eve")));
  }
  EXPECT_EQ(BadAs("", *info_, &v1::Server::Stub::GetServerInfo, "{}").error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(TenantsTest, NorMayItsStreams) {
  v1::PushDatasetResponse pushed;
  EXPECT_EQ(Push({R"({"name": "d", "x": {"rows": [[1, 2]]}})"}, &pushed).error_code(),
            grpc::StatusCode::UNAUTHENTICATED);
  std::vector<v1::TrainEvent> events;
  EXPECT_EQ(Train("{}", &events).error_code(), grpc::StatusCode::UNAUTHENTICATED);
  EXPECT_TRUE(events.empty());
  grpc::ClientContext context;
  v1::GetParametersResponse parameters;
  auto reader = models_->GetParameters(&context, v1::GetParametersRequest());
  EXPECT_FALSE(reader->Read(&parameters));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(TenantsTest, NamesAreTheTenantsOwn) {
  for (const char* token : {kAda, kBob}) {
    GoodAs(token, *workspace_, &v1::Workspace::Stub::Evaluate,
           std::string(R"({"source": "x = )") + (token == kAda ? "1" : "2") + R"("})");
  }
  GoodAs(kAda, *sessions_, &v1::Sessions::Stub::CreateSession, R"({"name": "deep"})");
  EXPECT_EQ(GoodAs(kAda, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "x"})").show(0),
            "1");
  EXPECT_EQ(GoodAs(kBob, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "x"})").show(0),
            "2");
  EXPECT_EQ(GoodAs(kAda, *sessions_, &v1::Sessions::Stub::ListSessions, "{}").sessions_size(), 2);
  EXPECT_EQ(GoodAs(kBob, *sessions_, &v1::Sessions::Stub::ListSessions, "{}").sessions_size(), 1);
  const grpc::Status missing =
      BadAs(kBob, *sessions_, &v1::Sessions::Stub::GetSession, R"({"session": "deep"})");
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(missing.error_message(), "session: no session \"deep\"; there are default");
  GoodAs(kBob, *sessions_, &v1::Sessions::Stub::CreateSession, R"({"name": "deep"})");
  GoodAs(kBob, *sessions_, &v1::Sessions::Stub::DeleteSession, R"({"session": "deep"})");
  GoodAs(kAda, *sessions_, &v1::Sessions::Stub::GetSession, R"({"session": "deep"})");
}

TEST_F(TenantsTest, JobsAreTheTenantsOwn) {
  const std::string job = StartJob(kAda);
  EXPECT_EQ(GoodAs(kAda, *jobs_, &v1::Jobs::Stub::ListJobs, "{}").jobs_size(), 1);
  EXPECT_EQ(GoodAs(kBob, *jobs_, &v1::Jobs::Stub::ListJobs, "{}").jobs_size(), 0);
  const std::string request = R"({"job": ")" + job + R"("})";
  EXPECT_EQ(BadAs(kBob, *jobs_, &v1::Jobs::Stub::GetJob, request).error_code(),
            grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(BadAs(kBob, *jobs_, &v1::Jobs::Stub::CancelJob, request).error_code(),
            grpc::StatusCode::NOT_FOUND);
  grpc::ClientContext context;
  context.AddMetadata("authorization", std::string("Bearer ") + kBob);
  auto reader = jobs_->WatchJob(&context, FromJson<v1::WatchJobRequest>(request));
  v1::WatchJobResponse event;
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::NOT_FOUND);
  GoodAs(kAda, *jobs_, &v1::Jobs::Stub::CancelJob, request);
}

TEST_F(TenantsTest, RequestIdsAndUploadsAreTheTenantsOwn) {
  const std::string set = R"({"name": "n", "text": "ada", "requestId": "once"})";
  GoodAs(kAda, *workspace_, &v1::Workspace::Stub::SetValue, set);
  // The same id with other words is no repeat of what another tenant said.
  GoodAs(kBob, *workspace_, &v1::Workspace::Stub::SetValue,
         R"({"name": "n", "text": "bob", "requestId": "once"})");
  EXPECT_EQ(BadAs(kAda, *workspace_, &v1::Workspace::Stub::SetValue,
                  R"({"name": "n", "text": "other", "requestId": "once"})")
                .error_code(),
            grpc::StatusCode::ALREADY_EXISTS);

  grpc::ClientContext context;
  context.AddMetadata("authorization", std::string("Bearer ") + kAda);
  v1::PushDatasetResponse pushed;
  auto writer = datasets_->PushDataset(&context, &pushed);
  writer->Write(FromJson<v1::PushDatasetRequest>(
      R"({"name": "half", "requestId": "u", "chunk": {"path": "x", "tensor": {"dtype": "FLOAT32",
          "dims": [2]}, "data": "AACAPw=="}})"));
  writer->WritesDone();
  EXPECT_FALSE(writer->Finish().ok());
  const std::string upload = R"({"upload": "u"})";
  EXPECT_EQ(GoodAs(kAda, *sessions_, &v1::Sessions::Stub::GetUpload, upload).offset(), 4u);
  EXPECT_EQ(BadAs(kBob, *sessions_, &v1::Sessions::Stub::GetUpload, upload).error_code(),
            grpc::StatusCode::NOT_FOUND);
}

TEST_F(TenantsTest, StatisticsAreTheTenantsOwnAndTheMetricsPageHasAll) {
  GoodAs(kAda, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "1"})");
  GoodAs(kAda, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "1"})");
  GoodAs(kBob, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "1"})");
  const auto statistics = GoodAs(kBob, *info_, &v1::Server::Stub::GetStatistics, "{}");
  for (const auto& method : statistics.methods()) {
    if (method.method() == "fluxgate.v1.Workspace/Evaluate") EXPECT_EQ(method.calls(), 1u);
  }
  const std::string page = server_->MetricsPage();
  EXPECT_THAT(page, HasSubstr("grpc_server_handled_total{grpc_service=\"fluxgate.v1.Workspace\","
                              "grpc_method=\"Evaluate\",grpc_code=\"OK\"} 3"));
  EXPECT_THAT(page, Not(HasSubstr("0123456789abcdef")));
}

TEST_F(TenantsTest, OneServersMemoryIsForAll) {
  GoodAs(kAda, *workspace_, &v1::Workspace::Stub::Evaluate,
         R"({"source": "a = zeros(Float32, 1000);"})");
  EXPECT_GE(server_->memory()->used(), 4000);
  const auto of = [this](const char* token) {
    return GoodAs(token, *info_, &v1::Server::Stub::GetStatistics, "{}").memory_used_bytes();
  };
  EXPECT_GE(of(kAda), 4000u);
  EXPECT_LT(of(kBob), 4000u);
}

TEST_F(TenantsTest, OtherTokensHoldFromTheNextCall) {
  GoodAs(kAda, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "x = 1"})");
  GoodAs(kBob, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "x = 2"})");
  server_->SetTokens(TableOf({{"ada", "0123456789abcdef-new"}, {"eve", "0123456789abcdef-eve"}}));
  for (const char* gone : {kAda, kBob}) {
    EXPECT_EQ(
        BadAs(gone, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "x"})").error_code(),
        grpc::StatusCode::UNAUTHENTICATED);
  }
  EXPECT_EQ(GoodAs("0123456789abcdef-new", *workspace_, &v1::Workspace::Stub::Evaluate,
                   R"({"source": "x"})")
                .show(0),
            "1");
  EXPECT_EQ(GoodAs("0123456789abcdef-eve", *sessions_, &v1::Sessions::Stub::ListSessions, "{}")
                .sessions_size(),
            1);
  // Whoever gets the name of a tenant that left begins with nothing.
  server_->SetTokens(TableOf({{"bob", kBob}}));
  EXPECT_EQ(
      BadAs(kBob, *workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "x"})").error_code(),
      grpc::StatusCode::INVALID_ARGUMENT);
}

}  // namespace
}  // namespace fluxgate::rpc
