#include "server/wire/constructor_codec.h"

#include <gmock/gmock.h>
#include <google/protobuf/util/json_util.h>

#include <string>

#include "engine/value/flatten.h"
#include "google/rpc/error_details.pb.h"
#include "server/session/derivatives.h"
#include "server/wire/error_codec.h"
#include "tests/server/session/session_fixture.h"

namespace fluxgate::wire {
namespace {

class ConstructorCodecTest : public session::SessionFixture {
 protected:
  template <typename Message>
  static Message Parse(const std::string& json) {
    Message message;
    const auto status = google::protobuf::util::JsonStringToMessage(json, &message);
    EXPECT_TRUE(status.ok()) << json << ": " << status.ToString();
    return message;
  }
  absl::StatusOr<Value> Layer(session::Visit& visit, const std::string& json) {
    return DecodeLayer(visit, Parse<v1::Layer>(json), "layer");
  }
};

struct Doors {
  const char* json;
  const char* text;
};

class LayerDoorsTest : public ConstructorCodecTest, public ::testing::WithParamInterface<Doors> {};

TEST_P(LayerDoorsTest, AMessageIsTheConstructorCall) {
  auto visit = Enter();
  visit->host().Seed(5);
  auto typed = Layer(*visit, GetParam().json);
  ASSERT_OK(typed) << GetParam().json;
  visit->host().Seed(5);
  const Value text = Run(*visit, GetParam().text);
  EXPECT_EQ(visit->interpreter().Display(*typed), visit->interpreter().Display(text));
  // The same parameters, bit for bit.
  const auto parameters = Trainables(*typed), expected = Trainables(text);
  ASSERT_OK(parameters);
  ASSERT_EQ(parameters->size(), expected->size());
  for (size_t i = 0; i < expected->size(); ++i) {
    EXPECT_EQ((*parameters)[i].path, (*expected)[i].path);
    ASSERT_OK_AND_ASSIGN(Tensor one, session::TensorOf((*parameters)[i].value));
    ASSERT_OK_AND_ASSIGN(Tensor other, session::TensorOf((*expected)[i].value));
    EXPECT_TRUE(BitIdentical(one, other)) << (*expected)[i].path;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Layers, LayerDoorsTest,
    ::testing::Values(
        Doors{R"({"dense": {"in": 3, "out": 2}})", "Dense(3 => 2)"},
        Doors{R"({"dense": {"in": 3, "out": 2, "activation": "relu", "bias": false}})",
              "Dense(3 => 2, relu; bias=false)"},
        Doors{R"({"dense": {"in": 3, "out": 2, "init": "kaiming_normal"}})",
              "Dense(3 => 2; init=Flux.kaiming_normal)"},
        Doors{R"({"dense": {"weight": {"rows": [[1, 2]]}}})", "Dense(Float32[1 2])"},
        Doors{R"({"dense": {"weight": {"rows": [[1, 2]]}, "biasValues": {"rows": [3]},
                 "activation": "tanh"}})",
              "Dense(Float32[1 2], Float32[3], tanh)"},
        Doors{R"({"dense": {"weight": {"rows": [[1, 2]]}, "bias": false}})",
              "Dense(Float32[1 2], false)"},
        Doors{R"({"chain": {"layers": [{"dense": {"in": 4, "out": 3, "activation": "relu"}},
                 {"dense": {"in": 3, "out": 2}}, {"activation": "softmax"}]}})",
              "Chain(Dense(4 => 3, relu), Dense(3 => 2), softmax)"},
        Doors{R"({"chain": {"layers": [{"name": "a", "dense": {"in": 2, "out": 2}},
                 {"name": "b", "dense": {"in": 2, "out": 1}}]}})",
              "Chain(a = Dense(2 => 2), b = Dense(2 => 1))"},
        Doors{R"({"scale": {"size": [3]}})", "Flux.Scale(3)"},
        Doors{R"({"skipConnection": {"layer": {"dense": {"in": 2, "out": 2}},
                 "connection": "+"}})",
              "SkipConnection(Dense(2 => 2), +)"},
        Doors{R"({"parallel": {"connection": "vcat", "layers": [{"dense": {"in": 2, "out": 1}},
                 {"dense": {"in": 2, "out": 2}}]}})",
              "Parallel(vcat, Dense(2 => 1), Dense(2 => 2))"},
        Doors{R"({"chain": {"layers": [{"flatten": {}}, {"dropout": {"p": 0.5}},
                 {"dense": {"in": 2, "out": 2}}]}})",
              "Chain(Flux.flatten, Dropout(0.5), Dense(2 => 2))"},
        Doors{R"j({"source": "Dense(1 => 1)"})j", "Dense(1 => 1)"}));

class OptimiserDoorsTest : public ConstructorCodecTest,
                           public ::testing::WithParamInterface<Doors> {};

TEST_P(OptimiserDoorsTest, AMessageIsTheConstructorCall) {
  auto visit = Enter();
  auto typed = DecodeOptimiser(*visit, Parse<v1::Optimiser>(GetParam().json), "rule");
  ASSERT_OK(typed) << GetParam().json;
  EXPECT_EQ(visit->interpreter().Repr(*typed),
            visit->interpreter().Repr(Run(*visit, GetParam().text)));
}

INSTANTIATE_TEST_SUITE_P(
    Rules, OptimiserDoorsTest,
    ::testing::Values(
        Doors{R"({"descent": {}})", "Descent()"},
        Doors{R"({"descent": {"eta": 0.5}})", "Descent(0.5)"},
        Doors{R"({"momentum": {"rho": 0.8}})", "Momentum(0.01, 0.8)"},
        Doors{R"({"nesterov": {}})", "Nesterov()"},
        Doors{R"({"adam": {"eta": 0.01, "beta": [0.8, 0.9]}})", "Adam(0.01, (0.8, 0.9))"},
        Doors{R"({"adamW": {"lambda": 0.1}})", "AdamW(0.001, (0.9, 0.999), 0.1)"},
        Doors{R"({"rmsProp": {"centred": true}})", "RMSProp(; centred=true)"},
        Doors{R"({"chain": {"rules": [{"clipNorm": {"omega": 1}}, {"weightDecay": {}},
                 {"clipGrad": {"delta": 2}}, {"adam": {}}]}})",
              "OptimiserChain(ClipNorm(1.0), WeightDecay(), ClipGrad(2.0), Adam())"}));

struct Mistake {
  const char* json;
  const char* field;
};

class LayerMistakeTest : public ConstructorCodecTest,
                         public ::testing::WithParamInterface<Mistake> {};

TEST_P(LayerMistakeTest, NamesItsField) {
  auto visit = Enter();
  const absl::Status status = Layer(*visit, GetParam().json).status();
  ASSERT_FALSE(status.ok()) << GetParam().json;
  google::rpc::BadRequest bad;
  const google::rpc::Status rich = ToRpcStatus(status);
  ASSERT_GT(rich.details_size(), 0) << status.ToString();
  ASSERT_TRUE(rich.details(0).UnpackTo(&bad));
  EXPECT_EQ(bad.field_violations(0).field(), GetParam().field) << status.ToString();
}

INSTANTIATE_TEST_SUITE_P(
    Layers, LayerMistakeTest,
    ::testing::Values(
        Mistake{"{}", "layer"}, Mistake{R"({"dense": {"out": 2}})", "layer.dense.in"},
        Mistake{R"({"dense": {"in": 2}})", "layer.dense.out"},
        Mistake{R"({"dense": {"in": 2, "out": 2, "activation": "rellu"}})",
                "layer.dense.activation"},
        Mistake{R"({"dense": {"in": 2, "out": 2, "weight": {"rows": [[1]]}}})", "layer.dense.in"},
        Mistake{R"({"dense": {"in": 2, "out": 2, "biasValues": {"rows": [1]}}})",
                "layer.dense.bias_values"},
        Mistake{R"({"dense": {"weight": {"rows": [[1], [2, 3]]}}})", "layer.dense.weight.rows[1]"},
        Mistake{R"({"chain": {}})", "layer.chain.layers"},
        Mistake{R"({"chain": {"layers": [{"activation": "relu"}, {}]}})", "layer.chain.layers[1]"},
        Mistake{R"({"chain": {"layers": [{"name": "a", "activation": "relu"},
                   {"activation": "tanh"}]}})",
                "layer.chain.layers[1].name"},
        Mistake{R"({"dropout": {}})", "layer.dropout.p"},
        Mistake{R"({"dropout": {"p": "NaN"}})", "layer.dropout.p"},
        Mistake{R"({"dropout": {"p": 2}})", "layer.dropout"},
        Mistake{R"({"ref": "nope"})", "layer.ref"}, Mistake{R"({"source": "1 +"})", "layer.source"},
        Mistake{R"({"parallel": {"layers": [{"activation": "relu"}]}})",
                "layer.parallel.connection"}));

TEST_F(ConstructorCodecTest, RefusesDeepNesting) {
  v1::Layer layer;
  v1::Layer* inner = &layer;
  for (int i = 0; i < 40; ++i) inner = inner->mutable_chain()->add_layers();
  inner->set_activation("relu");
  auto visit = Enter();
  EXPECT_THAT(
      DecodeLayer(*visit, layer, "layer"),
      testing::StatusIs(absl::StatusCode::kInvalidArgument, ::testing::HasSubstr("nest deeper")));
}

}  // namespace
}  // namespace fluxgate::wire
