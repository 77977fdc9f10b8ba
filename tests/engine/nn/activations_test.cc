#include <cmath>
#include <limits>

#include "engine/autodiff/gradient.h"
#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "tests/engine/nn/goldens/goldens.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/gradient_check.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::nn {
namespace {

using ::fluxgate::testing::CheckGradients;
using ::fluxgate::testing::CheckValueGradients;
using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float32s;
using ::fluxgate::testing::Float64s;
using ::fluxgate::testing::StatusIs;
using ::testing::HasSubstr;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(Activations, GoldensInBothPrecisions) {
  FakeContext context;
  const auto count = static_cast<int64_t>(goldens::kPoints.size());
  for (const goldens::Activation& golden : goldens::kActivations) {
    SCOPED_TRACE(golden.name);
    std::vector<Value> arguments = {Float64s({count}, goldens::kPoints)};
    for (double p : golden.parameters) arguments.push_back(Value::Float64(p));
    ASSERT_OK_AND_ASSIGN(Value doubles, context.CallRow(Functions(), golden.name, arguments));
    std::vector<float> points(goldens::kPoints.begin(), goldens::kPoints.end());
    arguments[0] = Float32s({count}, points);
    ASSERT_OK_AND_ASSIGN(Value singles, context.CallRow(Functions(), golden.name, arguments));
    const std::vector<double> d = Elements(doubles), s = Elements(singles);
    ASSERT_EQ(d.size(), golden.values.size());
    for (size_t i = 0; i < d.size(); ++i) {
      const double expected = golden.values[i];
      EXPECT_NEAR(d[i], expected, 1e-14 * std::max(1.0, std::abs(expected)))
          << "at " << goldens::kPoints[i];
      EXPECT_NEAR(s[i], expected, 1e-6 * std::max(1.0, std::abs(expected)))
          << "at " << goldens::kPoints[i];
    }
  }
}

TEST(Activations, KeepTheDtypeOfFloats) {
  FakeContext context;
  for (const Function& row : Functions()) {
    if (!row.elementwise) continue;
    ASSERT_OK_AND_ASSIGN(Value y, row.call(context, {{Float32s({2}, {0.25f, -0.5f})}, {}}));
    EXPECT_EQ(y.As<Array>()->dtype(), DType::kFloat32) << row.name;
  }
}

TEST(Activations, NumbersStayNumbersAndIntegersIntegers) {
  FakeContext context;
  ASSERT_OK_AND_ASSIGN(Value y, context.CallRow(Functions(), "relu", {Value::Int(-3)}));
  ASSERT_TRUE(y.is_int());
  EXPECT_EQ(y.scalar().AsInt64(), 0);
  ASSERT_OK_AND_ASSIGN(y, context.CallRow(Functions(), "σ", {Value::Int(0)}));
  ASSERT_TRUE(y.is_number());
  EXPECT_EQ(y.scalar().dtype(), DType::kFloat64);
  EXPECT_EQ(y.scalar().AsDouble(), 0.5);
}

// Every formula in a stretch without kinks, and in the stretches left and right of them.
TEST(Activations, GradientsOfBothOrders) {
  for (const Function& row : Functions()) {
    if (row.emit == nullptr) continue;
    for (const auto& [lo, hi] : {std::pair{-5.9, -3.1},
                                 {-2.9, -1.1},
                                 {-0.9, -0.55},
                                 {-0.45, -0.05},
                                 {0.05, 0.45},
                                 {0.55, 0.95},
                                 {1.1, 2.9},
                                 {3.1, 5.9},
                                 {6.1, 9.0}}) {
      EXPECT_OK(
          CheckGradients([&](ir::Builder&, absl::Span<const ir::Expr> x) { return row.emit(x); },
                         {{Shape({7}), lo, hi}}))
          << row.name << " between " << lo << " and " << hi;
    }
  }
}

TEST(Activations, GradientsByTheParameter) {
  for (const char* name : {"leakyrelu", "elu", "celu"}) {
    for (const auto& [lo, hi] : {std::pair{-3.0, -0.1}, {0.1, 3.0}}) {
      EXPECT_OK(CheckGradients(
          [&](ir::Builder&, absl::Span<const ir::Expr> x) { return FindFunction(name)->emit(x); },
          {{Shape({5}), lo, hi}, {Shape({5}), 0.5, 1.5}}))
          << name;
    }
  }
}

// d/dx at x of the row's formula.
double DerivativeAt(const char* name, double x) {
  FakeContext context;
  auto trace = std::make_shared<Trace>(context.ops().evaluator());
  const ir::NodeId input = trace->Placeholder(Tensor::Scalar(x));
  const ir::Expr y = FindFunction(name)->emit({ir::Expr(trace->builder(), input)});
  const auto gradient = autodiff::Gradient(trace->builder(), y.id(), {input});
  if (!gradient.ok() || (*gradient)[0] == ir::kNoNode) return kNaN;
  const absl::StatusOr<Tensor> value = trace->Concrete((*gradient)[0]);
  return value.ok() ? value->ElementAsDouble(0) : kNaN;
}

TEST(Activations, DerivativesAtKinksAreThoseOfNNlib) {
  EXPECT_EQ(DerivativeAt("relu", 0), 0);
  EXPECT_EQ(DerivativeAt("leakyrelu", 0), 0.01);
  EXPECT_EQ(DerivativeAt("relu6", 0), 0);
  EXPECT_EQ(DerivativeAt("relu6", 6), 0);
  EXPECT_EQ(DerivativeAt("hardtanh", -1), 0);
  EXPECT_EQ(DerivativeAt("hardtanh", 1), 0);
  EXPECT_EQ(DerivativeAt("hardσ", -3), 0);
  EXPECT_EQ(DerivativeAt("hardσ", 3), 0);
  EXPECT_EQ(DerivativeAt("elu", 0), 1);
  EXPECT_EQ(DerivativeAt("celu", 0), 1);
  EXPECT_NEAR(DerivativeAt("selu", 0), 1.0507009873554805 * 1.6732632423543772, 1e-15);
  EXPECT_EQ(DerivativeAt("trelu", 1), 0);
  EXPECT_EQ(DerivativeAt("softshrink", 0.5), 0);
  EXPECT_EQ(DerivativeAt("softshrink", -0.5), 0);
  EXPECT_NEAR(DerivativeAt("hardswish", -3), -0.5, 1e-15);
  EXPECT_NEAR(DerivativeAt("hardswish", 3), 1.5, 1e-15);
  EXPECT_EQ(DerivativeAt("softsign", 0), 1);
}

TEST(Activations, DerivativesStayFiniteFarOut) {
  for (const Function& row : Functions()) {
    if (row.emit == nullptr) continue;
    for (double x : {-1e4, -750.0, 750.0, 1e4}) {
      const double derivative = DerivativeAt(std::string(row.name).c_str(), x);
      EXPECT_TRUE(std::isfinite(derivative)) << row.name << " at " << x;
    }
  }
}

TEST(Activations, NanGoesThrough) {
  FakeContext context;
  for (const char* name : {"relu", "relu6", "hardtanh", "elu", "selu", "softshrink", "trelu"}) {
    ASSERT_OK_AND_ASSIGN(Value y, context.CallRow(Functions(), name, {Value::Float64(kNaN)}));
    EXPECT_TRUE(std::isnan(y.scalar().AsDouble())) << name;
  }
}

TEST(Activations, AliasesAreTheSameObject) {
  EXPECT_EQ(FindFunction("sigmoid"), FindFunction("σ"));
  EXPECT_EQ(FindFunction("gelu"), FindFunction("gelu_tanh"));
  EXPECT_EQ(FindFunction("thresholdrelu"), FindFunction("trelu"));
  EXPECT_TRUE(
      FunctionAsValue(*FindFunction("relu")).IdenticalTo(FunctionAsValue(*FindFunction("relu"))));
}

TEST(Activations, RreluDrawsSlopesInItsInterval) {
  FakeContext context;
  ASSERT_OK_AND_ASSIGN(Value y, context.CallRow(Functions(), "rrelu",
                                                {Float32s({500}, std::vector<float>(500, -10))}));
  double least = kInf, greatest = -kInf;
  for (double v : Elements(y)) {
    least = std::min(least, v);
    greatest = std::max(greatest, v);
  }
  EXPECT_GE(least, -10.0 / 3 - 1e-5);
  EXPECT_LT(least, -3.2);
  EXPECT_LE(greatest, -10.0 / 8 + 1e-5);
  EXPECT_GT(greatest, -1.4);
}

TEST(Softmax, Goldens) {
  FakeContext context;
  const Value x = Float64s({3, 4}, goldens::kLogits);
  ASSERT_OK_AND_ASSIGN(Value p, context.CallRow(Functions(), "softmax", {x}));
  ASSERT_OK_AND_ASSIGN(Value l, context.CallRow(Functions(), "logsoftmax", {x}));
  for (size_t i = 0; i < goldens::kSoftmax.size(); ++i) {
    EXPECT_NEAR(Elements(p)[i], goldens::kSoftmax[i], 1e-15);
    EXPECT_NEAR(Elements(l)[i], std::log(goldens::kSoftmax[i]), 1e-14);
  }
}

TEST(Softmax, DimsAndInfinities) {
  FakeContext context;
  ASSERT_OK_AND_ASSIGN(Value y, context.CallRow(Functions(), "softmax", {Float64s({1, 2}, {0, 0})},
                                                {{"dims", Value::Int(2)}}));
  EXPECT_THAT(Elements(y), ::testing::ElementsAre(0.5, 0.5));
  ASSERT_OK_AND_ASSIGN(y,
                       context.CallRow(Functions(), "softmax", {Float64s({3}, {1, kInf, kInf})}));
  EXPECT_THAT(Elements(y), ::testing::ElementsAre(0, 0.5, 0.5));
  ASSERT_OK_AND_ASSIGN(y, context.CallRow(Functions(), "logsoftmax", {Float64s({2}, {1, kInf})}));
  EXPECT_THAT(Elements(y), ::testing::ElementsAre(-kInf, 0));
  ASSERT_OK_AND_ASSIGN(y, context.CallRow(Functions(), "softmax", {Float64s({2}, {-kInf, 3})}));
  EXPECT_THAT(Elements(y), ::testing::ElementsAre(0, 1));
  ASSERT_OK_AND_ASSIGN(y,
                       context.CallRow(Functions(), "softmax", {Float32s({2}, {1e30f, -1e30f})}));
  EXPECT_THAT(Elements(y), ::testing::ElementsAre(1, 0));
}

TEST(Softmax, RefusesANumberWithAHint) {
  FakeContext context;
  EXPECT_THAT(context.CallRow(Functions(), "softmax", {Value::Float32(1)}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("`softmax` needs to be outside the layer")));
}

TEST(Softmax, Gradients) {
  FakeContext context;
  const Tensor x = *Tensor::FromVector<double>(Shape({3, 4}), goldens::kLogits);
  for (const char* name : {"softmax", "logsoftmax", "logsumexp"}) {
    EXPECT_OK(CheckValueGradients(context, {x}, [&](absl::Span<const Value> values) {
      return context.CallRow(Functions(), name, {values[0]});
    })) << name;
  }
}

}  // namespace
}  // namespace fluxgate::nn
