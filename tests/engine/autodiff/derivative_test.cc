// Higher orders, forward mode, Jacobians and Hessians.

#include "engine/autodiff/gradient.h"
#include "engine/ir/expr.h"
#include "engine/ir/interpreter.h"
#include "tests/testing/gradient_check.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::autodiff {
namespace {

using ::fluxgate::testing::CheckedInput;
using ::fluxgate::testing::CheckGradients;
using ir::Builder;
using ir::Expr;
using ir::kNoNode;
using ir::NodeId;
using ir::OpKind;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

class DerivativeTest : public ::testing::Test {
 protected:
  Expr In(Shape shape, std::vector<double> values) {
    points_.push_back(*Tensor::FromVector<double>(shape, values));
    return {b_, b_.Input(DType::kFloat64, std::move(shape))};
  }
  std::vector<double> Values(NodeId id) {
    const auto result = ir::Evaluate(ir::Prune(*b_.Finish({id}), {id}), points_);
    EXPECT_OK(result);
    if (!result.ok()) return {};
    const auto data = (*result)[0].data<double>();
    return {data.begin(), data.end()};
  }

  Builder b_;
  std::vector<Tensor> points_;
};

TEST_F(DerivativeTest, AllOrdersOfAPolynomial) {
  const Expr x = In({}, {2});
  Expr y = 3 * Pow(x, 2) + 2 * x + 1;
  std::vector<double> orders;
  for (int i = 0; i < 3; ++i) {
    ASSERT_OK_AND_ASSIGN(const auto gradient, Gradient(b_, y.id(), {x.id()}));
    if (gradient[0] == kNoNode) break;
    y = Expr(b_, gradient[0]);
    orders.push_back(Values(y.id())[0]);
  }
  EXPECT_THAT(orders, ElementsAre(14, 6));
}

TEST_F(DerivativeTest, ThirdOrder) {
  const auto polynomial = [](Builder&, absl::Span<const Expr> x) {
    return x[0] * x[0] * x[0] * x[1] - 2 * x[1] * x[1] * x[0];
  };
  EXPECT_OK(CheckGradients(polynomial, {CheckedInput{{}}, CheckedInput{{}}}, {.max_order = 4}));
  const auto network = [](Builder&, absl::Span<const Expr> x) {
    return Sum(Tanh(MatMul(x[0], Tanh(MatMul(x[1], x[2]))) + x[3]));
  };
  EXPECT_OK(CheckGradients(
      network,
      {CheckedInput{{2, 3}}, CheckedInput{{3, 2}}, CheckedInput{{2, 4}}, CheckedInput{{2}}},
      {.max_order = 3}));
}

TEST_F(DerivativeTest, DerivativesOfManySteps) {
  Expr x = In({}, {0.5});
  const NodeId start = x.id();
  for (int i = 0; i < 2000; ++i) x = x * 1.001;
  ASSERT_OK_AND_ASSIGN(const auto gradient, Gradient(b_, x.id(), {start}));
  EXPECT_NEAR(Values(gradient[0])[0], std::pow(1.001, 2000), 1e-10);
}

TEST_F(DerivativeTest, NestedGradientsSeeTheOuterArgument) {
  // d/dx (x * d/dy (x * y^2)) at y = x: the inner derivative is 2xy, so 2x^2 y gives 6x^2.
  const Expr x = In({}, {3});
  const Expr y = Apply(OpKind::kBarrier, x);
  ASSERT_OK_AND_ASSIGN(const auto inner, Gradient(b_, (x * Square(y)).id(), {y.id()}));
  const Expr outer = x * Expr(b_, inner[0]);
  ASSERT_OK_AND_ASSIGN(const auto gradient, Gradient(b_, outer.id(), {x.id()}));
  EXPECT_THAT(Values(gradient[0]), ElementsAre(54));
}

TEST_F(DerivativeTest, ForwardAgreesWithReverse) {
  const Expr a = In({2, 3}, {0.1, 0.2, -0.3, 0.4, 0.5, -0.6}), x = In({3}, {1, -2, 0.5});
  const Expr y = Tanh(MatMul(a, x)), z = Exp(Sum(x));
  const Expr da = In({2, 3}, {1, 2, 3, 4, 5, 6}), dx = In({3}, {-1, 0.5, 2});
  const Expr cy = In({2}, {0.3, -0.7}), cz = In({}, {1.1});
  ASSERT_OK_AND_ASSIGN(const auto forward,
                       Jvp(b_, {y.id(), z.id()}, {a.id(), x.id()}, {da.id(), dx.id()}));
  ASSERT_OK_AND_ASSIGN(const auto reverse,
                       Vjp(b_, {y.id(), z.id()}, {cy.id(), cz.id()}, {a.id(), x.id()}));
  const Expr left = Sum(cy * Expr(b_, forward[0])) + cz * Expr(b_, forward[1]);
  const Expr right = Sum(da * Expr(b_, reverse[0])) + Sum(dx * Expr(b_, reverse[1]));
  EXPECT_NEAR(Values(left.id())[0], Values(right.id())[0], 1e-12);
}

TEST_F(DerivativeTest, ForwardLeavesNothingOfTheReverseWalkBehind) {
  const Expr x = In({2}, {1, 2}), dx = In({2}, {1, 1});
  const Expr unrelated = Exp(dx);
  ASSERT_OK_AND_ASSIGN(const auto tangents,
                       Jvp(b_, {Exp(x).id(), unrelated.id()}, {x.id()}, {dx.id()}));
  EXPECT_EQ(tangents[1], kNoNode);
  const ir::Graph graph = ir::Prune(b_.graph(), {tangents[0]});
  for (const ir::Node& node : graph.nodes) EXPECT_NE(node.op, OpKind::kBarrier);
}

TEST_F(DerivativeTest, Jacobians) {
  const Expr x = In({2}, {3, 5});
  // More rows than columns, and more columns than rows.
  const Expr wide(b_, b_.Concat({Square(x).id(), Sum(x * x).id()}, 0));
  ASSERT_OK_AND_ASSIGN(const NodeId tall, Jacobian(b_, wide.id(), x.id()));
  EXPECT_EQ(b_.shape(tall), Shape({3, 2}));
  EXPECT_THAT(Values(tall), ElementsAre(6, 0, 6, 0, 10, 10));
  const Expr one = Sum(x * x);
  ASSERT_OK_AND_ASSIGN(const NodeId row, Jacobian(b_, one.id(), x.id()));
  EXPECT_EQ(b_.shape(row), Shape({1, 2}));
  EXPECT_THAT(Values(row), ElementsAre(6, 10));
}

TEST_F(DerivativeTest, JacobianOfAMatrixIsItself) {
  const std::vector<double> entries = {1, 2, 3, 4, 5, 6};
  for (const Shape& shape : {Shape({2, 3}), Shape({3, 2})}) {
    const Expr a = In(shape, entries);
    const Expr x = In({shape.dim(1)}, std::vector<double>(shape.dim(1), 1.0));
    ASSERT_OK_AND_ASSIGN(const NodeId jacobian, Jacobian(b_, MatMul(a, x).id(), x.id()));
    EXPECT_EQ(b_.shape(jacobian), shape);
    EXPECT_EQ(Values(jacobian), entries);
  }
}

TEST_F(DerivativeTest, JacobianWhereNothingDepends) {
  const Expr x = In({2}, {1, 2}), y = In({3}, {1, 2, 3});
  ASSERT_OK_AND_ASSIGN(const NodeId jacobian, Jacobian(b_, y.id(), x.id()));
  EXPECT_EQ(b_.shape(jacobian), Shape({3, 2}));
  EXPECT_THAT(Values(jacobian), ElementsAre(0, 0, 0, 0, 0, 0));
  const Expr empty = In({0}, {});
  ASSERT_OK_AND_ASSIGN(const NodeId none, Jacobian(b_, Square(empty).id(), empty.id()));
  EXPECT_EQ(b_.shape(none), Shape({0, 0}));
}

TEST_F(DerivativeTest, Hessians) {
  const Expr x = In({3}, {1, 2, 3});
  // The product of all: the mixed derivative is the third.
  const Expr product(b_, b_.Reduce(OpKind::kProd, x.id(), {}));
  ASSERT_OK_AND_ASSIGN(const NodeId hessian, Hessian(b_, product.id(), x.id()));
  EXPECT_THAT(Values(hessian),
              Pointwise(DoubleNear(1e-12), std::vector<double>{0, 3, 2, 3, 0, 1, 2, 1, 0}));
  ASSERT_OK_AND_ASSIGN(const NodeId flat, Hessian(b_, Sum(x).id(), x.id()));
  EXPECT_THAT(Values(flat), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0));
}

}  // namespace
}  // namespace fluxgate::autodiff
