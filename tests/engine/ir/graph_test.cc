#include "engine/ir/graph.h"

#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "engine/ir/verifier.h"
#include "gtest/gtest.h"

namespace fluxgate::ir {
namespace {

Graph Line(double slope, int64_t length) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, {length}));
  return *b.Finish({(x * slope).id()});
}

TEST(GraphTest, FingerprintsTellGraphsApart) {
  EXPECT_EQ(Fingerprint(Line(2, 3)), Fingerprint(Line(2, 3)));
  EXPECT_NE(Fingerprint(Line(2, 3)), Fingerprint(Line(3, 3)));
  EXPECT_NE(Fingerprint(Line(2, 3)), Fingerprint(Line(2, 4)));
  Graph other = Line(2, 3);
  other.outputs = {0};
  EXPECT_NE(Fingerprint(Line(2, 3)), Fingerprint(other));
}

TEST(GraphTest, FingerprintsSeeAttributes) {
  const auto slice = [](int64_t start, int64_t step) {
    Builder b;
    const NodeId x = b.Input(DType::kFloat32, {9});
    return Fingerprint(*b.Finish({b.Slice(x, {{start}, {2}, {step}})}));
  };
  EXPECT_NE(slice(0, 1), slice(1, 1));
  EXPECT_NE(slice(0, 1), slice(0, 2));
}

TEST(GraphTest, PruneKeepsInputsAndWhatOutputsNeed) {
  Builder b;
  const Expr x(b, b.Input(DType::kFloat32, {3})), unused(b, b.Input(DType::kFloat32, {3}));
  const Expr y = Exp(x), dead = Log(x), z = y + 1;
  std::vector<NodeId> remap;
  const Graph pruned = Prune(b.graph(), {z.id(), z.id(), x.id()}, &remap);
  EXPECT_TRUE(Verify(pruned).ok()) << Verify(pruned);
  EXPECT_EQ(pruned.inputs.size(), 2u);
  EXPECT_EQ(remap[dead.id()], kNoNode);
  EXPECT_NE(remap[unused.id()], kNoNode);
  ASSERT_EQ(pruned.outputs.size(), 3u);
  EXPECT_EQ(pruned.outputs[0], remap[z.id()]);
  EXPECT_EQ(pruned.outputs[0], pruned.outputs[1]);
  EXPECT_EQ(pruned.node(pruned.outputs[0]).op, OpKind::kAdd);
}

}  // namespace
}  // namespace fluxgate::ir
