#include "engine/nn/layer.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::optim {
namespace {

using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float64s;
using ::fluxgate::testing::Ints;
using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
using Keywords = std::vector<std::pair<std::string, Value>>;

class TreeTest : public ::testing::Test {
 protected:
  absl::StatusOr<Value> Call(const char* name, std::vector<Value> arguments,
                             Keywords keywords = {}) {
    return context_.CallRow(Functions(), name, std::move(arguments), std::move(keywords));
  }
  Value Descent(double eta) { return *Call("Descent", {Value::Float64(eta)}); }
  Value Field(const Value& value, const char* path) { return *AtPath(value, path); }

  FakeContext context_;
  const Value w_ = Float64s({1, 2}, {1, 2});
  const Value dense_ = *context_.MakeLayer("Dense", {w_});
  const Value chain_ =
      *context_.MakeLayer("Chain", {dense_, nn::FunctionAsValue(*nn::FindFunction("relu"))});
};

TEST_F(TreeTest, SetupMirrorsTheModel) {
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(Descent(0.5), chain_));
  EXPECT_TRUE(IsLeaf(Field(tree, "layers[1].weight")));
  EXPECT_TRUE(IsLeaf(Field(tree, "layers[1].bias")));
  EXPECT_TRUE(Field(tree, "layers[1].σ").As<Tuple>()->elements.empty());
  EXPECT_TRUE(Field(tree, "layers[2]").As<Tuple>()->elements.empty());
  // A lone array has a lone leaf; integers do not train.
  ASSERT_OK_AND_ASSIGN(Value leaf, optim::Setup(Descent(1), w_));
  EXPECT_TRUE(IsLeaf(leaf));
  ASSERT_OK_AND_ASSIGN(Value none, optim::Setup(Descent(1), Ints({1}, {1})));
  EXPECT_TRUE(none.As<Tuple>()->elements.empty());
  EXPECT_THAT(optim::Setup(Value::Int(1), chain_),
              StatusIs(kInvalid, HasSubstr("setup needs an optimisation rule")));
}

TEST_F(TreeTest, UpdateWritesInPlaceAndSkipsWhatHasNoGradient) {
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(Descent(0.5), chain_));
  const Value gradient = NamedTuple::Of(
      {"layers"}, {Tuple::Of({NamedTuple::Of({"weight", "bias", "σ"},
                                             {Float64s({1, 2}, {2, 4}), Value(), Value()}),
                              Value()})});
  ASSERT_OK_AND_ASSIGN(Value both, Call("update!", {tree, chain_, gradient}));
  EXPECT_TRUE(both.As<Tuple>()->elements[1].IdenticalTo(chain_));
  EXPECT_THAT(Elements(w_), ElementsAre(0, 0));
  EXPECT_THAT(Elements(Field(chain_, "layers[1].bias")), ElementsAre(0));
  // What gradient(f, model) gives is a tuple of one.
  ASSERT_OK(Call("update!", {tree, chain_, Tuple::Of({gradient})}));
  EXPECT_THAT(Elements(w_), ElementsAre(-1, -2));
  ASSERT_OK(Call("update!", {tree, chain_, Value()}));
  EXPECT_THAT(Elements(w_), ElementsAre(-1, -2));
}

TEST_F(TreeTest, TheCopyingUpdateLeavesBothAlone) {
  const Value model = Tuple::Of({w_, w_});
  ASSERT_OK_AND_ASSIGN(Value rule, Call("Momentum", {}));
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(rule, model));
  const Value dx = Float64s({1, 2}, {1, 1});
  ASSERT_OK_AND_ASSIGN(Value both, Call("update", {tree, model, Tuple::Of({dx, Value()})}));
  EXPECT_THAT(Elements(w_), ElementsAre(1, 2));
  EXPECT_THAT(Elements(Field(tree, "[1].state")), ElementsAre(0, 0));
  const Value& copy = both.As<Tuple>()->elements[1];
  EXPECT_THAT(Elements(Field(copy, "[1]")), ElementsAre(0.99, 1.99));
  EXPECT_TRUE(Field(copy, "[1]").IdenticalTo(Field(copy, "[2]")));
}

TEST_F(TreeTest, TiedArraysShareALeafAndAddTheirGradients) {
  const Value model = NamedTuple::Of({"a", "b"}, {w_, w_});
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(Descent(1), model));
  EXPECT_TRUE(Field(tree, "a").IdenticalTo(Field(tree, "b")));
  const Value gradient =
      NamedTuple::Of({"a", "b"}, {Float64s({1, 2}, {1, 0}), Float64s({1, 2}, {0.5, 3})});
  ASSERT_OK(Call("update!", {tree, model, gradient}));
  EXPECT_THAT(Elements(w_), ElementsAre(-0.5, -1));
  ASSERT_OK_AND_ASSIGN(Bound bound, Bind(tree, model));
  EXPECT_EQ(bound.parameters.size(), 1u);
}

TEST_F(TreeTest, BindFollowsTheWalkOrderOfTheParameters) {
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(Descent(1), chain_));
  ASSERT_OK_AND_ASSIGN(Bound bound, Bind(tree, chain_));
  ASSERT_OK_AND_ASSIGN(std::vector<fluxgate::Leaf> leaves, Trainables(chain_));
  ASSERT_EQ(bound.parameters.size(), leaves.size());
  for (size_t i = 0; i < leaves.size(); ++i) {
    EXPECT_TRUE(bound.parameters[i].IdenticalTo(leaves[i].value));
    EXPECT_TRUE(IsLeaf(bound.leaves[i]));
  }
  EXPECT_THAT(Bind(*optim::Setup(Descent(1), w_), chain_), StatusIs(kInvalid));
}

TEST_F(TreeTest, WrongGradientsAndStates) {
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(Descent(1), dense_));
  EXPECT_THAT(Call("update!", {tree, dense_, NamedTuple::Of({"weight"}, {Float64s({2}, {1, 2})})}),
              StatusIs(kInvalid, HasSubstr("DimensionMismatch")));
  EXPECT_THAT(Call("update!", {Descent(1), dense_, Value()}),
              StatusIs(kInvalid, HasSubstr("Flux.setup(rule, model)")));
  EXPECT_THAT(Elements(w_), ElementsAre(1, 2));
}

TEST_F(TreeTest, AdjustChangesRulesAndKeepsStates) {
  ASSERT_OK_AND_ASSIGN(Value clip, Call("ClipGrad", {}));
  ASSERT_OK_AND_ASSIGN(Value adam, Call("Adam", {}));
  ASSERT_OK_AND_ASSIGN(Value rule, Call("OptimiserChain", {clip, adam}));
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(rule, chain_));
  ASSERT_OK(Call("adjust!", {tree, Value::Float64(0.5)}));
  ASSERT_OK(Call("adjust!", {tree}, {{"delta", Value::Int(3)}, {"nonsense", Value::Int(1)}}));
  const Value changed = Field(tree, "layers[1].bias.rule");
  EXPECT_EQ(Field(changed, "opts[1].delta").scalar().AsDouble(), 3);
  EXPECT_EQ(Field(changed, "opts[2].eta").scalar().AsDouble(), 0.5);
  EXPECT_THAT(Call("adjust!", {tree, Value::Float64(-0.5)}), StatusIs(kInvalid));
  EXPECT_THAT(Call("adjust!", {tree}), StatusIs(kInvalid, HasSubstr("something to act on")));
  ASSERT_OK_AND_ASSIGN(Value copy, Call("adjust", {tree, Value::Float64(0.25)}));
  EXPECT_EQ(Field(copy, "layers[1].bias.rule.opts[2].eta").scalar().AsDouble(), 0.25);
  EXPECT_EQ(Field(tree, "layers[1].bias.rule.opts[2].eta").scalar().AsDouble(), 0.5);
  ASSERT_OK_AND_ASSIGN(Value rms, Call("RMSProp", {}));
  EXPECT_THAT(Call("adjust", {rms}, {{"centred", Value::Bool(true)}}),
              StatusIs(kInvalid, HasSubstr("is not allowed")));
}

TEST_F(TreeTest, TheLearningRateIsThatOfTheLastRuleThatHasOne) {
  ASSERT_OK_AND_ASSIGN(Value clip, Call("ClipGrad", {Value::Int(1)}));
  ASSERT_OK_AND_ASSIGN(Value adam, Call("Adam", {Value::Float64(0.25)}));
  ASSERT_OK_AND_ASSIGN(Value chain, Call("OptimiserChain", {adam, clip}));
  ASSERT_OK_AND_ASSIGN(Value leaf, MakeLeaf(chain, w_));
  EXPECT_EQ(LearningRate(leaf), 0.25);
  ASSERT_OK(Call("adjust!", {leaf, Value::Float64(0.5)}));
  EXPECT_EQ(LearningRate(leaf), 0.5);
  ASSERT_OK(Call("freeze!", {leaf}));
  EXPECT_EQ(LearningRate(leaf), absl::nullopt);
  ASSERT_OK_AND_ASSIGN(Value alone, MakeLeaf(clip, w_));
  EXPECT_EQ(LearningRate(alone), absl::nullopt);
}

TEST_F(TreeTest, FrozenParametersStay) {
  ASSERT_OK_AND_ASSIGN(Value tree, optim::Setup(Descent(1), chain_));
  const Value gradient = NamedTuple::Of(
      {"layers"}, {Tuple::Of({NamedTuple::Of({"weight"}, {Float64s({1, 2}, {1, 1})}), Value()})});
  ASSERT_OK(Call("freeze!", {Field(tree, "layers[1]")}));
  ASSERT_OK(Call("update!", {tree, chain_, gradient}));
  EXPECT_THAT(Elements(w_), ElementsAre(1, 2));
  ASSERT_OK(Call("thaw!", {tree}));
  ASSERT_OK(Call("update!", {tree, chain_, gradient}));
  EXPECT_THAT(Elements(w_), ElementsAre(0, 1));
  EXPECT_THAT(Call("freeze!", {chain_}),
              StatusIs(kInvalid, HasSubstr("`freeze!` must not be applied to a model")));
}

TEST_F(TreeTest, ALeafThatTextTookApartIsRefused) {
  ASSERT_OK_AND_ASSIGN(Value leaf, MakeLeaf(Descent(1), w_));
  leaf.As<Struct>()->fields[0] = Value::Int(3);
  EXPECT_FALSE(IsLeaf(leaf));
  EXPECT_THAT(ReadHyperparameters(leaf), StatusIs(kInvalid));
  EXPECT_THAT(ReadState(leaf), StatusIs(kInvalid));
}

}  // namespace
}  // namespace fluxgate::optim
