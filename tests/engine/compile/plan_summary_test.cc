#include "engine/compile/plan_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "engine/ir/interpreter.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::compile {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

constexpr DType kF32 = DType::kFloat32;

TEST(PlanSummaryTest, NamesProductsLoopsAndReductions) {
  ir::Builder b;
  const ir::Expr w(b, b.Input(kF32, Shape({3, 2}))), x(b, b.Input(kF32, Shape({2, 100})));
  const ir::Expr bias(b, b.Input(kF32, Shape({3, 1})));
  const ir::Expr y = ir::Tanh(ir::MatMul(w, x) + bias);
  const ir::Expr back = ir::MatMul(w, y, /*transpose_a=*/true);
  const auto graph = b.Finish({y.id(), back.id(), ir::Sum(y).id()});
  ASSERT_OK(graph);
  const auto plan = Compile(*graph, {}, ir::EvaluateNode);
  ASSERT_OK(plan);
  const PlanSummary summary = Summarise(*plan);
  std::vector<std::string> texts;
  for (const KernelSummary& kernel : summary.kernels) texts.push_back(kernel.text);
  EXPECT_THAT(texts, ElementsAre("3×2 * 2×100 → 3×100", "add, tanh → 3×100", "2×3 * 3×100 → 2×100",
                                 "sum 3×100 → 1×1"));
  EXPECT_EQ(summary.kernels[1].output, Shape({3, 100}));
  EXPECT_THAT(summary.kernels[1].ops, Contains("tanh"));
  EXPECT_EQ(summary.arena_bytes, plan->arena_bytes);
}

TEST(PlanSummaryTest, NamesNoMoreThanAReaderTakesIn) {
  ir::Builder b;
  const ir::Expr x(b, b.Input(kF32, Shape({8})));
  const ir::Expr y = ir::Exp(ir::Sqrt(ir::Abs(ir::Tanh(ir::Sigmoid(ir::Log(x * x) + 1) / 3))));
  const auto graph = b.Finish({y.id()});
  ASSERT_OK(graph);
  const auto plan = Compile(*graph, {}, ir::EvaluateNode);
  ASSERT_OK(plan);
  const PlanSummary summary = Summarise(*plan);
  ASSERT_EQ(summary.kernels.size(), 1u);
  EXPECT_EQ(summary.kernels[0].text, "mul, log, add, sigmoid, div, tanh, ... → 8");
  EXPECT_GE(summary.kernels[0].ops.size(), 9u);
}

TEST(PlanSummaryTest, NamesCopies) {
  ir::Builder b;
  const ir::NodeId x = b.Input(kF32, Shape({4}));
  const auto graph = b.Finish({x});
  ASSERT_OK(graph);
  const auto plan = Compile(*graph, {}, ir::EvaluateNode);
  ASSERT_OK(plan);
  ASSERT_EQ(Summarise(*plan).kernels.size(), 1u);
  EXPECT_EQ(Summarise(*plan).kernels[0].text, "copy → 4");
}

}  // namespace
}  // namespace fluxgate::compile
