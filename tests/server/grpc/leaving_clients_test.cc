// Clients that leave at any moment, or stop reading: nothing of theirs stays, and the others notice
// nothing.

#include <thread>

#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using Code = grpc::StatusCode;

class LeavingClientsTest : public ApiFixture {
 protected:
  static constexpr int kRounds = 60;

  uint64_t MemoryUsed() {
    return Good(*info_, &v1::Server::Stub::GetStatistics, "{}").memory_used_bytes();
  }
  void TearDown() override { EXPECT_EQ(Evaluate("1 + 1").show(0), "2"); }
};

TEST_F(LeavingClientsTest, AClientThatStopsReadingHoldsItsTensorsUntilItLeaves) {
  Evaluate("d = (x = ones(Float32, 1000, 8000),);");
  Evaluate("1;");  // Nor does `ans` hold it.
  const uint64_t bytes = 4 * 8'000'000;
  ASSERT_GE(MemoryUsed(), bytes);
  grpc::ClientContext context;
  auto reader = datasets_->PullDataset(&context, FromJson<v1::PullDatasetRequest>("{}"));
  v1::PullDatasetResponse part;
  ASSERT_TRUE(reader->Read(&part));
  // The stream has a snapshot, which the session's own changes do not touch.
  Good(*datasets_, &v1::Datasets::Stub::DeleteDataset, R"({"name": "d"})");
  EXPECT_GE(MemoryUsed(), bytes);
  context.TryCancel();
  while (reader->Read(&part)) {
  }
  EXPECT_EQ(reader->Finish().error_code(), Code::CANCELLED);
  // gRPC's own threads let go of the bytes that were on their way.
  while (MemoryUsed() >= bytes) std::this_thread::yield();
}

TEST_F(LeavingClientsTest, StreamsOfTensorsLeaveNothingWhereverTheyAreCut) {
  const uint64_t before = MemoryUsed();
  for (int round = 0; round < kRounds; ++round) {
    grpc::ClientContext context;
    v1::PushDatasetResponse response;
    auto writer = datasets_->PushDataset(&context, &response);
    v1::PushDatasetRequest message;
    message.set_name("d");
    message.set_tensors(1);
    message.mutable_chunk()->set_path("x");
    message.mutable_chunk()->mutable_tensor()->set_dtype(v1::Tensor::FLOAT32);
    message.mutable_chunk()->mutable_tensor()->add_dims(1 << 20);
    for (int i = 0; i < round % 5; ++i) {
      message.mutable_chunk()->set_data(std::string(1 << 16, '\1'));
      message.mutable_chunk()->set_offset(static_cast<uint64_t>(i) << 16);
      if (!writer->Write(message)) break;
      message.Clear();
    }
    if (round % 3 == 0) writer->WritesDone();
    context.TryCancel();
    writer->Finish();
  }
  AwaitNoneInFlight("Datasets/PushDataset");
  EXPECT_EQ(MemoryUsed(), before);
  EXPECT_EQ(Good(*workspace_, &v1::Workspace::Stub::ListNames, "{}").names_size(), 0);
}

TEST_F(LeavingClientsTest, StreamsToClientsEndWhereverTheyLeave) {
  Evaluate("d = (x = ones(Float32, 1000, 4000),);");
  for (int round = 0; round < kRounds; ++round) {
    grpc::ClientContext context;
    auto reader = datasets_->PullDataset(&context, FromJson<v1::PullDatasetRequest>("{}"));
    v1::PullDatasetResponse part;
    for (int i = 0; i < round % 7; ++i) reader->Read(&part);
    context.TryCancel();
    reader->Finish();
  }
  AwaitNoneInFlight("Datasets/PullDataset");
}

TEST_F(LeavingClientsTest, CallsThatAreCancelledStopWhetherTheyWaitOrRun) {
  for (int round = 0; round < kRounds / 4; ++round) {
    std::vector<std::thread> threads;
    std::vector<grpc::ClientContext> contexts(4);
    for (grpc::ClientContext& context : contexts) {
      threads.emplace_back([&] {
        v1::EvaluateRequest request;
        request.set_source("while true end");
        v1::EvaluateResponse response;
        EXPECT_EQ(workspace_->Evaluate(&context, request, &response).error_code(), Code::CANCELLED);
      });
    }
    for (grpc::ClientContext& context : contexts) {
      if (round % 2 == 1) std::this_thread::yield();
      context.TryCancel();
    }
    for (std::thread& thread : threads) thread.join();
  }
  AwaitNoneInFlight("Workspace/Evaluate");
}

TEST_F(LeavingClientsTest, WatchersComeAndGoAndAJobDoesNotNotice) {
  Evaluate("m = Dense(1 => 1); d = (x = ones(Float32, 1, 4), y = ones(Float32, 1, 4));");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"j({"loss": "mse", "epochs": 4000000000, "optimiser": "Descent(0.0)",
                         "every": 10, "detach": true})j",
                    &events)
                  .ok());
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 3; ++thread) {
    threads.emplace_back([&, thread] {
      for (int round = 0; round < kRounds / 3; ++round) {
        grpc::ClientContext context;
        auto reader = jobs_->WatchJob(&context, {});
        v1::WatchJobResponse response;
        for (int i = 0; i < (thread + round) % 6; ++i) ASSERT_TRUE(reader->Read(&response));
        context.TryCancel();
        reader->Finish();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  AwaitNoneInFlight("Jobs/WatchJob");
  EXPECT_EQ(Good(*jobs_, &v1::Jobs::Stub::GetJob, "{}").job().state(), v1::Job::RUNNING);
  Good(*jobs_, &v1::Jobs::Stub::CancelJob, "{}");
}

TEST_F(LeavingClientsTest, AWatcherThatDoesNotReadHoldsUpNobodyAndStillSeesTheEnd) {
  Evaluate("m = Dense(1 => 1); d = (x = ones(Float32, 1, 4), y = ones(Float32, 1, 4));");
  grpc::ClientContext context;
  auto slow = models_->Train(
      &context,
      FromJson<v1::TrainRequest>(
          R"j({"loss": "mse", "epochs": 20000, "every": 1, "optimiser": "Descent(0.0)"})j"));
  v1::TrainResponse response;
  ASSERT_TRUE(slow->Read(&response));
  const std::string job = response.event().started().job();
  // Another one sees the job through to its end meanwhile.
  grpc::ClientContext other;
  auto quick = jobs_->WatchJob(&other, FromJson<v1::WatchJobRequest>("{\"job\": \"" + job + "\"}"));
  v1::WatchJobResponse event;
  while (quick->Read(&event)) {
  }
  ASSERT_TRUE(quick->Finish().ok());
  EXPECT_EQ(event.job().state(), v1::Job::SUCCEEDED);
  uint32_t last = 0;
  while (slow->Read(&response)) {
    EXPECT_GT(response.event().event(), last);
    last = response.event().event();
  }
  EXPECT_TRUE(slow->Finish().ok());
  EXPECT_EQ(response.event().done().steps(), 20000u);
}

TEST_F(LeavingClientsTest, AnAttachedTrainingEndsWithItsClient) {
  Evaluate("m = Dense(1 => 1); d = (x = ones(Float32, 1, 4), y = ones(Float32, 1, 4));");
  for (int round = 0; round < 5; ++round) {
    grpc::ClientContext context;
    auto reader = models_->Train(
        &context,
        FromJson<v1::TrainRequest>(
            R"j({"loss": "mse", "epochs": 4000000000, "optimiser": "Descent(0.0)", "every": 5})j"));
    v1::TrainResponse response;
    for (int i = 0; i <= round; ++i) ASSERT_TRUE(reader->Read(&response));
    context.TryCancel();
    reader->Finish();
    AwaitNoneInFlight("Models/Train");
    EXPECT_EQ(Good(*jobs_, &v1::Jobs::Stub::GetJob, "{}").job().state(), v1::Job::CANCELLED);
  }
}

TEST_F(LeavingClientsTest, TheServerEndsWhileStreamsAreOpen) {
  Evaluate("d = (x = ones(Float32, 1000, 4000),);");
  grpc::ClientContext pulling, pushing;
  auto reader = datasets_->PullDataset(&pulling, FromJson<v1::PullDatasetRequest>("{}"));
  v1::PullDatasetResponse part;
  ASSERT_TRUE(reader->Read(&part));
  v1::PushDatasetResponse response;
  auto writer = datasets_->PushDataset(&pushing, &response);
  ASSERT_TRUE(writer->Write(FromJson<v1::PushDatasetRequest>(R"({"name": "e"})")));
  server_ = nullptr;
  while (reader->Read(&part)) {
  }
  EXPECT_FALSE(reader->Finish().ok());
  EXPECT_FALSE(writer->Finish().ok());
  SetUp();
}

}  // namespace
}  // namespace fluxgate::rpc
