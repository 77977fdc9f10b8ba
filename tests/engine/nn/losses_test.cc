#include <cmath>

#include "engine/nn/layer.h"
#include "engine/value/array.h"
#include "tests/engine/nn/goldens/goldens.h"
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
using ::testing::HasSubstr;

class LossTest : public ::testing::Test {
 protected:
  absl::StatusOr<Value> Loss(const char* name, Value p, Value y,
                             std::vector<std::pair<std::string, Value>> keywords = {}) {
    return context_.CallRow(Functions(), name, {std::move(p), std::move(y)}, std::move(keywords));
  }
  FakeContext context_;
};

TEST_F(LossTest, Goldens) {
  for (const goldens::Loss& golden : goldens::kLosses) {
    ASSERT_OK_AND_ASSIGN(Value loss, Loss(golden.name, Float64s({3, 4}, golden.prediction),
                                          Float64s({3, 4}, golden.target)));
    ASSERT_TRUE(loss.is_number()) << golden.name;
    EXPECT_NEAR(loss.scalar().AsDouble(), golden.value, 1e-13) << golden.name;
    const std::vector<float> p(golden.prediction.begin(), golden.prediction.end());
    const std::vector<float> y(golden.target.begin(), golden.target.end());
    ASSERT_OK_AND_ASSIGN(loss, Loss(golden.name, Float32s({3, 4}, p), Float32s({3, 4}, y)));
    EXPECT_EQ(loss.scalar().dtype(), DType::kFloat32) << golden.name;
    EXPECT_NEAR(loss.scalar().AsDouble(), golden.value, 1e-5) << golden.name;
  }
}

TEST_F(LossTest, GradientsByThePrediction) {
  for (const goldens::Loss& golden : goldens::kLosses) {
    const Value y = Float64s({3, 4}, golden.target);
    const Tensor p = *Tensor::FromVector<double>(Shape({3, 4}), golden.prediction);
    EXPECT_OK(CheckValueGradients(context_, {p}, [&](absl::Span<const Value> values) {
      return Loss(golden.name, values[0], y);
    })) << golden.name;
  }
}

TEST_F(LossTest, LabelsThatAreBoolsOrIntegersKeepTheDtype) {
  const Value p = Float32s({2}, {0.25f, 0.75f});
  for (const char* name : {"mse", "binarycrossentropy", "logitbinarycrossentropy"}) {
    ASSERT_OK_AND_ASSIGN(Value loss, Loss(name, p, Ints({2}, {0, 1})));
    EXPECT_EQ(loss.scalar().dtype(), DType::kFloat32) << name;
  }
}

TEST_F(LossTest, ZeroTimesLogZeroIsZeroAndSoIsItsGradient) {
  ASSERT_OK_AND_ASSIGN(Value loss, Loss("crossentropy", Float64s({2}, {0, 1}),
                                        Float64s({2}, {0, 1}), {{"eps", Value::Int(0)}}));
  EXPECT_EQ(loss.scalar().AsDouble(), 0);
}

TEST_F(LossTest, Aggregations) {
  const Value p = Float64s({2, 2}, {1, 2, 3, 5}), y = Float64s({2, 2}, {0, 0, 0, 0});
  const Value identity = FunctionAsValue(*FindFunction("identity"));
  ASSERT_OK_AND_ASSIGN(Value each, Loss("mae", p, y, {{"agg", identity}}));
  EXPECT_THAT(Elements(each), ::testing::ElementsAre(1, 2, 3, 5));
  const Value total = TestFunction::Of([](Context& context, absl::Span<const Value> xs) {
    return context.ops().Apply(xs, [](absl::Span<const ir::Expr> x) { return Sum(x[0]); });
  });
  ASSERT_OK_AND_ASSIGN(Value sum, Loss("mae", p, y, {{"agg", total}}));
  EXPECT_EQ(sum.scalar().AsDouble(), 11);
}

TEST_F(LossTest, ReductionDims) {
  const Value p = Float64s({1, 2}, {0, 0}), y = Float64s({1, 2}, {1, 0});
  ASSERT_OK_AND_ASSIGN(Value loss, Loss("logitcrossentropy", p, y, {{"dims", Value::Int(2)}}));
  EXPECT_NEAR(loss.scalar().AsDouble(), std::log(2.0), 1e-15);
}

TEST_F(LossTest, SizesMustMatch) {
  EXPECT_THAT(Loss("mse", Float32s({1, 3}, {1, 2, 3}), Float32s({3}, {1, 2, 3})),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("DimensionMismatch: loss function expects size(ŷ) = (1, 3) to "
                                 "match size(y) = (3,)")));
  // A number on either side is a constant label.
  EXPECT_OK(Loss("mse", Float32s({2}, {1, 2}), Value::Int(1)));
}

TEST_F(LossTest, WrongArguments) {
  const Value p = Float32s({1}, {1});
  EXPECT_THAT(Loss("mse", p, p, {{"eps", Value::Int(0)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"eps\"; it takes agg")));
  EXPECT_THAT(Loss("siamese_contrastive_loss", p, p, {{"margin", Value::Int(-1)}}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("DomainError")));
  EXPECT_THAT(context_.CallRow(Functions(), "mse", {p}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("MethodError")));
  EXPECT_THAT(context_.CallRow(Functions(), "label_smoothing", {p, Value::Float64(1.5)}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("between 0 and 1")));
}

TEST_F(LossTest, HuberChangesAtDelta) {
  ASSERT_OK_AND_ASSIGN(Value loss, Loss("huber_loss", Float64s({3}, {0.5, 2, 4}),
                                        Float64s({3}, {0, 0, 0}), {{"delta", Value::Int(2)}}));
  EXPECT_NEAR(loss.scalar().AsDouble(), (0.125 + 2 * (2 - 1) + 2 * (4 - 1)) / 3, 1e-15);
}

}  // namespace
}  // namespace fluxgate::nn
