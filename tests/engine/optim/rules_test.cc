#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/engine/optim/goldens/goldens.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::optim {
namespace {

using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float32s;
using ::fluxgate::testing::Float64s;
using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;
using Keywords = std::vector<std::pair<std::string, Value>>;

class RuleTest : public ::testing::Test {
 protected:
  Value Make(const char* name, std::vector<Value> arguments = {}, Keywords keywords = {}) {
    return *context_.CallRow(Functions(), name, std::move(arguments), std::move(keywords));
  }

  // The rule that a golden's name stands for.
  Value GoldenRule(const std::string& name) {
    const auto number = [](double v) { return Value::Float64(v); };
    if (name == "CentredRMSProp") return Make("RMSProp", {}, {{"centred", Value::Bool(true)}});
    if (name == "AdamW") return Make("AdamW", {}, {{"lambda", number(0.01)}});
    if (name == "UncoupledAdamW") {
      return Make("AdamW", {}, {{"lambda", number(0.01)}, {"couple", Value::Bool(false)}});
    }
    if (name == "Chain") {
      return Make("OptimiserChain",
                  {Make("WeightDecay", {number(0.1)}), Make("SignDecay", {number(0.01)}),
                   Make("ClipGrad", {number(1)}), Make("Momentum")});
    }
    return Make(name.c_str());
  }

  // Both parameters after each step of update!.
  std::vector<double> Run(const Value& rule, DType dtype) {
    const auto array = [&](const std::vector<double>& v) {
      return dtype == DType::kFloat64 ? Float64s({2}, v)
                                      : Float32s({2}, std::vector<float>(v.begin(), v.end()));
    };
    const Value model = Tuple::Of({array(goldens::kStart)});
    const Value tree = *optim::Setup(rule, model);
    std::vector<double> steps;
    for (const std::vector<double>& gradient : goldens::kGradients) {
      EXPECT_OK(
          context_.CallRow(Functions(), "update!", {tree, model, Tuple::Of({array(gradient)})}));
      for (double x : Elements(model.As<Tuple>()->elements[0])) steps.push_back(x);
    }
    return steps;
  }
  FakeContext context_;
};

TEST_F(RuleTest, FiveStepsOfEveryRule) {
  for (const goldens::Golden& golden : goldens::kGoldens) {
    SCOPED_TRACE(golden.name);
    const Value rule = GoldenRule(golden.name);
    // Descent's default rate is a Float32 even for Float64 parameters.
    const double tolerance = std::string(golden.name) == "Descent" ? 1e-8 : 1e-15;
    const std::vector<double> doubles = Run(rule, DType::kFloat64);
    const std::vector<double> singles = Run(rule, DType::kFloat32);
    ASSERT_EQ(doubles.size(), golden.doubles.size());
    for (size_t i = 0; i < doubles.size(); ++i) {
      EXPECT_NEAR(doubles[i], golden.doubles[i], tolerance) << "value " << i;
      // The same operations in the same order, so the same bits.
      EXPECT_EQ(singles[i], golden.singles[i]) << "value " << i;
    }
  }
}

TEST_F(RuleTest, EveryRuleHasAGolden) {
  for (const nn::Function& row : Functions()) {
    if (!row.exported || row.name == "OptimiserChain" || row.name == "ClipNorm" ||
        row.name == "ClipGrad" || row.name == "WeightDecay" || row.name == "SignDecay") {
      continue;  // These are in the golden of the chain, or tested below.
    }
    const bool found = std::any_of(
        goldens::kGoldens.begin(), goldens::kGoldens.end(),
        [&](const goldens::Golden& golden) { return row.name == absl::string_view(golden.name); });
    EXPECT_TRUE(found) << row.name;
  }
}

TEST_F(RuleTest, ClipNormScalesTheWholeArray) {
  const Value model = Tuple::Of({Float64s({2}, {0, 0})});
  const auto step = [&](const Value& rule, std::vector<double> gradient) -> absl::Status {
    FG_RETURN_IF_ERROR(model.As<Tuple>()->elements[0].As<Array>()->Write(
        *Tensor::Zeros(DType::kFloat64, Shape({2}))));
    FG_ASSIGN_OR_RETURN(Value tree, optim::Setup(rule, model));
    return context_
        .CallRow(Functions(), "update!", {tree, model, Tuple::Of({Float64s({2}, gradient)})})
        .status();
  };
  const auto x = [&] { return Elements(model.As<Tuple>()->elements[0]); };
  ASSERT_OK(step(Make("ClipNorm", {Value::Int(1)}), {3, 4}));
  EXPECT_NEAR(x()[0], -0.6, 1e-15);
  EXPECT_NEAR(x()[1], -0.8, 1e-15);
  ASSERT_OK(step(Make("ClipNorm", {Value::Int(10)}), {3, 4}));
  EXPECT_THAT(x(), ::testing::ElementsAre(-3, -4));
  ASSERT_OK(step(Make("ClipNorm", {Value::Int(1), Value::Int(1)}), {1, 3}));
  EXPECT_THAT(x(), ::testing::ElementsAre(-0.25, -0.75));
  ASSERT_OK(step(
      Make("ClipNorm", {Value::Int(1), Value::Float64(std::numeric_limits<double>::infinity())}),
      {2, -4}));
  EXPECT_THAT(x(), ::testing::ElementsAre(-0.5, 1));
  ASSERT_OK(step(Make("ClipNorm"), {0, 0}));
  EXPECT_THAT(x(), ::testing::ElementsAre(0, 0));
  EXPECT_THAT(step(Make("ClipNorm"), {1, std::nan("")}),
              StatusIs(kInvalid, HasSubstr("DomainError: gradient has norm NaN")));
  EXPECT_THAT(x(), ::testing::ElementsAre(0, 0));
  EXPECT_OK(step(Make("ClipNorm", {}, {{"throw", Value::Bool(false)}}), {1, std::nan("")}));
}

TEST_F(RuleTest, ConstructorsCheckTheirValues) {
  const auto make = [&](const char* name, std::vector<Value> arguments, Keywords keywords = {}) {
    return context_.CallRow(Functions(), name, std::move(arguments), std::move(keywords));
  };
  EXPECT_THAT(make("Adam", {Value::Float64(-1)}),
              StatusIs(kInvalid, HasSubstr("the learning rate cannot be negative")));
  EXPECT_THAT(make("Descent", {Value::Float64(std::nan(""))}),
              StatusIs(kInvalid, HasSubstr("DomainError")));
  EXPECT_THAT(make("Adam", {Value::Float64(0.1), Value::Float64(0.9)}),
              StatusIs(kInvalid, HasSubstr("must be a pair")));
  EXPECT_THAT(make("Adam", {Value::Float64(0.1)}, {{"epsilon", Value::Float64(0.1)}}),
              StatusIs(kInvalid, HasSubstr("by position or by name")));
  EXPECT_THAT(make("Adam", {}, {{"rate", Value::Float64(0.1)}}),
              StatusIs(kInvalid, HasSubstr("it takes eta, beta, epsilon")));
  EXPECT_THAT(make("RMSProp", {}, {{"centred", Value::Int(1)}}), StatusIs(kInvalid));
  EXPECT_THAT(make("OptimiserChain", {Value::Int(1)}), StatusIs(kInvalid));
}

std::string Repr(const Value& value) {
  if (value.is_bool()) return value.scalar().AsBool() ? "true" : "false";
  if (value.is_number()) {
    return absl::StrCat(value.scalar().AsDouble(),
                        value.scalar().dtype() == DType::kFloat32 ? "f0" : "");
  }
  if (const auto* tuple = value.As<Tuple>()) {
    std::vector<std::string> parts;
    for (const Value& element : tuple->elements) parts.push_back(Repr(element));
    return absl::StrCat("(", absl::StrJoin(parts, ", "), ")");
  }
  return value.is_nothing() ? "nothing" : "…";
}

TEST_F(RuleTest, AreShownAsOptimisersShowsThem) {
  const auto show = [&](const Value& value) { return ShowRule(*value.As<Struct>(), Repr); };
  EXPECT_EQ(show(Make("Descent")), "Descent(0.1f0)");
  EXPECT_EQ(show(Make("Adam")), "Adam(eta=0.001, beta=(0.9, 0.999), epsilon=1e-08)");
  EXPECT_EQ(show(Make("Momentum", {Value::Float64(0.5)})), "Momentum(eta=0.5, rho=0.9)");
  const Value chain = Make("OptimiserChain", {Make("ClipGrad", {Value::Int(1)}), Make("Descent")});
  EXPECT_EQ(show(chain), "OptimiserChain(ClipGrad(delta=1), Descent(0.1f0))");
  const Value leaf = *MakeLeaf(Make("Descent"), Float64s({1}, {1}));
  EXPECT_EQ(show(leaf), "Leaf(Descent(0.1f0), nothing)");
}

TEST_F(RuleTest, AFrozenLeafEmitsNothing) {
  const Value leaf = *MakeLeaf(Make("Adam"), Float64s({1}, {1}));
  ASSERT_OK(context_.CallRow(Functions(), "freeze!", {leaf}));
  ir::Builder builder;
  const ir::Expr x(builder, builder.Input(DType::kFloat64, Shape({1})));
  const ir::Expr dx(builder, builder.Input(DType::kFloat64, Shape({1})));
  ASSERT_OK_AND_ASSIGN(Update update, EmitUpdate(leaf, x, dx, {}, {x, dx}));
  EXPECT_EQ(update.parameter.id(), x.id());
  ASSERT_EQ(update.state.size(), 2u);
  EXPECT_EQ(update.state[1].id(), dx.id());
}

TEST_F(RuleTest, StateIsReadAndWrittenInOneOrder) {
  const Value leaf = *MakeLeaf(Make("Adam"), Float32s({2}, {1, 2}));
  ASSERT_OK_AND_ASSIGN(std::vector<Tensor> state, ReadState(leaf));
  ASSERT_EQ(state.size(), 4u);
  EXPECT_EQ(state[0].shape(), Shape({2}));
  EXPECT_EQ(state[2].ElementAsDouble(0), 0.9f);
  EXPECT_EQ(state[3].dtype(), DType::kFloat32);
  ASSERT_OK_AND_ASSIGN(std::vector<Tensor> numbers, ReadHyperparameters(leaf));
  EXPECT_EQ(numbers.size(), 4u);
  state[2] = Tensor::Scalar(0.5f);
  state[1] = *Tensor::FromVector<float>(Shape({2}), {3, 4});
  ASSERT_OK(WriteState(leaf, state));
  ASSERT_OK_AND_ASSIGN(std::vector<Tensor> again, ReadState(leaf));
  for (size_t i = 0; i < state.size(); ++i) EXPECT_TRUE(BitIdentical(state[i], again[i])) << i;
  EXPECT_FALSE(WriteState(leaf, {}).ok());
}

}  // namespace
}  // namespace fluxgate::optim
