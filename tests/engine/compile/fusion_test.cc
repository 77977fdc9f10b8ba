#include "engine/compile/fusion.h"

#include <gtest/gtest.h>

#include <set>

#include "engine/compile/passes.h"
#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "tests/testing/random_graph.h"

namespace fluxgate::compile {
namespace {

using ir::Expr;
using ir::NodeId;

constexpr DType kF32 = DType::kFloat32;

std::vector<std::string> Kernels(const ir::Graph& graph, const FusionOptions& options = {}) {
  std::vector<std::string> kernels;
  for (const KernelGroup& group : GroupKernels(graph, options)) {
    std::string name;
    for (NodeId id : group.nodes) {
      if (!name.empty()) name += "+";
      const absl::string_view op = ir::GetOpInfo(graph.node(id).op).name;
      name.append(op.data(), op.size());
    }
    kernels.push_back(name);
  }
  return kernels;
}

using Names = std::vector<std::string>;

TEST(FusionTest, AChainWithItsBroadcastsIsOneKernel) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({4, 100})));
  const Expr bias(b, b.Input(kF32, Shape({4})));
  const Expr y = ir::Tanh(x + bias) * 2.0;
  EXPECT_EQ(Kernels(*b.Finish({y.id()})), (Names{"add+tanh+mul"}));
}

TEST(FusionTest, AReductionStandsAlone) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({4, 100})));
  const Expr centred = x - ir::Sum(x, {1}) / 100.0;
  EXPECT_EQ(Kernels(*b.Finish({ir::Exp(centred).id()})), (Names{"sum", "div", "sub+exp"}));
}

TEST(FusionTest, AKernelNeverWaitsForItself) {
  // x -> exp -> sum -> broadcast -> div: exp and div have one shape but a sum between them.
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({4, 100})));
  const Expr e = ir::Exp(x);
  EXPECT_EQ(Kernels(*b.Finish({(e / ir::Sum(e, {0})).id()})), (Names{"exp", "sum", "div"}));
}

TEST(FusionTest, ASliceAndATransposeAreReadInPlace) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({100, 100})));
  const Expr y = ir::Transpose(x) + x;
  EXPECT_EQ(Kernels(*b.Finish({y.id()})), (Names{"add"}));
}

TEST(FusionTest, ABroadcastThatAProductReadsIsMade) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({1, 4})));
  const Expr wide = ir::BroadcastTo(x, Shape({4, 4}));
  EXPECT_EQ(Kernels(*b.Finish({ir::MatMul(wide, wide).id()})), (Names{"broadcast", "matmul"}));
}

TEST(FusionTest, SmallUnrelatedNodesShareAKernel) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({}))), y(b, b.Input(kF32, Shape({})));
  EXPECT_EQ(Kernels(*b.Finish({ir::Exp(x).id(), ir::Sqrt(y).id()})), (Names{"exp+sqrt"}));
}

TEST(FusionTest, WhatIsCheckedComesFirstAndShareNothingWithTheRest) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({10, 100})));
  const Expr loss = ir::Sum(w * w);
  const Expr next = w - w * 0.2;
  const std::vector<NodeId> outputs = {loss.id(), next.id()};
  const ir::Graph graph = *b.Finish(outputs);
  const std::vector<KernelGroup> groups = GroupKernels(graph, {.num_checked = 1});
  ASSERT_EQ(groups.size(), 3u);
  EXPECT_TRUE(groups[0].before_commit);
  EXPECT_TRUE(groups[1].before_commit);
  EXPECT_FALSE(groups[2].before_commit);
}

TEST(FusionTest, WithoutFusionEveryNodeIsAKernel) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({4})));
  EXPECT_EQ(Kernels(*b.Finish({ir::Exp(-x).id()}), {.fuse = false}), (Names{"neg", "exp"}));
}

// Whatever the graph: each node is in one kernel, and operands are made before they are read.
TEST(FusionTest, KernelsCanRunInTheirOrder) {
  for (uint32_t seed = 0; seed < 200; ++seed) {
    const ir::Graph graph = RemoveDead(
        RemoveBarriers(testing::MakeRandomGraph(seed, {.nodes = 80, .outputs = 5}).graph));
    const int checked = static_cast<int>(seed % 3);
    const auto groups = GroupKernels(graph, {.num_checked = checked, .max_nodes = 6});
    std::set<NodeId> done;
    for (const KernelGroup& group : groups) {
      EXPECT_LE(group.nodes.size(), 6u);
      const std::set<NodeId> own(group.nodes.begin(), group.nodes.end());
      for (NodeId id : group.nodes) {
        for (NodeId operand : graph.node(id).operands) {
          // Down to what a kernel made, through views and reshapes that none makes.
          while (own.count(operand) == 0 && done.count(operand) == 0 &&
                 !graph.node(operand).operands.empty()) {
            const ir::Node& node = graph.node(operand);
            ASSERT_TRUE(node.op == ir::OpKind::kReshape || IsView(node))
                << "seed " << seed << ": %" << id << " reads %" << operand << " too early";
            operand = node.operands[0];
          }
        }
      }
      for (NodeId id : group.nodes) EXPECT_TRUE(done.insert(id).second);
    }
  }
}

}  // namespace
}  // namespace fluxgate::compile
