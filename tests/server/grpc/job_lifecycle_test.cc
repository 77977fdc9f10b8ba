// How jobs and sessions end: detached, cancelled in the queue, deleted.

#include <gmock/gmock.h>

#include <thread>

#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::HasSubstr;
using Code = grpc::StatusCode;

class JobLifecycleTest : public ApiFixture {
 protected:
  // Runs an endless text as a call, which keeps its session's turn, until it is cancelled.
  std::thread Occupy(const std::string& session, grpc::Status* status) {
    std::thread call([this, session, status] {
      v1::EvaluateRequest request;
      request.set_session(session);
      request.set_source("while true end");
      v1::EvaluateResponse response;
      *status = workspace_->Evaluate(&context_, request, &response);
    });
    while (true) {
      const auto statistics = Good(*info_, &v1::Server::Stub::GetStatistics, "{}");
      for (const auto& method : statistics.methods()) {
        if (method.method() == "fluxgate.v1.Workspace/Evaluate" && method.in_flight() > 0) {
          return call;
        }
      }
    }
  }
  static std::string Named(const std::string& session) {
    return "{\"session\": \"" + session + "\"}";
  }

  grpc::ClientContext context_;
};

TEST_F(JobLifecycleTest, ADetachedTrainingSaysThatItStartedAndGoesOn) {
  Evaluate("m = Dense(1 => 1); d = (x = ones(Float32, 1, 4), y = ones(Float32, 1, 4));");
  std::vector<v1::TrainEvent> events;
  const std::string json =
      R"j({"loss": "mse", "epochs": 4000000000, "optimiser": "Descent(0.0)", "detach": true,
           "requestId": "t"})j";
  ASSERT_TRUE(Train(json, &events).ok());
  ASSERT_EQ(events.size(), 1u);
  EXPECT_TRUE(events[0].has_started());
  // A retry joins the job.
  ASSERT_TRUE(Train(json, &events).ok());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[1].started().job(), events[0].started().job());
  Good(*jobs_, &v1::Jobs::Stub::CancelJob, "{}");
  grpc::ClientContext context;
  auto reader = jobs_->WatchJob(&context, {});
  v1::TrainEvent last;
  for (v1::WatchJobResponse event; reader->Read(&event);) {
    if (event.has_train()) last = event.train();
  }
  EXPECT_EQ(last.done().stopped_because(), v1::TrainDone::CANCELLED);
  // Also when the job has long ended.
  ASSERT_TRUE(Train(json, &events).ok());
  ASSERT_EQ(events.size(), 3u);
  EXPECT_TRUE(events[2].has_started());
}

TEST_F(JobLifecycleTest, AJobCancelledInTheQueueTellsItsWatchersThatItIsDone) {
  grpc::Status occupied;
  std::thread call = Occupy("default", &occupied);
  const auto started = Good(*workspace_, &v1::Workspace::Stub::Evaluate,
                            R"({"source": "never = 1", "detach": true})");
  EXPECT_EQ(Good(*jobs_, &v1::Jobs::Stub::GetJob, "{}").job().state(), v1::Job::QUEUED);
  grpc::ClientContext context;
  auto reader = jobs_->WatchJob(&context, {});
  Good(*jobs_, &v1::Jobs::Stub::CancelJob, "{}");
  std::vector<v1::WatchJobResponse> events;
  for (v1::WatchJobResponse event; reader->Read(&event);) events.push_back(event);
  EXPECT_TRUE(reader->Finish().ok());
  ASSERT_EQ(events.size(), 2u);
  EXPECT_TRUE(events[0].evaluate().done());
  EXPECT_EQ(events[0].evaluate().error().code(), Code::CANCELLED);
  EXPECT_EQ(events[1].job().state(), v1::Job::CANCELLED);
  context_.TryCancel();
  call.join();
  EXPECT_EQ(Good(*workspace_, &v1::Workspace::Stub::ListNames, "{}").names_size(), 0);
}

TEST_F(JobLifecycleTest, DeletingASessionEndsWhatRunsInIt) {
  grpc::Status occupied;
  std::thread call = Occupy("ada", &occupied);
  Good(*workspace_, &v1::Workspace::Stub::Evaluate,
       R"({"session": "ada", "source": "a = 1", "detach": true})");
  const auto deleted = Good(*sessions_, &v1::Sessions::Stub::DeleteSession, Named("ada"));
  EXPECT_EQ(deleted.cancelled_jobs(), 1u);
  call.join();
  // The call ran, or it was about to begin.
  EXPECT_TRUE(occupied.error_code() == Code::CANCELLED || occupied.error_code() == Code::NOT_FOUND)
      << occupied.error_message();
  // What waited for its turn does not make the session anew.
  AwaitNoneInFlight("Workspace/Evaluate");
  v1::GetSessionResponse response;
  EXPECT_EQ(Call(*sessions_, &v1::Sessions::Stub::GetSession, Named("ada"), &response).error_code(),
            Code::NOT_FOUND);
}

TEST_F(JobLifecycleTest, TheDefaultSessionIsOnlyEmptiedByItsName) {
  Evaluate("kept = 1");
  v1::DeleteSessionResponse response;
  const grpc::Status status = Call(*sessions_, &v1::Sessions::Stub::DeleteSession, "{}", &response);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(BlamedField(status), "session");
  EXPECT_EQ(Evaluate("kept").show(0), "1");
  Good(*sessions_, &v1::Sessions::Stub::DeleteSession, Named("default"));
  EXPECT_EQ(Good(*workspace_, &v1::Workspace::Stub::ListNames, "{}").names_size(), 0);
}

TEST_F(JobLifecycleTest, EveryCallRefusesALongRequestId) {
  const std::string id(129, 'r');
  const auto refused = [&](auto& stub, auto method, const std::string& json, auto response) {
    const grpc::Status status = Call(stub, method, json, &response);
    EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT) << json;
    EXPECT_EQ(BlamedField(status), "request_id") << json;
    EXPECT_THAT(status.error_message(), HasSubstr("128"));
  };
  const std::string field = ", \"requestId\": \"" + id + "\"}";
  refused(*workspace_, &v1::Workspace::Stub::Evaluate, R"({"source": "1")" + field,
          v1::EvaluateResponse());
  refused(*workspace_, &v1::Workspace::Stub::SetValue, R"({"name": "a", "text": "b")" + field,
          v1::SetValueResponse());
  refused(*models_, &v1::Models::Stub::DefineModel, R"({"name": "m", "source": "sin")" + field,
          v1::DefineModelResponse());
  refused(*sessions_, &v1::Sessions::Stub::CreateSession, R"({"name": "s")" + field,
          v1::CreateSessionResponse());
  refused(*datasets_, &v1::Datasets::Stub::DeleteDataset, R"({"name": "d")" + field,
          v1::DeleteDatasetResponse());
  v1::PushDatasetResponse response;
  EXPECT_EQ(BlamedField(Push({R"({"name": "d", "x": {"rows": [1]})" + field}, &response)),
            "request_id");
}

TEST_F(JobLifecycleTest, ATimeoutHasABoundThatTheServerNames) {
  const auto limits = Good(*info_, &v1::Server::Stub::GetServerInfo, "{}").limits();
  const std::string longest = std::to_string(limits.longest_timeout().seconds());
  Good(*workspace_, &v1::Workspace::Stub::Evaluate,
       R"({"source": "1", "timeout": ")" + longest + "s\"}");
  v1::EvaluateResponse response;
  const grpc::Status status =
      Call(*workspace_, &v1::Workspace::Stub::Evaluate,
           R"({"source": "1", "timeout": ")" + longest + ".1s\"}", &response);
  EXPECT_EQ(status.error_code(), Code::INVALID_ARGUMENT);
  EXPECT_EQ(BlamedField(status), "timeout");
  EXPECT_THAT(status.error_message(), HasSubstr(longest));
}

}  // namespace
}  // namespace fluxgate::rpc
