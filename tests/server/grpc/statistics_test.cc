// Where the time of calls goes.

#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

class StatisticsTest : public ApiFixture {
 protected:
  v1::MethodStatistics Of(const std::string& method) {
    const auto statistics = Good(*info_, &v1::Server::Stub::GetStatistics, "{}");
    for (const auto& one : statistics.methods()) {
      if (one.method() == "fluxgate.v1." + method) return one;
    }
    return {};
  }
};

TEST_F(StatisticsTest, CallsBookWhatTheyDid) {
  Good(*workspace_, &v1::Workspace::Stub::SetValue,
       R"({"name": "a", "value": {"rows": [[1, 2], [3, 4]]}})");
  const v1::MethodStatistics set = Of("Workspace/SetValue");
  EXPECT_EQ(set.calls(), 1u);
  EXPECT_GT(set.copy_in_seconds(), 0);
  EXPECT_GT(set.copy_out_seconds(), 0);
  EXPECT_EQ(set.compile_seconds(), 0);
  const double sum = set.queue_seconds() + set.compile_seconds() + set.copy_in_seconds() +
                     set.compute_seconds() + set.copy_out_seconds();
  EXPECT_NEAR(set.longest_seconds(), sum, 1e-9);
}

TEST_F(StatisticsTest, APlanIsBookedByTheCallThatMadeIt) {
  Evaluate("m = Chain(Dense(3 => 4, tanh), Dense(4 => 1)); x = ones(Float32, 3, 5);");
  EXPECT_EQ(Of("Workspace/Evaluate").compile_seconds(), 0);
  for (int i = 0; i < 3; ++i) Evaluate("gradient(m -> sum(m(x)), m);");
  EXPECT_GT(Of("Workspace/Evaluate").compile_seconds(), 0);
}

TEST_F(StatisticsTest, AJobIsBookedByTheMethodThatBeganIt) {
  Evaluate("m = Dense(1 => 1); d = (x = ones(Float32, 1, 4), y = ones(Float32, 1, 4));");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"({"loss": "mse", "epochs": 20})", &events).ok());
  EXPECT_GT(Of("Models/Train").compile_seconds(), 0);
  EXPECT_GT(Of("Models/Train").compute_seconds(), 0);
  EXPECT_EQ(Of("Models/Train").calls(), 1u);
}

}  // namespace
}  // namespace fluxgate::rpc
