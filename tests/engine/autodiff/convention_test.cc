// Where finite differences say nothing: kinks, ties, signs of zero, and what has no gradient.

#include <cmath>

#include "engine/autodiff/gradient.h"
#include "engine/ir/expr.h"
#include "engine/ir/interpreter.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::autodiff {
namespace {

using ::fluxgate::testing::StatusIs;
using ir::Builder;
using ir::Expr;
using ir::kNoNode;
using ir::NodeId;
using ir::OpKind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ConventionTest : public ::testing::Test {
 protected:
  Expr In(std::vector<double> values) {
    const Shape shape({static_cast<int64_t>(values.size())});
    points_.push_back(*Tensor::FromVector<double>(shape, values));
    return {b_, b_.Input(DType::kFloat64, shape)};
  }
  Expr Number(double value) {
    points_.push_back(Tensor::Scalar(value));
    return {b_, b_.Input(DType::kFloat64, {})};
  }
  // d sum(y) / d x at the inputs' values.
  std::vector<double> GradientOf(Expr y, Expr x) {
    const auto gradient = Gradient(b_, Sum(y).id(), {x.id()});
    EXPECT_OK(gradient);
    if (!gradient.ok()) return {};
    if ((*gradient)[0] == kNoNode) return {};
    return Values({b_, (*gradient)[0]});
  }
  std::vector<double> Values(Expr x) {
    const auto result = ir::Evaluate(*b_.Finish({x.id()}), points_);
    EXPECT_OK(result);
    if (!result.ok()) return {};
    std::vector<double> values;
    for (int64_t i = 0; i < x.shape().num_elements(); ++i) {
      values.push_back((*result)[0].ElementAsDouble(i));
    }
    return values;
  }

  Builder b_;
  std::vector<Tensor> points_;
};

TEST_F(ConventionTest, SignsOfZeroAsInTheTutorial) {
  const Expr x = In({2, 1}), y = In({2, 0});
  const Expr loss = Sum(Square(x - y));
  const std::vector<double> dx = GradientOf(loss, x), dy = GradientOf(loss, y);
  EXPECT_THAT(dx, ElementsAre(0, 2));
  EXPECT_FALSE(std::signbit(dx[0]));
  EXPECT_THAT(dy, ElementsAre(0, -2));
  EXPECT_TRUE(std::signbit(dy[0]));
}

TEST_F(ConventionTest, MeanDividesTheCotangentFirst) {
  const Expr x = In({1, 2, 3, 4, 5, 6});
  const double sixth = 1.0 / 6;
  EXPECT_THAT(GradientOf(Mean(Square(x)), x),
              ElementsAre(sixth * 1 + sixth * 1, sixth * 2 + sixth * 2, sixth * 3 + sixth * 3,
                          sixth * 4 + sixth * 4, sixth * 5 + sixth * 5, sixth * 6 + sixth * 6));
}

TEST_F(ConventionTest, SquareAsPowerIsExact) {
  const Expr x = In({0.1, -3, 0});
  EXPECT_THAT(GradientOf(Pow(x, 2), x), ElementsAre(0.2, -6, 0));
  EXPECT_THAT(GradientOf(Pow(x, 1), x), ElementsAre(1, 1, 1));
  EXPECT_THAT(GradientOf(Pow(x, 0), x), ElementsAre(0, 0, 0));
}

TEST_F(ConventionTest, PowersAtZeroAreNotNan) {
  const Expr x = In({0, 0}), p = In({2, 0});
  EXPECT_THAT(GradientOf(Pow(x, p), x), ElementsAre(0, 0));
  EXPECT_THAT(GradientOf(Pow(x, p), p), ElementsAre(0, 0));
}

TEST_F(ConventionTest, AbsAndSignAtZero) {
  const Expr x = In({-2, 0, 2});
  EXPECT_THAT(GradientOf(Abs(x), x), ElementsAre(-1, 0, 1));
  EXPECT_THAT(GradientOf(Sign(x), x), ElementsAre(0, 0, 0));
}

TEST_F(ConventionTest, TiesOfMaxAndMinAsInChainRules) {
  const Expr x = In({1, 2, 3}), y = In({2, 2, 2});
  EXPECT_THAT(GradientOf(Max(x, y), x), ElementsAre(0, 0, 1));
  EXPECT_THAT(GradientOf(Max(x, y), y), ElementsAre(1, 1, 0));
  EXPECT_THAT(GradientOf(Min(x, y), x), ElementsAre(1, 1, 0));
  EXPECT_THAT(GradientOf(Min(x, y), y), ElementsAre(0, 0, 1));
}

TEST_F(ConventionTest, AnExtremumOfAnArrayIsItsFirst) {
  const Expr x = In({1, 5, 5, 1});
  EXPECT_THAT(GradientOf(ReduceMax(x, {}), x), ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(GradientOf({b_, b_.Reduce(OpKind::kReduceMin, x.id(), {})}, x),
              ElementsAre(1, 0, 0, 0));
  // First in memory order, whatever the order of the dims.
  const Expr square = Reshape(In({1, 7, 7, 1}), {2, 2});
  EXPECT_THAT(GradientOf(ReduceMax(square, {1, 0}), square), ElementsAre(0, 1, 0, 0));
}

TEST_F(ConventionTest, WhatHasNoGradient) {
  const Expr x = In({1, 2}), unused = In({1, 2});
  EXPECT_TRUE(GradientOf(x * 2, unused).empty());
  EXPECT_TRUE(GradientOf(StopGradient(x), x).empty());
  EXPECT_TRUE(GradientOf(Cast(x, DType::kInt64), x).empty());
  EXPECT_TRUE(GradientOf(Cast(x > 1, DType::kFloat64), x).empty());
  EXPECT_THAT(GradientOf(x * StopGradient(x), x), ElementsAre(1, 2));
}

TEST_F(ConventionTest, AnyNodeMayBeTheArgument) {
  const Expr x = In({2, 3});
  const Expr y = Square(x);
  EXPECT_THAT(GradientOf(Square(y), y), ElementsAre(8, 18));
  const auto both = Gradient(b_, Sum(Square(y)).id(), {y.id(), x.id()});
  ASSERT_OK(both);
  EXPECT_THAT(Values({b_, (*both)[1]}), ElementsAre(32, 108));
}

TEST_F(ConventionTest, OutputsThatAreArguments) {
  const Expr x = Number(3);
  EXPECT_THAT(GradientOf(x, x), ElementsAre(1));
  const auto twice = Vjp(b_, {x.id(), x.id()}, {x.id(), x.id()}, {x.id()});
  ASSERT_OK(twice);
  EXPECT_THAT(Values({b_, (*twice)[0]}), ElementsAre(6));
}

TEST_F(ConventionTest, BarriersSeparateEqualArguments) {
  const Expr x = Number(3);
  const Expr a = Apply(OpKind::kBarrier, x), b = Apply(OpKind::kBarrier, x);
  EXPECT_THAT(GradientOf(a * a * b, a), ElementsAre(18));
  EXPECT_THAT(GradientOf(a * a * b, b), ElementsAre(9));
}

TEST_F(ConventionTest, Float32StaysFloat32) {
  const Expr x(b_, b_.Input(DType::kFloat32, {2}));
  const Expr y = Sum(Cast(x, DType::kFloat64) * 2.5);
  ASSERT_OK_AND_ASSIGN(const auto gradient, Gradient(b_, y.id(), {x.id()}));
  EXPECT_EQ(b_.dtype(gradient[0]), DType::kFloat32);
}

TEST_F(ConventionTest, RefusesWhatIsNoScalar) {
  const Expr x = In({1, 2});
  EXPECT_THAT(Gradient(b_, x.id(), {x.id()}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("Output should be scalar")));
  EXPECT_THAT(Vjp(b_, {x.id()}, {Sum(x).id()}, {x.id()}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("DimensionMismatch")));
  EXPECT_THAT(Vjp(b_, {kNoNode}, {kNoNode}, {x.id()}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

}  // namespace
}  // namespace fluxgate::autodiff
