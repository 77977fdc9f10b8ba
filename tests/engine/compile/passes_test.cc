#include "engine/compile/passes.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "engine/ir/builder.h"
#include "engine/ir/interpreter.h"
#include "engine/ir/printer.h"
#include "tests/testing/random_graph.h"

namespace fluxgate::compile {
namespace {

using ir::Builder;
using ir::NodeId;
using ir::OpKind;

constexpr DType kF32 = DType::kFloat32;

std::string Printed(const ir::Graph& graph) { return "\n" + ir::ToString(RemoveDead(graph)); }

TEST(PassesTest, BarriersGo) {
  Builder b;
  const NodeId x = b.Input(kF32, Shape({2}));
  const NodeId y = b.Unary(OpKind::kStopGradient, b.Unary(OpKind::kBarrier, x));
  const ir::Graph graph = *b.Finish({b.Binary(OpKind::kMul, y, x)});
  EXPECT_EQ(Printed(RemoveBarriers(graph)), R"(
%0 = input(0) : Float32[2]
%1 = mul(%0, %0) : Float32[2]
return %1
)");
}

TEST(PassesTest, ConstantsFold) {
  Builder b;
  const NodeId x = b.Input(kF32, Shape({}));
  const NodeId six = b.Binary(OpKind::kMul, b.Scalar(kF32, 2), b.Scalar(kF32, 3));
  const ir::Graph graph = *b.Finish({b.Binary(OpKind::kAdd, x, six)});
  EXPECT_EQ(Printed(FoldConstants(graph, ir::EvaluateNode)), R"(
%0 = input(0) : Float32[]
%1 = constant(6) : Float32[]
%2 = add(%0, %1) : Float32[]
return %2
)");
}

TEST(PassesTest, BroadcastsSink) {
  Builder b;
  const NodeId x = b.Input(kF32, Shape({}));
  const NodeId row = b.Input(kF32, Shape({1, 3}));
  const Shape wide({2, 3});
  const NodeId sum = b.Binary(OpKind::kAdd, b.BroadcastTo(x, wide), b.BroadcastTo(row, wide));
  const ir::Graph graph = *b.Finish({b.Unary(OpKind::kExp, sum)});
  EXPECT_EQ(Printed(SinkBroadcasts(graph)), R"(
%0 = input(0) : Float32[]
%1 = input(1) : Float32[1,3]
%2 = broadcast(%0) : Float32[1,3]
%3 = add(%2, %1) : Float32[1,3]
%4 = exp(%3) : Float32[1,3]
%5 = broadcast(%4) : Float32[2,3]
return %5
)");
}

TEST(PassesTest, EqualNodesMerge) {
  Builder b;
  const NodeId x = b.Input(kF32, Shape({2}));
  const NodeId barrier = b.Unary(OpKind::kBarrier, x);
  const ir::Graph graph =
      *b.Finish({b.Binary(OpKind::kAdd, b.Unary(OpKind::kExp, x), b.Unary(OpKind::kExp, barrier))});
  EXPECT_EQ(Printed(MergeEqual(RemoveBarriers(graph))), R"(
%0 = input(0) : Float32[2]
%1 = exp(%0) : Float32[2]
%2 = add(%1, %1) : Float32[2]
return %2
)");
}

TEST(PassesTest, InputsSurviveRemoval) {
  Builder b;
  b.Input(kF32, Shape({2}));
  const NodeId y = b.Input(kF32, Shape({}));
  b.Unary(OpKind::kExp, y);
  EXPECT_EQ(Printed(*b.Finish({y})), R"(
%0 = input(0) : Float32[2]
%1 = input(1) : Float32[]
return %1
)");
}

TEST(PassesTest, ConstantsBecomeInputsButSmallNumbersStay) {
  Builder b;
  const NodeId x = b.Input(kF32, Shape({}));
  const NodeId y = b.Binary(OpKind::kMul, x, b.Scalar(kF32, 0.1));
  const ir::Graph graph = *b.Finish({b.Binary(OpKind::kMul, y, b.Scalar(kF32, 2))});
  const Hoisted hoisted = HoistConstants(graph);
  ASSERT_EQ(hoisted.values.size(), 1u);
  EXPECT_EQ(hoisted.values[0].data<float>()[0], 0.1f);
  EXPECT_EQ(Printed(hoisted.graph), R"(
%0 = input(0) : Float32[]
%1 = input(1) : Float32[]
%2 = mul(%0, %1) : Float32[]
%3 = constant(2) : Float32[]
%4 = mul(%2, %3) : Float32[]
return %4
)");
}

// One op with the operand and a number, simplified.
std::string Simplified(OpKind op, double number, bool number_first = false,
                       DType dtype = DType::kFloat32) {
  Builder b;
  const NodeId x = b.Input(dtype, Shape({2}));
  const NodeId c = b.Full(dtype, Shape({2}), number);
  const NodeId y = number_first ? b.Binary(op, c, x) : b.Binary(op, x, c);
  const ir::Graph graph = RemoveDead(Simplify(*b.Finish({y})));
  const ir::Node& output = graph.node(graph.outputs[0]);
  return std::string(ir::GetOpInfo(output.op).name);
}

TEST(SimplifyTest, NeutralOperandsGo) {
  EXPECT_EQ(Simplified(OpKind::kMul, 1), "input");
  EXPECT_EQ(Simplified(OpKind::kMul, 1, true), "input");
  EXPECT_EQ(Simplified(OpKind::kDiv, 1), "input");
  EXPECT_EQ(Simplified(OpKind::kSub, 0.0), "input");
  EXPECT_EQ(Simplified(OpKind::kAdd, -0.0), "input");
  EXPECT_EQ(Simplified(OpKind::kAdd, 0, false, DType::kInt64), "input");
}

TEST(SimplifyTest, WhatWouldChangeABitStays) {
  EXPECT_EQ(Simplified(OpKind::kAdd, 0.0), "add");   // -0 + 0 is 0
  EXPECT_EQ(Simplified(OpKind::kSub, -0.0), "sub");  // -0 - -0 is 0
  EXPECT_EQ(Simplified(OpKind::kMul, 0.0), "mul");   // NaN, and signs
  EXPECT_EQ(Simplified(OpKind::kMul, -1.0), "mul");  // the sign of a NaN
  EXPECT_EQ(Simplified(OpKind::kDiv, 1, true), "div");
  EXPECT_EQ(Simplified(OpKind::kDiv, 6), "div");  // 1/6 is not exact
}

TEST(SimplifyTest, DivisionByAPowerOfTwoMultiplies) {
  EXPECT_EQ(Simplified(OpKind::kDiv, 8), "mul");
  EXPECT_EQ(Simplified(OpKind::kDiv, -0.25), "mul");
}

TEST(SimplifyTest, CastsThatCancel) {
  Builder b;
  const NodeId x = b.Input(kF32, Shape({2}));
  const NodeId there = b.Cast(b.Cast(x, DType::kFloat64), kF32);
  const NodeId lossy = b.Cast(b.Cast(x, DType::kInt64), kF32);
  const ir::Graph graph = Simplify(*b.Finish({there, lossy}));
  EXPECT_EQ(graph.node(graph.outputs[0]).op, OpKind::kInput);
  EXPECT_EQ(graph.node(graph.outputs[1]).op, OpKind::kCast);
}

// Every pass, on many graphs, with every special value among the inputs: the same bits.
TEST(PassesTest, NoPassChangesABit) {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    testing::RandomGraph random = testing::MakeRandomGraph(seed);
    for (Tensor& input : random.inputs) {
      if (input.dtype() != kF32 || input.num_elements() < 3) continue;
      absl::Span<float> data = input.mutable_data<float>();
      data[0] = -0.0f;
      data[1] = std::numeric_limits<float>::quiet_NaN();
      data[2] = -std::numeric_limits<float>::infinity();
    }
    const auto expected = ir::Evaluate(random.graph, random.inputs);
    ASSERT_TRUE(expected.ok()) << expected.status();
    ir::Graph graph = RemoveBarriers(random.graph);
    const auto check = [&](const char* pass) {
      const auto actual = ir::Evaluate(graph, random.inputs);
      ASSERT_TRUE(actual.ok()) << actual.status();
      for (size_t o = 0; o < expected->size(); ++o) {
        ASSERT_TRUE(BitIdentical((*actual)[o], (*expected)[o]))
            << pass << " changes output " << o << " of seed " << seed << "\n"
            << ir::ToString(random.graph) << ir::ToString(graph);
      }
    };
    check("RemoveBarriers");
    graph = FoldConstants(graph, ir::EvaluateNode);
    check("FoldConstants");
    graph = Simplify(graph);
    check("Simplify");
    graph = SinkBroadcasts(graph);
    check("SinkBroadcasts");
    graph = MergeEqual(graph);
    check("MergeEqual");
    graph = RemoveDead(graph);
    check("RemoveDead");
  }
}

}  // namespace
}  // namespace fluxgate::compile
