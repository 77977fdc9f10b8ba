// A call's line in the log, and the id by which it is found there.

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>
#include <spdlog/spdlog.h>

#include <sstream>

#include "google/rpc/error_details.pb.h"
#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

class CallLogTest : public ApiFixture {
 protected:
  void Change(GrpcServerOptions& options) override {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_formatter(log::MakeFormatter(log::Format::kText));
    options.log.logger = std::make_shared<spdlog::logger>("", sink);
    options.log.all = all_;
  }

  // The line is written before a call's status, so that it is there when the client has that.
  std::string Take() {
    std::string text = text_.str();
    text_.str("");
    return text;
  }

  static std::string IdOf(const grpc::ClientContext& context) {
    const auto& trailer = context.GetServerTrailingMetadata();
    const auto it = trailer.find("x-request-id");
    return it == trailer.end() ? "" : std::string(it->second.data(), it->second.size());
  }
  static std::string IdOf(const grpc::Status& status) {
    google::rpc::Status rich;
    rich.ParseFromString(status.error_details());
    google::rpc::RequestInfo info;
    for (const auto& detail : rich.details()) {
      if (detail.UnpackTo(&info)) break;
    }
    return info.request_id();
  }

  grpc::Status Run(const std::string& json, grpc::ClientContext& context) {
    v1::EvaluateResponse response;
    return workspace_->Evaluate(&context, FromJson<v1::EvaluateRequest>(json), &response);
  }

  bool all_ = false;
  std::ostringstream text_;
};

class EveryCallLogTest : public CallLogTest {
 protected:
  EveryCallLogTest() { all_ = true; }
};

TEST_F(CallLogTest, HasErrorsWithTheIdOfTheRequestAndNoText) {
  grpc::ClientContext context;
  const grpc::Status status =
      Run(R"j({"source": "my_secret(42)", "session": "ada", "requestId": "id-1"})j", context);
  EXPECT_EQ(IdOf(status), "id-1");
  EXPECT_EQ(IdOf(context), "id-1");
  const std::string line = Take();
  EXPECT_THAT(line, HasSubstr("[info] call rpc=fluxgate.v1.Workspace/Evaluate "
                              "code=INVALID_ARGUMENT session=ada request_id=id-1 peer=ipv4 "));
  EXPECT_THAT(line, Not(HasSubstr("secret")));
}

TEST_F(CallLogTest, HasNoLineForWhatGoesWell) {
  grpc::ClientContext context;
  EXPECT_TRUE(Run(R"({"source": "1"})", context).ok());
  EXPECT_EQ(Take(), "");
  // An id it has all the same.
  EXPECT_THAT(IdOf(context), MatchesRegex("[0-9a-f]{8}-[0-9]+"));
}

TEST_F(CallLogTest, TheIdMayComeAsMetadata) {
  grpc::ClientContext context;
  context.AddMetadata("x-request-id", "from-a-proxy");
  EXPECT_EQ(IdOf(Run(R"({"source": "nowhere"})", context)), "from-a-proxy");
  EXPECT_THAT(Take(), HasSubstr("request_id=from-a-proxy"));
}

TEST_F(CallLogTest, AnIdThatIsNoAsciiIsEscaped) {
  grpc::ClientContext context;
  EXPECT_EQ(IdOf(Run(R"({"source": "nowhere", "requestId": "é\n1"})", context)), "é\n1");
  EXPECT_EQ(IdOf(context), R"(\xc3\xa9\n1)");
  EXPECT_THAT(Take(), HasSubstr(R"(request_id=\xc3\xa9\n1 )"));
}

TEST_F(EveryCallLogTest, HasEveryCall) {
  Good(*sessions_, &v1::Sessions::Stub::KeepAlive, "{}");
  EXPECT_THAT(Take(), MatchesRegex(".*rpc=fluxgate.v1.Sessions/KeepAlive code=OK session=default "
                                   "request_id=[0-9a-f]{8}-[0-9]+ peer=ipv4 queue_ms=[0-9.]+ "
                                   "compute_ms=[0-9.]+ total_ms=[0-9.]+ bytes_in=0 bytes_out=0\n"));
}

TEST_F(EveryCallLogTest, CountsTheBytesOfStreams) {
  v1::PushDatasetResponse pushed;
  const std::string bytes = "AACAPwAAgD8=";  // two Float32
  ASSERT_TRUE(Push({R"({"name": "d", "requestId": "up"})",
                    R"({"chunk": {"path": "x", "tensor": {"dtype": "FLOAT32", "dims": [2]},
                        "data": ")" +
                        bytes + R"("}})"},
                   &pushed)
                  .ok());
  const std::string up = Take();
  EXPECT_THAT(up, HasSubstr("rpc=fluxgate.v1.Datasets/PushDataset code=OK session=default "
                            "request_id=up "));
  EXPECT_THAT(up, Not(HasSubstr("bytes_in=0")));
  grpc::ClientContext context;
  auto reader = datasets_->PullDataset(&context, FromJson<v1::PullDatasetRequest>("{}"));
  for (v1::PullDatasetResponse response; reader->Read(&response);) {
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_THAT(Take(), Not(HasSubstr("bytes_out=0")));
}

TEST_F(EveryCallLogTest, AJobHasTheIdOfTheCallThatBeganIt) {
  Evaluate("m = Dense(1 => 1); d = (x = [1f0;;], y = [2f0;;]);");
  Take();
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"({"requestId": "train-1"})", &events).ok());
  const std::string lines = Take();
  EXPECT_THAT(lines, HasSubstr("[info] job rpc=fluxgate.v1.Models/Train job=" +
                               events.front().started().job() +
                               " code=OK session=default request_id=train-1 "));
  EXPECT_THAT(lines, HasSubstr("[info] call rpc=fluxgate.v1.Models/Train code=OK"));
}

}  // namespace
}  // namespace fluxgate::rpc
