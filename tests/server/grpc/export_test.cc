// ExportSession: a session as a script, and the arrays beside it.

#include <gmock/gmock.h>

#include "tests/server/grpc/api_fixture.h"

namespace fluxgate::rpc {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ExportTest : public ApiFixture {
 protected:
  struct Exported {
    std::string script;
    std::vector<std::string> paths, left_out;
    int messages = 0;
  };

  Exported Export(const std::string& json = "{}") {
    grpc::ClientContext context;
    auto reader = sessions_->ExportSession(&context, FromJson<v1::ExportSessionRequest>(json));
    Exported exported;
    for (v1::ExportSessionResponse response; reader->Read(&response); ++exported.messages) {
      EXPECT_TRUE(response.script().empty() || exported.paths.empty()) << "the script comes first";
      exported.script += response.script();
      for (const std::string& reason : response.left_out()) exported.left_out.push_back(reason);
      if (response.has_chunk() && !response.chunk().path().empty()) {
        exported.paths.push_back(response.chunk().path());
      }
    }
    const grpc::Status status = reader->Finish();
    EXPECT_TRUE(status.ok()) << status.error_message();
    return exported;
  }
};

TEST_F(ExportTest, TellsHowTrainHasTrained) {
  Evaluate(
      "predict = Chain(Dense(1 => 2, tanh), Dense(2 => 1)); loss(m, x, y) = Flux.mae(m(x), y); "
      "train = (x = Float32[0 1 2 3], y = Float32[2 6 10 14]);");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"j({"loss": "loss", "optimiser": "Adam(0.1)", "epochs": 3, "batchSize": 2,
                         "shuffle": true})j",
                    &events)
                  .ok());
  const Exported exported = Export();
  EXPECT_THAT(exported.script,
              HasSubstr("# The session \"default\" of Fluxgate, for Flux 0.16.\n"));
  EXPECT_THAT(exported.script, HasSubstr("\nloss(m, x, y) = Flux.mae(m(x), y)\n"));
  EXPECT_THAT(exported.script,
              HasSubstr("\n# Train has made 6 steps of predict with this loss and this optimiser.\n"
                        "predict_optimiser = (\n    layers = (\n"));
  EXPECT_THAT(exported.script,
              HasSubstr("\nif \"--train\" in ARGS\n"
                        "    for epoch in 1:3\n"
                        "        Flux.train!(loss, predict, Flux.DataLoader((train.x, train.y), "
                        "batchsize = 2, shuffle = true), predict_optimiser)\n"
                        "    end\nend\n"));
  EXPECT_THAT(exported.paths, ElementsAre("predict.layers[1].weight", "predict.layers[1].bias",
                                          "predict.layers[2].weight", "predict.layers[2].bias",
                                          "predict_optimiser.layers[1].weight.state[1]",
                                          "predict_optimiser.layers[1].weight.state[2]",
                                          "predict_optimiser.layers[1].bias.state[1]",
                                          "predict_optimiser.layers[1].bias.state[2]",
                                          "predict_optimiser.layers[2].weight.state[1]",
                                          "predict_optimiser.layers[2].weight.state[2]",
                                          "predict_optimiser.layers[2].bias.state[1]",
                                          "predict_optimiser.layers[2].bias.state[2]"));
}

TEST_F(ExportTest, ABuiltInLossAndARuleWithoutStateReadAsInFlux) {
  Evaluate("predict = Dense(1 => 1); predict_loss = 1; d = (x = Float32[1 2], y = Float32[2 4]);");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"j({"loss": "mse", "optimiser": "Descent(0.1)"})j", &events).ok());
  const Exported exported = Export();
  EXPECT_THAT(exported.script,
              HasSubstr("predict_loss_2 = (model, x, y) -> Flux.mse(model(x), y)\n"
                        "predict_optimiser = Flux.setup(Descent(0.1), predict)\n"));
  EXPECT_THAT(exported.script, HasSubstr("Flux.train!(predict_loss_2, predict, [(d.x, d.y)], "));
}

TEST_F(ExportTest, DataThatCameWithTheCallHaveLeftWithIt) {
  Evaluate("predict = Dense(1 => 1);");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"({"x": {"rows": [[1, 2]]}, "y": {"rows": [[2, 4]]}})", &events).ok());
  const Exported exported = Export();
  EXPECT_THAT(exported.script, HasSubstr("# The data that predict was trained on came with the "));
  EXPECT_THAT(exported.script, Not(HasSubstr("Flux.train!(")));
}

TEST_F(ExportTest, AForkTellsTheSameOfItsOwn) {
  Evaluate("m = Dense(1 => 1); d = (x = Float32[1 2], y = Float32[2 4]);");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"j({"loss": "(m, x, y) -> sum(abs2, m(x) - y)"})j", &events).ok());
  Good(*sessions_, &v1::Sessions::Stub::ForkSession, R"({"name": "fork"})");
  Good(*sessions_, &v1::Sessions::Stub::DeleteSession, R"({"session": "default"})");
  const Exported exported = Export(R"({"session": "fork"})");
  EXPECT_THAT(exported.script, HasSubstr("m_loss = (m, x, y) -> sum(abs2, m(x) - y)\n"));
  EXPECT_THAT(exported.script, HasSubstr("Flux.train!(m_loss, m, [(d.x, d.y)], m_optimiser)\n"));
}

TEST_F(ExportTest, ALossThatHasLostItsName) {
  Evaluate(
      "m = Dense(1 => 1); d = (x = Float32[1 2], y = Float32[2 4]);"
      "losses = (mine = (m, x, y) -> sum(abs, m(x) - y),); loss(m, x, y) = 1.0f0 * sum(m(x));");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train(R"({"loss": "losses.mine"})", &events).ok());
  EXPECT_THAT(Export().script, HasSubstr("\nm_loss = losses.mine\n"));
  Evaluate("losses = 1");
  EXPECT_THAT(Export().script, HasSubstr("\nm_loss = (m, x, y) -> sum(abs, m(x) - y)\n"));
  ASSERT_TRUE(Train(R"({"loss": "loss"})", &events).ok());
  Evaluate("loss = 2");
  EXPECT_THAT(Export().script,
              HasSubstr("\nm_loss = let\n    loss(m, x, y) = 1.0f0 * sum(m(x))\nend\n"));
}

TEST_F(ExportTest, AModelThatHasAnotherValueNowHasNoTraining) {
  Evaluate("m = Dense(1 => 1); d = (x = Float32[1 2], y = Float32[2 4]);");
  std::vector<v1::TrainEvent> events;
  ASSERT_TRUE(Train("{}", &events).ok());
  Evaluate("m = 1");
  EXPECT_THAT(Export().script, Not(HasSubstr("Train has made")));
}

TEST_F(ExportTest, ALongScriptComesInPartsCutBetweenCharacters) {
  Evaluate("long = [\"äöü\" for i in 1:200_000]; three = ==(3);");
  const Exported exported = Export();
  EXPECT_GT(exported.messages, 1);
  EXPECT_GT(exported.script.size(), 200'000u * 8);
  EXPECT_THAT(exported.left_out, ElementsAre(HasSubstr("`three`: it holds ==")));
}

TEST_F(ExportTest, ErrorsNameTheSessionAndTheLimit) {
  grpc::ClientContext context;
  auto reader = sessions_->ExportSession(
      &context, FromJson<v1::ExportSessionRequest>(R"({"session": "no"})"));
  v1::ExportSessionResponse response;
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status missing = reader->Finish();
  EXPECT_EQ(missing.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(BlamedField(missing), "session");

  Evaluate("long = [string(i, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\") for i in 1:500_000];");
  grpc::ClientContext again;
  reader = sessions_->ExportSession(&again, v1::ExportSessionRequest());
  EXPECT_FALSE(reader->Read(&response));
  const grpc::Status large = reader->Finish();
  EXPECT_EQ(large.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(large.error_message(), HasSubstr("16 MiB"));
}

}  // namespace
}  // namespace fluxgate::rpc
