// Text and typed messages are two doors to one workspace: the same training through either gives
// the same parameters, bit for bit.

#include <string>
#include <vector>

#include "client/cli/dataset_file.h"
#include "client/cpp/client.h"
#include "server/grpc/grpc_server.h"
#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using client::NamedTensor;

class TwoDoorsTest : public ApiFixture {
 protected:
  // A client of a new session whose random numbers begin at one place.
  std::unique_ptr<client::Client> Door(const std::string& session) {
    Good(*sessions_, &v1::Sessions::Stub::CreateSession,
         R"({"name": ")" + session + R"(", "seed": 7})");
    auto client = client::Client::Connect({.server = server_->address(), .session = session});
    EXPECT_OK(client);
    return *std::move(client);
  }
  static void Run(client::Client& door, const std::string& source) {
    v1::EvaluateRequest request;
    request.set_source(source);
    EXPECT_OK(door.Call(&v1::Workspace::Stub::Evaluate, request));
  }
  static void Define(client::Client& door, const std::string& layer) {
    EXPECT_OK(door.Call(
        &v1::Models::Stub::DefineModel,
        FromJson<v1::DefineModelRequest>(R"({"name": "model", "layer": )" + layer + "}")));
  }
  static void TrainTyped(client::Client& door, const std::string& json) {
    bool done = false;
    EXPECT_OK(door.Train(FromJson<v1::TrainRequest>(json), [&](const v1::TrainEvent& event) {
      if (event.has_done()) {
        done = event.done().stopped_because() == v1::TrainDone::EPOCHS_DONE;
      }
      return true;
    }));
    EXPECT_TRUE(done);
  }
  static void ExpectSameParameters(client::Client& a, client::Client& b) {
    auto first = a.GetParameters("model"), second = b.GetParameters("model");
    ASSERT_OK(first);
    ASSERT_OK(second);
    ASSERT_EQ(first->size(), second->size());
    ASSERT_FALSE(first->empty());
    for (size_t i = 0; i < first->size(); ++i) {
      EXPECT_EQ((*first)[i].path, (*second)[i].path);
      EXPECT_EQ((*first)[i].tensor.bytes, (*second)[i].tensor.bytes) << (*first)[i].path;
    }
  }
};

TEST_F(TwoDoorsTest, TheStraightLine) {
  auto text = Door("text"), typed = Door("typed");
  Run(*text,
      "model = Dense(1 => 1); x = hcat(0:5...); y = 4 .* x .+ 2; "
      "loss(m, x, y) = Flux.mse(m(x), y); opt = Flux.setup(Descent(), model); "
      "for epoch in 1:201 Flux.train!(loss, model, [(x, y)], opt) end");
  Define(*typed, R"({"dense": {"in": 1, "out": 1}})");
  TrainTyped(*typed, R"({"loss": "mse", "rule": {"descent": {}}, "epochs": 201,
                         "x": {"rows": [[0,1,2,3,4,5]]}, "y": {"rows": [[2,6,10,14,18,22]]}})");
  ExpectSameParameters(*text, *typed);
}

TEST_F(TwoDoorsTest, TheDigits) {
  auto digits = client::ReadDatasetFile("tests/data/digits.csv",
                                        {.label = "label", .onehot = true, .scale = 1.0 / 16});
  ASSERT_OK(digits);
  auto text = Door("text"), typed = Door("typed");
  for (auto* door : {&text, &typed}) EXPECT_OK((*door)->PushDataset("train", *digits));
  Run(*text,
      "model = Chain(Dense(64 => 32, relu), Dense(32 => 10)); "
      "opt = Flux.setup(Adam(0.001), model); "
      "loader = Flux.DataLoader((train.x, train.y), batchsize=64, shuffle=true); "
      "for epoch in 1:3 "
      "Flux.train!((m, x, y) -> Flux.logitcrossentropy(m(x), y), model, loader, opt) end");
  Define(*typed, R"({"chain": {"layers": [
                       {"dense": {"in": 64, "out": 32, "activation": "relu"}},
                       {"dense": {"in": 32, "out": 10}}]}})");
  TrainTyped(*typed, R"({"loss": "logitcrossentropy", "rule": {"adam": {"eta": 0.001}},
                         "batch_size": 64, "shuffle": true, "epochs": 3})");
  ExpectSameParameters(*text, *typed);
}

}  // namespace
}  // namespace fluxgate::rpc
