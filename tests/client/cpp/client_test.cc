#include "client/cpp/client.h"

#include <gmock/gmock.h>

#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::client {
namespace {

using ::fluxgate::testing::IsOk;
using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

bool GoOn(const v1::TrainEvent&) { return true; }

class ClientTest : public rpc::ApiFixture {
 protected:
  void SetUp() override {
    ApiFixture::SetUp();
    auto client = Client::Connect({.server = server_->address(), .session = "s"});
    ASSERT_OK(client);
    client_ = *std::move(client);
    ASSERT_THAT(client_->Evaluate("m = Dense(ones(Float32, 1, 1)); d = (x = Float32[1 2 3 4], y = "
                                  "Float32[3 5 7 9]); steep = (x = 1f30 .* d.x, y = d.y);"),
                IsOk());
  }

  static v1::TrainRequest On(const std::string& data) {
    v1::TrainRequest request;
    request.set_data(data);
    request.set_loss("mse");
    request.set_optimiser("Descent(0.01)");
    request.set_epochs(2);
    return request;
  }

  std::unique_ptr<Client> client_;
};

TEST_F(ClientTest, EvaluatesText) {
  const auto answer = client_->Evaluate("f(x) = 3x^2; f(2)");
  ASSERT_OK(answer);
  EXPECT_THAT(answer->show(), ElementsAre("12"));
  EXPECT_THAT(client_->Evaluate("g(2)"),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("`g` not defined")));
}

TEST_F(ClientTest, TrainReturnsTheLastEvent) {
  int events = 0;
  const auto last = client_->Train(On("d"), [&](const v1::TrainEvent&) { return ++events > 0; });
  ASSERT_OK(last);
  EXPECT_EQ(last->done().stopped_because(), v1::TrainDone::EPOCHS_DONE);
  EXPECT_EQ(last->event(), static_cast<uint32_t>(events));
}

TEST_F(ClientTest, TrainReturnsTheErrorThatTheLastEventTells) {
  std::string told;
  const auto last = client_->Train(On("steep"), [&](const v1::TrainEvent& event) {
    told = event.done().error().message();
    return true;
  });
  EXPECT_THAT(told, HasSubstr("DomainError"));
  EXPECT_THAT(last, StatusIs(absl::StatusCode::kInvalidArgument, told));
}

TEST_F(ClientTest, TrainStopsWhenItIsAskedTo) {
  v1::TrainRequest request = On("d");
  request.set_epochs(1'000'000'000);
  EXPECT_THAT(client_->Train(request, [](const v1::TrainEvent&) { return false; }),
              StatusIs(absl::StatusCode::kCancelled, "training was stopped"));
}

TEST_F(ClientTest, ADetachedTrainingGoesOnAsAJob) {
  v1::TrainRequest request = On("d");
  request.set_epochs(1'000'000'000);
  request.set_detach(true);
  const auto started = client_->Train(request, GoOn);
  ASSERT_OK(started);
  const std::string& job = started->started().job();
  ASSERT_OK(client_->CancelJob(job));
  const auto ended = client_->WatchJob(job, [](const v1::WatchJobResponse&) { return true; });
  ASSERT_OK(ended);
  EXPECT_EQ(ended->state(), v1::Job::CANCELLED);
}

}  // namespace
}  // namespace fluxgate::client
