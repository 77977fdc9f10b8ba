#include "engine/ir/verifier.h"

#include "absl/strings/match.h"
#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "gtest/gtest.h"

namespace fluxgate::ir {
namespace {

class VerifierTest : public testing::Test {
 protected:
  void SetUp() override {
    Builder b;
    const Expr x(b, b.Input(DType::kFloat32, {2, 3})), y(b, b.Input(DType::kFloat32, {3, 2}));
    const Expr product = MatMul(x, y);
    graph_ = *b.Finish({Sum(product + 1, {0}).id()});
    ASSERT_TRUE(Verify(graph_).ok()) << Verify(graph_);
  }

  // The first node of that op.
  Node& Find(OpKind op) {
    for (Node& node : graph_.nodes) {
      if (node.op == op) return node;
    }
    ADD_FAILURE() << "no " << GetOpInfo(op).name;
    return graph_.nodes[0];
  }
  void ExpectInternal(absl::string_view part) {
    const absl::Status status = Verify(graph_);
    EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
    EXPECT_TRUE(absl::StrContains(status.message(), part)) << status;
  }

  Graph graph_;
};

TEST_F(VerifierTest, Order) {
  Find(OpKind::kAdd).operands[0] = static_cast<NodeId>(graph_.nodes.size()) - 1;
  ExpectInternal("does not come before");
}

TEST_F(VerifierTest, Arity) {
  Find(OpKind::kAdd).operands.pop_back();
  ExpectInternal("has 1 operands");
}

TEST_F(VerifierTest, Shapes) {
  Find(OpKind::kMatMul).shape = Shape({2, 3});
  ExpectInternal("but should be Float32(2, 2)");
}

TEST_F(VerifierTest, DTypes) {
  Find(OpKind::kSum).dtype = DType::kFloat64;
  ExpectInternal("sum");
}

TEST_F(VerifierTest, Attributes) {
  Find(OpKind::kSum).attr = MatMulAttr{};
  ExpectInternal("another op's attributes");
}

TEST_F(VerifierTest, TransposeThatDoesNotFit) {
  Find(OpKind::kMatMul).attr = MatMulAttr{true, false};
  ExpectInternal("A has dimensions");
}

TEST_F(VerifierTest, OutputsAndInputs) {
  graph_.outputs.push_back(99);
  ExpectInternal("the output %99 does not exist");
  graph_.outputs.pop_back();
  std::swap(graph_.inputs[0], graph_.inputs[1]);
  ExpectInternal("is not the input that it says");
}

}  // namespace
}  // namespace fluxgate::ir
