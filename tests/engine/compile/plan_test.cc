#include "engine/compile/plan.h"

#include <gtest/gtest.h>

#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "engine/ir/interpreter.h"
#include "tests/testing/random_graph.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::compile {
namespace {

using ir::Expr;
using ir::NodeId;

constexpr DType kF32 = DType::kFloat32;

Plan MustCompile(const ir::Graph& graph, const CompileOptions& options = {}) {
  absl::StatusOr<Plan> plan = Compile(graph, options, ir::EvaluateNode);
  EXPECT_OK(plan);
  return *std::move(plan);
}

std::string Printed(const Plan& plan) { return "\n" + plan.ToString(); }

TEST(PlanTest, OutputsGoStraightToTheirResults) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({100})));
  const Plan plan = MustCompile(*b.Finish({ir::Exp(x).id()}));
  EXPECT_EQ(Printed(plan), R"(
%1:result0 = exp(%0:arg0)
arena 0
)");
}

TEST(PlanTest, OutputsThatAreInputsOrRepeatAreCopied) {
  ir::Builder b;
  const Expr x(b, b.Input(kF32, Shape({100})));
  const NodeId y = ir::Exp(x).id();
  const Plan plan = MustCompile(*b.Finish({y, y, x.id()}));
  EXPECT_EQ(Printed(plan), R"(
%1:result0 = exp(%0:arg0)
%1:result1 = copy(%1:result0)
%0:result2 = copy(%0:arg0)
arena 0
)");
}

TEST(PlanTest, ADonatedParameterIsUpdatedInPlaceAfterTheCommit) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({10, 100})));
  const Expr x(b, b.Input(kF32, Shape({100, 7})));
  const Expr loss = ir::Sum(ir::MatMul(w, x));
  const Expr next = w - ir::MatMul(ir::BroadcastTo(loss, Shape({10, 7})), x, false, true) * 0.1;
  const Plan plan = MustCompile(*b.Finish(std::vector<NodeId>{loss.id(), next.id()}),
                                {.donations = {{1, 0}}, .num_checked = 1});
  EXPECT_EQ(plan.donated_to, (std::vector<int>{-1, 0}));
  const Step& last = plan.steps.back();
  EXPECT_EQ(last.kind, Step::Kind::kFused);
  EXPECT_EQ(plan.slots[last.outputs[0].slot].space, Slot::Space::kArgument);
  EXPECT_EQ(plan.commit, 2);
}

TEST(PlanTest, AnArgumentThatIsStillReadIsNotOverwritten) {
  // The new w is made by a product that reads the old one.
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({30, 30})));
  const Expr next = ir::MatMul(w, w);
  const Plan plan = MustCompile(*b.Finish({next.id()}), {.donations = {{0, 0}}});
  EXPECT_EQ(Printed(plan), R"(
%1:@0 = matmul(%0:arg0, %0:arg0)
%1:arg0 = copy(%1:@0)
arena 3648
)");
}

TEST(PlanTest, AnArgumentReadThroughATransposeIsNotOverwritten) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({30, 30})));
  const Plan plan = MustCompile(*b.Finish({(w - ir::Transpose(w)).id()}), {.donations = {{0, 0}}});
  EXPECT_EQ(plan.steps.back().kind, Step::Kind::kCopy);
}

TEST(PlanTest, ArgumentsMayTradePlaces) {
  ir::Builder b;
  const NodeId x = b.Input(kF32, Shape({2})), y = b.Input(kF32, Shape({2}));
  const Plan plan =
      MustCompile(*b.Finish(std::vector<NodeId>{y, x}), {.donations = {{0, 0}, {1, 1}}});
  EXPECT_EQ(Printed(plan), R"(
%1:@0 = copy(%1:arg1)
%0:@64 = copy(%0:arg0)
%1:arg0 = copy(%1:@0)
%0:arg1 = copy(%0:@64)
arena 128
)");
}

TEST(PlanTest, AnOutputThatKeepsTheOldValueIsCopiedBeforeTheUpdate) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({200})));
  const std::vector<NodeId> outputs = {w.id(), ir::Exp(w).id()};
  const Plan plan = MustCompile(*b.Finish(outputs), {.donations = {{1, 0}}});
  EXPECT_EQ(Printed(plan), R"(
%1:@0 = exp(%0:arg0)
%0:result0 = copy(%0:arg0)
%1:arg0 = copy(%1:@0)
arena 832
)");
}

TEST(PlanTest, AnUpdateThatTheLossNeedsWaitsForTheCommit) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({200})));
  const Expr next = w * 0.5;
  const std::vector<NodeId> outputs = {ir::Sum(next).id(), next.id()};
  const Plan plan = MustCompile(*b.Finish(outputs), {.donations = {{1, 0}}, .num_checked = 1});
  for (int s = 0; s < plan.commit; ++s) {
    for (const Operand& output : plan.steps[s].outputs) {
      EXPECT_NE(plan.slots[output.slot].space, Slot::Space::kArgument);
    }
  }
  EXPECT_EQ(plan.steps.back().kind, Step::Kind::kCopy);
}

TEST(PlanTest, IndicesThatOnlyTheUpdateNeedsAreCheckedBeforeTheCommit) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({200})));
  const Expr table(b, b.Input(kF32, Shape({10})));
  const NodeId first = b.Input(DType::kInt64, Shape({3}));
  const NodeId second = b.Input(DType::kInt64, Shape({3}));
  const Expr a(b, b.Gather(table.id(), first, 0)), c(b, b.Gather(table.id(), second, 0));
  const Expr again(b, b.Gather(ir::Exp(table).id(), first, 0));
  const Expr next = w - ir::Sum(c) - ir::Sum(again);
  const std::vector<NodeId> outputs = {(ir::Sum(w) + ir::Sum(a)).id(), next.id()};
  const Plan plan = MustCompile(*b.Finish(outputs), {.donations = {{1, 0}}, .num_checked = 1});
  int early = 0, late = 0;
  for (size_t s = 0; s < plan.steps.size(); ++s) {
    for (const NodeId id : plan.steps[s].nodes) {
      if (plan.graph.node(id).op != ir::OpKind::kGather) continue;
      ++(static_cast<int>(s) < plan.commit ? early : late);
    }
  }
  EXPECT_EQ(early, 2);
  EXPECT_EQ(late, 1);  // Its indices were checked with the first.
}

TEST(PlanTest, ADonationOfAnotherShapeIsRefused) {
  ir::Builder b;
  const Expr w(b, b.Input(kF32, Shape({200})));
  EXPECT_THAT(Compile(*b.Finish({ir::Sum(w).id()}), {.donations = {{0, 0}}}, ir::EvaluateNode),
              testing::StatusIs(absl::StatusCode::kInternal));
}

// Follows the steps of plans of random graphs: whatever a step reads must still be there.
TEST(PlanTest, NothingIsOverwrittenBeforeItsLastUse) {
  for (uint32_t seed = 0; seed < 150; ++seed) {
    const ir::Graph graph = testing::MakeRandomGraph(seed, {.nodes = 70, .outputs = 4}).graph;
    const Plan plan = MustCompile(graph, {.num_checked = static_cast<int>(seed % 2)});
    // Per byte range of the arena: the value that lies there now.
    std::vector<std::pair<std::pair<int64_t, int64_t>, int>> contents;
    for (const Step& step : plan.steps) {
      for (const Operand& input : step.inputs) {
        const Slot& slot = plan.slots[input.slot];
        if (slot.space != Slot::Space::kArena || slot.bytes == 0) continue;
        bool found = false;
        for (const auto& [range, value] : contents) {
          found = found || (range.first == slot.offset && value == input.slot);
        }
        EXPECT_TRUE(found) << "seed " << seed << "\n" << plan.ToString();
      }
      for (const Operand& output : step.outputs) {
        const Slot& slot = plan.slots[output.slot];
        if (slot.space != Slot::Space::kArena) continue;
        EXPECT_LE(slot.offset + slot.bytes, plan.arena_bytes);
        const int64_t end = slot.offset + slot.bytes;
        contents.erase(std::remove_if(contents.begin(), contents.end(),
                                      [&](const auto& entry) {
                                        return entry.first.first < end &&
                                               slot.offset < entry.first.second;
                                      }),
                       contents.end());
        contents.push_back({{slot.offset, end}, output.slot});
      }
    }
  }
}

}  // namespace
}  // namespace fluxgate::compile
