#include <cmath>
#include <numeric>

#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::nn {
namespace {

using ::fluxgate::testing::CheckValueGradients;
using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float32s;
using ::fluxgate::testing::Float64s;
using ::fluxgate::testing::Ints;
using ::fluxgate::testing::StatusIs;
using ::fluxgate::testing::TestFunction;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

Value Row(const char* name) { return FunctionAsValue(*FindFunction(name)); }

Value PairOf(int64_t in, int64_t out) {
  return Value(std::make_shared<Pair>(Value::Int(in), Value::Int(out)));
}

Value Plus() {
  return TestFunction::Of([](Context& context, absl::Span<const Value> xs) {
    return context.ops().Apply(xs, [](absl::Span<const ir::Expr> e) { return e[0] + e[1]; });
  });
}

class LayerTest : public ::testing::Test {
 protected:
  // A 2 => 3 layer with known weights of the dtype of Float64.
  Value Known(const char* activation = "identity") {
    return *context_.MakeLayer("Dense", {Float64s({3, 2}, {1, 2, 3, 4, 5, 6}),
                                         Float64s({3}, {0.5, -0.5, 0}), Row(activation)});
  }
  FakeContext context_;
};

TEST_F(LayerTest, DenseComputesItsFormula) {
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(Known(), {Float64s({2, 2}, {1, 0, 1, -1})}));
  EXPECT_EQ(y.As<Array>()->shape(), Shape({3, 2}));
  EXPECT_THAT(Elements(y), ElementsAre(1.5, 1.5, 3, -2.5, -3.5, -3));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(Known("relu"), {Float64s({2}, {1, -1})}));
  EXPECT_EQ(y.As<Array>()->shape(), Shape({3}));
  EXPECT_THAT(Elements(y), ElementsAre(0, 0, 0));
}

TEST_F(LayerTest, DenseTakesAnyNumberOfDims) {
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(Known(), {Float64s({2, 1, 2}, {1, 0, 1, -1})}));
  EXPECT_EQ(y.As<Array>()->shape(), Shape({3, 1, 2}));
  EXPECT_THAT(Elements(y), ElementsAre(1.5, 1.5, 3, -2.5, -3.5, -3));
}

TEST_F(LayerTest, DenseConvertsItsInputToTheTypeOfTheWeights) {
  ASSERT_OK_AND_ASSIGN(Value dense, context_.MakeLayer("Dense", {Float32s({1, 1}, {0.9066542f})}));
  for (const Value& x : {Ints({1, 2}, {1, 2}), Float64s({1, 2}, {1, 2})}) {
    ASSERT_OK_AND_ASSIGN(Value y, context_.Call(dense, {x}));
    EXPECT_EQ(y.As<Array>()->dtype(), DType::kFloat32);
    EXPECT_THAT(Elements(y), ElementsAre(0.9066542f, 1.8133084f));
  }
}

TEST_F(LayerTest, DenseConstructors) {
  for (const std::vector<Value>& arguments :
       {std::vector<Value>{PairOf(2, 3)}, {Value::Int(2), Value::Int(3)}}) {
    ASSERT_OK_AND_ASSIGN(Value dense, context_.MakeLayer("Dense", arguments));
    const auto& fields = dense.As<Struct>()->fields;
    EXPECT_EQ(fields[0].As<Array>()->shape(), Shape({3, 2}));
    EXPECT_EQ(fields[0].As<Array>()->dtype(), DType::kFloat32);
    EXPECT_THAT(Elements(fields[1]), ElementsAre(0, 0, 0));
    EXPECT_TRUE(fields[2].IdenticalTo(Row("identity")));
    for (double w : Elements(fields[0])) EXPECT_LE(std::abs(w), std::sqrt(6.0 / 5));
  }
  ASSERT_OK_AND_ASSIGN(Value bare,
                       context_.MakeLayer("Dense", {PairOf(2, 3), Row("tanh")},
                                          {{"bias", Value::Bool(false)}, {"init", Row("ones32")}}));
  EXPECT_TRUE(bare.As<Struct>()->fields[1].is_bool());
  EXPECT_THAT(Elements(bare.As<Struct>()->fields[0]), ElementsAre(1, 1, 1, 1, 1, 1));
  // The array that was given is the layer's own, a bias of another type is converted.
  const Value w = Float32s({1, 1}, {2});
  ASSERT_OK_AND_ASSIGN(Value given, context_.MakeLayer("Dense", {w, Ints({1}, {3})}));
  EXPECT_TRUE(given.As<Struct>()->fields[0].IdenticalTo(w));
  EXPECT_EQ(given.As<Struct>()->fields[1].As<Array>()->dtype(), DType::kFloat32);
}

TEST_F(LayerTest, DenseRefusesWhatDoesNotFit) {
  ASSERT_OK_AND_ASSIGN(Value dense, context_.MakeLayer("Dense", {PairOf(2, 3), Row("σ")}));
  EXPECT_THAT(context_.Call(dense, {Float32s({4, 3}, std::vector<float>(12))}),
              StatusIs(kInvalid,
                       "DimensionMismatch: layer Dense(2 => 3, σ) expects size(input, 1) "
                       "== 2, but got 4×3 Matrix{Float32}"));
  EXPECT_THAT(context_.Call(dense, {Value::Float32(1)}), StatusIs(kInvalid));
  EXPECT_THAT(context_.MakeLayer("Dense", {Float32s({1, 2}, {1, 2}), Float32s({2}, {1, 2})}),
              StatusIs(kInvalid, HasSubstr("expected bias of size (1,), got size (2,)")));
  EXPECT_THAT(context_.MakeLayer("Dense", {PairOf(-1, 3)}), StatusIs(kInvalid));
  EXPECT_THAT(context_.MakeLayer("Dense", {Value::Int(3)}), StatusIs(kInvalid));
  EXPECT_THAT(context_.MakeLayer("Dense", {PairOf(2, 3), Value::Int(1)}), StatusIs(kInvalid));
  EXPECT_THAT(context_.MakeLayer("Dense", {PairOf(2, 3)}, {{"inti", Row("ones32")}}),
              StatusIs(kInvalid, HasSubstr("it takes bias, init")));
}

TEST_F(LayerTest, AnyCallableIsAnActivation) {
  const Value twice = TestFunction::Of([](Context& context, absl::Span<const Value> xs) {
    return context.ops().Apply(xs, [](absl::Span<const ir::Expr> e) { return e[0] * 2; });
  });
  ASSERT_OK_AND_ASSIGN(Value dense, context_.MakeLayer("Dense", {Float64s({2, 1}, {1, 2}),
                                                                 Value::Bool(false), twice}));
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(dense, {Float64s({1}, {3})}));
  EXPECT_THAT(Elements(y), ElementsAre(6, 12));
}

TEST_F(LayerTest, ScaleIsElementwise) {
  ASSERT_OK_AND_ASSIGN(
      Value scale,
      context_.MakeLayer("Scale", {Float64s({2}, {2, 3}), Float64s({2}, {1, -1}), Row("relu")}));
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(scale, {Float64s({2, 2}, {1, 1, -4, 0})}));
  EXPECT_THAT(Elements(y), ElementsAre(3, 2, 0, 0));
  ASSERT_OK_AND_ASSIGN(scale,
                       context_.MakeLayer("Scale", {Value::Int(2), Value::Int(3), Row("σ")}));
  EXPECT_EQ(scale.As<Struct>()->fields[0].As<Array>()->shape(), Shape({2, 3}));
  EXPECT_EQ(scale.As<Struct>()->fields[1].As<Array>()->shape(), Shape({2, 3}));
}

TEST_F(LayerTest, ChainRunsItsLayersInOrder) {
  const Value relu = Row("relu");
  ASSERT_OK_AND_ASSIGN(Value chain, context_.MakeLayer("Chain", {Known(), relu}));
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(chain, {Float64s({2}, {1, -0.5})}));
  EXPECT_THAT(Elements(y), ElementsAre(0, 0, 0));
  ASSERT_OK_AND_ASSIGN(Value named, context_.MakeLayer("Chain", {}, {{"a", Known()}, {"b", relu}}));
  EXPECT_EQ(named.As<Struct>()->fields[0].As<NamedTuple>()->names[1], "b");
  ASSERT_OK_AND_ASSIGN(Value vector, context_.MakeLayer("Chain", {List::Of({Known(), relu})}));
  EXPECT_TRUE(vector.As<Struct>()->fields[0].is(Kind::kList));
  ASSERT_OK_AND_ASSIGN(Value empty, context_.MakeLayer("Chain", {}));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(empty, {Value::Int(3)}));
  EXPECT_EQ(y.scalar().AsInt64(), 3);
  EXPECT_THAT(context_.MakeLayer("Chain", {}, {{"layers", relu}}), StatusIs(kInvalid));
  EXPECT_THAT(context_.MakeLayer("Chain", {Value::Int(1)}), StatusIs(kInvalid));
}

TEST_F(LayerTest, SkipConnectionGivesBothToTheConnection) {
  ASSERT_OK_AND_ASSIGN(Value skip, context_.MakeLayer("SkipConnection", {Row("relu"), Plus()}));
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(skip, {Float64s({2}, {3, -4})}));
  EXPECT_THAT(Elements(y), ElementsAre(6, -4));
}

TEST_F(LayerTest, ParallelForms) {
  const Value relu = Row("relu"), tanh = Row("softsign");
  ASSERT_OK_AND_ASSIGN(Value two, context_.MakeLayer("Parallel", {Plus(), relu, tanh}));
  const Value x = Float64s({1}, {1}), z = Float64s({1}, {-1});
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(two, {x}));
  EXPECT_THAT(Elements(y), ElementsAre(1.5));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(two, {x, z}));
  EXPECT_THAT(Elements(y), ElementsAre(0.5));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(two, {Tuple::Of({x, z})}));
  EXPECT_THAT(Elements(y), ElementsAre(0.5));
  ASSERT_OK_AND_ASSIGN(Value one, context_.MakeLayer("Parallel", {Plus()}, {{"a", tanh}}));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(one, {x, z}));
  EXPECT_THAT(Elements(y), ElementsAre(0));
  EXPECT_THAT(context_.Call(two, {x, x, x}),
              StatusIs(kInvalid, HasSubstr("can take one input or 2 inputs, but got 3 inputs")));
  EXPECT_THAT(context_.Call(two, {}), StatusIs(kInvalid, HasSubstr("cannot take 0 inputs")));
  EXPECT_THAT(context_.MakeLayer("Parallel", {Plus()}), StatusIs(kInvalid));
}

TEST_F(LayerTest, DropoutActsInTrainModeOnly) {
  ASSERT_OK_AND_ASSIGN(Value dropout, context_.MakeLayer("Dropout", {Value::Float64(0.25)}));
  const Value x = Float32s({1000}, std::vector<float>(1000, 3));
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(dropout, {x}));
  EXPECT_TRUE(y.IdenticalTo(x));
  context_.set_training(true);
  ASSERT_OK_AND_ASSIGN(y, context_.Call(dropout, {x}));
  int kept = 0;
  for (double v : Elements(y)) {
    if (v != 0) {
      EXPECT_EQ(v, 4);
      ++kept;
    }
  }
  EXPECT_NEAR(kept, 750, 60);
  EXPECT_EQ(y.As<Array>()->dtype(), DType::kFloat32);
  // The layer's own flag goes before the context's.
  ASSERT_OK(context_.CallRow(Functions(), "testmode!", {dropout}));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(dropout, {x}));
  EXPECT_TRUE(y.IdenticalTo(x));
  ASSERT_OK(context_.CallRow(Functions(), "trainmode!", {dropout}));
  context_.set_training(false);
  ASSERT_OK_AND_ASSIGN(y, context_.Call(dropout, {x}));
  EXPECT_FALSE(y.IdenticalTo(x));
  ASSERT_OK(context_.CallRow(Functions(), "testmode!", {dropout, Value::Symbol("auto")}));
  EXPECT_TRUE(dropout.As<Struct>()->fields[2].is_nothing());
}

TEST_F(LayerTest, DropoutOfEverythingAndAlongDims) {
  context_.set_training(true);
  ASSERT_OK_AND_ASSIGN(Value all, context_.MakeLayer("Dropout", {Value::Int(1)}));
  ASSERT_OK_AND_ASSIGN(Value y, context_.Call(all, {Float64s({2}, {1, 2})}));
  EXPECT_THAT(Elements(y), ElementsAre(0, 0));
  ASSERT_OK_AND_ASSIGN(Value columns, context_.MakeLayer("Dropout", {Value::Float64(0.5)},
                                                         {{"dims", Value::Int(2)}}));
  ASSERT_OK_AND_ASSIGN(y, context_.Call(columns, {Float64s({2, 50}, std::vector<double>(100, 1))}));
  const std::vector<double> e = Elements(y);
  for (size_t i = 0; i < e.size(); i += 2) EXPECT_EQ(e[i], e[i + 1]);
  EXPECT_NE(std::accumulate(e.begin(), e.end(), 0.0), 0);
  EXPECT_THAT(context_.MakeLayer("Dropout", {Value::Float64(1.5)}),
              StatusIs(kInvalid, "ArgumentError: Dropout expects 0 ≤ p ≤ 1, got p = 1.5"));
}

TEST_F(LayerTest, GradientsOfEveryLayer) {
  context_.set_training(true);
  const std::vector<std::pair<const char*, Value>> layers = {
      {"Dense", Known("tanh")},
      {"Dense without bias", *context_.MakeLayer("Dense", {Float64s({1, 2}, {0.5, -0.25}),
                                                           Value::Bool(false), Row("σ")})},
      {"Scale", *context_.MakeLayer(
                    "Scale", {Float64s({2}, {0.5, 2}), Float64s({2}, {0.1, 0.2}), Row("swish")})},
      {"Chain", *context_.MakeLayer("Chain", {Known("softplus"), Row("softmax")})},
      {"SkipConnection", *context_.MakeLayer("SkipConnection", {Row("tanh"), Plus()})},
      {"Parallel", *context_.MakeLayer("Parallel", {Plus(), Known("tanh"), Known("σ")})},
      {"Dropout", *context_.MakeLayer("Dropout", {Value::Float64(0.3)})},
      {"flatten", Row("flatten")},
  };
  const Tensor x = *Tensor::FromVector<double>(Shape({2, 3}), {0.5, -1, 2, 0.25, -0.75, 1.5});
  for (const auto& [name, layer] : layers) {
    EXPECT_OK(CheckValueGradients(context_, {x}, [&, f = layer](absl::Span<const Value> values) {
      return context_.Call(f, values);
    })) << name;
  }
}

TEST_F(LayerTest, OnlyWhatTrainsIsTrainable) {
  ASSERT_OK_AND_ASSIGN(
      Value chain, context_.MakeLayer(
                       "Chain", {Known(), *context_.MakeLayer("Dropout", {Value::Float64(0.5)})}));
  ASSERT_OK_AND_ASSIGN(std::vector<Leaf> leaves, Trainables(chain));
  ASSERT_EQ(leaves.size(), 2u);
  EXPECT_EQ(leaves[0].path, "layers[1].weight");
  EXPECT_EQ(leaves[1].path, "layers[1].bias");
}

}  // namespace
}  // namespace fluxgate::nn
