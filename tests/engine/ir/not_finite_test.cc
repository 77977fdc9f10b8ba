#include "engine/ir/not_finite.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/ir/expr.h"
#include "engine/ir/interpreter.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::ir {
namespace {

Tensor Vector(std::initializer_list<float> elements) {
  return *Tensor::FromVector<float>(Shape({static_cast<int64_t>(elements.size())}),
                                    absl::MakeConstSpan(elements.begin(), elements.size()));
}

absl::optional<NotFinite> Find(const Builder& builder, Expr result,
                               std::initializer_list<Tensor> inputs) {
  EXPECT_OK(builder.status());
  const std::vector<Tensor> given(inputs);
  auto found = FindNotFinite(builder.graph(), result.id(), given, EvaluateNode);
  EXPECT_OK(found);
  return found.ok() ? *found : absl::nullopt;
}

TEST(NotFiniteTest, AFiniteResultHasNone) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, Shape({2})));
  EXPECT_FALSE(Find(b, Sum(Log(x)), {Vector({1, 2})}).has_value());
}

TEST(NotFiniteTest, TheFirstOpOnTheWay) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, Shape({3})));
  const Expr log = Log(x);
  const auto found = Find(b, Sum(log * 2.0), {Vector({1, 0, 0})});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->node, log.id());
  EXPECT_EQ(found->element, 1);
  EXPECT_EQ(found->value, -std::numeric_limits<double>::infinity());
  ASSERT_EQ(found->operands.size(), 1u);
  EXPECT_TRUE(found->operands[0].finite);
  EXPECT_EQ(found->operands[0].value, 0);
}

// log(0) comes first, but the select lets only the other branch through.
TEST(NotFiniteTest, WhatIsMaskedIsNotToBlame) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, Shape({2})));
  const Expr masked = Select(x > 0.0, Log(x), x);
  const Expr root = Sqrt(masked - 5.0);
  const auto found = Find(b, Sum(root), {Vector({0, 1})});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->node, root.id());
  EXPECT_EQ(found->operands[0].value, -5);
}

TEST(NotFiniteTest, AnInputMayHoldIt) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, Shape({3})));
  const Expr y(b, b.Input(DType::kFloat32, Shape({3})));
  const Expr difference = x - y;
  const auto found =
      Find(b, Sum(difference * difference), {Vector({1, 2, 3}), Vector({1, 2, std::nanf("")})});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->node, difference.id());
  EXPECT_TRUE(found->operands[0].finite);
  EXPECT_FALSE(found->operands[1].finite);
  EXPECT_EQ(found->operands[1].node, y.id());
  EXPECT_EQ(found->operands[1].element, 2);
}

TEST(NotFiniteTest, ASumOverflowsAndNamesItsLargestTerm) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, Shape({3})));
  const Expr sum = Sum(x);
  const auto found = Find(b, sum, {Vector({3e38f, 1, 2e38f})});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(b.node(found->node).op, OpKind::kSum);
  EXPECT_EQ(found->operands[0].element, 0);
  EXPECT_EQ(static_cast<float>(found->operands[0].value), 3e38f);
}

TEST(NotFiniteTest, TheResultItselfMayBeGiven) {
  Builder b;
  const Expr constant(b, b.Constant(Tensor::Scalar(std::nan(""))));
  const auto found = Find(b, constant, {});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->node, constant.id());
  EXPECT_TRUE(found->operands.empty());
}

}  // namespace
}  // namespace fluxgate::ir
