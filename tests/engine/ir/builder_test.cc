#include "engine/ir/builder.h"

#include <cmath>

#include "absl/strings/match.h"
#include "engine/ir/expr.h"
#include "engine/ir/verifier.h"
#include "gtest/gtest.h"

namespace fluxgate::ir {
namespace {

constexpr DType kF32 = DType::kFloat32, kF64 = DType::kFloat64, kI64 = DType::kInt64,
                kI32 = DType::kInt32, kBool = DType::kBool;

class BuilderTest : public testing::Test {
 protected:
  // Every graph that a test leaves behind must be well formed.
  void TearDown() override { EXPECT_TRUE(Verify(b_.graph()).ok()) << Verify(b_.graph()); }

  NodeId In(DType dtype, Shape shape) { return b_.Input(dtype, std::move(shape)); }
  void ExpectError(absl::string_view message) {
    EXPECT_EQ(b_.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(b_.status().message(), message);
    b_.ClearError();
  }

  Builder b_;
};

TEST_F(BuilderTest, EqualNodesAreOneNode) {
  const NodeId x = In(kF32, {3}), y = In(kF32, {3});
  EXPECT_NE(x, y);
  EXPECT_EQ(b_.Binary(OpKind::kAdd, x, y), b_.Binary(OpKind::kAdd, x, y));
  EXPECT_NE(b_.Binary(OpKind::kAdd, x, y), b_.Binary(OpKind::kAdd, y, x));
  EXPECT_EQ(b_.Scalar(kF32, 2), b_.Scalar(kF32, 2));
  EXPECT_NE(b_.Scalar(kF32, 0.0), b_.Scalar(kF32, -0.0));
  EXPECT_NE(b_.Unary(OpKind::kBarrier, x), b_.Unary(OpKind::kBarrier, x));
  const SliceAttr first{{0}, {2}, {1}}, last{{1}, {2}, {1}};
  EXPECT_EQ(b_.Slice(x, first), b_.Slice(x, first));
  EXPECT_NE(b_.Slice(x, first), b_.Slice(x, last));
}

TEST_F(BuilderTest, PromotesAsJulia) {
  const NodeId f32 = In(kF32, {2}), f64 = In(kF64, {2}), i64 = In(kI64, {2}), i32 = In(kI32, {2}),
               flag = In(kBool, {2});
  const auto add = [&](NodeId a, NodeId b) { return b_.dtype(b_.Binary(OpKind::kAdd, a, b)); };
  EXPECT_EQ(add(f32, i64), kF32);
  EXPECT_EQ(add(f32, f64), kF64);
  EXPECT_EQ(add(i32, i64), kI64);
  EXPECT_EQ(add(flag, flag), kI64);
  EXPECT_EQ(b_.dtype(b_.Binary(OpKind::kMul, flag, flag)), kBool);
  EXPECT_EQ(b_.dtype(b_.Binary(OpKind::kDiv, i64, i64)), kF64);
  EXPECT_EQ(b_.dtype(b_.Unary(OpKind::kExp, i64)), kF64);
  EXPECT_EQ(b_.dtype(b_.Unary(OpKind::kNeg, flag)), kI64);
  EXPECT_EQ(b_.Unary(OpKind::kFloor, i64), i64);
  EXPECT_EQ(b_.dtype(b_.Binary(OpKind::kLt, i64, f32)), kBool);
  EXPECT_EQ(b_.dtype(b_.Select(flag, i64, f32)), kF32);
  EXPECT_EQ(b_.dtype(b_.Sum(flag)), kI64);
  EXPECT_EQ(b_.dtype(b_.Mean(i64)), kF64);
  EXPECT_EQ(b_.dtype(b_.MatMul(In(kI64, {2, 2}), In(kF32, {2, 2}))), kF32);
}

TEST_F(BuilderTest, BroadcastsRanksAtTheEnd) {
  const NodeId matrix = In(kF32, {3, 4}), column = In(kF32, {3}), row = In(kF32, {1, 4}),
               number = In(kF32, {});
  const auto add = [&](NodeId a, NodeId b) { return b_.shape(b_.Binary(OpKind::kAdd, a, b)); };
  EXPECT_EQ(add(matrix, column), Shape({3, 4}));
  EXPECT_EQ(add(column, row), Shape({3, 4}));
  EXPECT_EQ(add(number, row), Shape({1, 4}));
  EXPECT_EQ(add(In(kF32, {0}), In(kF32, {1})), Shape({0}));
  EXPECT_EQ(b_.Binary(OpKind::kAdd, column, In(kF32, {2})), kNoNode);
  ExpectError(
      "DimensionMismatch: arrays could not be broadcast to a common size; got a dimension with "
      "lengths 3 and 2");
}

TEST_F(BuilderTest, BroadcastPastInt64IsRefused) {
  const int64_t big = int64_t{1} << 40;
  const NodeId x = In(kBool, {big}), y = In(kBool, {1, big});
  EXPECT_EQ(b_.Binary(OpKind::kOr, x, y), kNoNode);
  EXPECT_EQ(b_.status().code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(BuilderTest, ErrorsStick) {
  const NodeId x = In(kF32, {2}), y = In(kF32, {3});
  const NodeId bad = b_.Binary(OpKind::kAdd, x, y);
  EXPECT_EQ(bad, kNoNode);
  EXPECT_EQ(b_.Unary(OpKind::kExp, bad), kNoNode);
  EXPECT_EQ(b_.MatMul(bad, bad), kNoNode);
  EXPECT_EQ(b_.Sum(bad), kNoNode);
  EXPECT_EQ(b_.Reshape(x, {5}), kNoNode);  // The first error is the one kept.
  EXPECT_TRUE(absl::StrContains(b_.status().message(), "lengths 2 and 3"));
  EXPECT_FALSE(b_.Finish({x}).ok());
  b_.ClearError();
  EXPECT_NE(b_.Unary(OpKind::kExp, x), kNoNode);
  EXPECT_TRUE(b_.Finish({x}).ok());
}

TEST_F(BuilderTest, RefusesMethodsThatJuliaLacks) {
  b_.Binary(OpKind::kAnd, In(kF32, {}), In(kI64, {}));
  ExpectError("MethodError: no method matching &(::Float32, ::Int64)");
  b_.Unary(OpKind::kNot, In(kI64, {}));
  ExpectError("MethodError: no method matching !(::Int64)");
  b_.Select(In(kI64, {}), In(kI64, {}), In(kI64, {}));
  ExpectError("TypeError: non-boolean (Int64) used in boolean context");
}

TEST_F(BuilderTest, BoundsTheNodes) {
  Builder small(Builder::Options{.max_nodes = 3});
  NodeId x = small.Input(kF32, {});
  for (int i = 0; i < 3; ++i) x = small.Unary(OpKind::kExp, x);
  EXPECT_EQ(small.status().code(), absl::StatusCode::kResourceExhausted);
}

TEST_F(BuilderTest, LeavesOutWhatChangesNothing) {
  const NodeId x = In(kF32, {2, 3});
  EXPECT_EQ(b_.Cast(x, kF32), x);
  EXPECT_EQ(b_.BroadcastTo(x, {2, 3}), x);
  EXPECT_EQ(b_.Reshape(b_.Reshape(x, {6}), {2, 3}), x);
  EXPECT_EQ(b_.Unary(OpKind::kNeg, b_.Unary(OpKind::kNeg, x)), x);
  EXPECT_EQ(b_.Binary(OpKind::kMul, x, b_.Scalar(kI64, 1)), x);
  EXPECT_EQ(b_.Binary(OpKind::kDiv, x, b_.Scalar(kF32, 1)), x);
  EXPECT_EQ(b_.Sum(x, {5}), x);
  EXPECT_EQ(b_.node(b_.Cast(b_.Scalar(kI64, 3), kF32)).op, OpKind::kConstant);
  // x + 0 is not x when x is -0.0.
  EXPECT_NE(b_.Binary(OpKind::kAdd, x, b_.Scalar(kF32, 0)), x);
  EXPECT_EQ(UniformConstant(b_.graph(), b_.Full(kF32, {4, 4}, 2.5)), 2.5);
  EXPECT_EQ(UniformConstant(b_.graph(), x), absl::nullopt);
}

TEST_F(BuilderTest, Reductions) {
  const NodeId x = In(kF32, {2, 3, 4});
  EXPECT_EQ(b_.shape(b_.Sum(x)), Shape());
  EXPECT_EQ(b_.shape(b_.Sum(x, {1})), Shape({2, 1, 4}));
  EXPECT_EQ(b_.Sum(x, {2, 0}), b_.Sum(x, {0, 2}));
  EXPECT_EQ(b_.shape(b_.Reduce(OpKind::kReduceMax, x, {0})), Shape({1, 3, 4}));
  EXPECT_EQ(b_.dtype(b_.Reduce(OpKind::kReduceMax, In(kBool, {2}), {})), kBool);
  EXPECT_EQ(b_.shape(b_.ArgReduce(OpKind::kArgMax, x, 1)), Shape({2, 1, 4}));
  EXPECT_EQ(b_.dtype(b_.ArgReduce(OpKind::kArgMax, x, 1)), kI64);
  EXPECT_EQ(b_.shape(b_.CumSum(x, 1)), Shape({2, 3, 4}));
  EXPECT_EQ(b_.shape(b_.SumTo(x, {2, 1})), Shape({2, 1}));
  EXPECT_EQ(b_.shape(b_.SumTo(x, {})), Shape());
  EXPECT_EQ(b_.shape(b_.Sum(In(kF32, {0, 2}))), Shape());
  b_.Reduce(OpKind::kReduceMax, In(kF32, {0}), {});
  ExpectError("ArgumentError: reducing over an empty collection is not allowed");
}

TEST_F(BuilderTest, MeanDividesTheSum) {
  const NodeId mean = b_.Mean(In(kF32, {2, 3}), {0});
  EXPECT_EQ(b_.shape(mean), Shape({1, 3}));
  EXPECT_EQ(b_.node(mean).op, OpKind::kDiv);
  EXPECT_EQ(UniformConstant(b_.graph(), b_.node(mean).operands[1]), 2);
}

TEST_F(BuilderTest, Products) {
  const NodeId a = In(kF32, {2, 3}), v = In(kF32, {3}), w = In(kF32, {2});
  EXPECT_EQ(b_.shape(b_.MatMul(a, In(kF32, {3, 5}))), Shape({2, 5}));
  EXPECT_EQ(b_.shape(b_.MatMul(a, v)), Shape({2}));
  EXPECT_EQ(b_.shape(b_.MatMul(a, w, true)), Shape({3}));
  EXPECT_EQ(b_.shape(b_.MatMul(w, v, false, true)), Shape({2, 3}));
  EXPECT_EQ(b_.shape(b_.MatMul(v, v, true)), Shape());
  EXPECT_EQ(b_.shape(b_.MatMul(v, In(kF32, {1, 4}))), Shape({3, 4}));
  EXPECT_EQ(b_.shape(b_.MatMul(In(kF32, {2, 3, 7}), In(kF32, {3, 4, 7}))), Shape({2, 4, 7}));
  EXPECT_EQ(b_.shape(b_.MatMul(In(kF32, {2, 3}), In(kF32, {3, 4, 7}))), Shape({2, 4, 7}));

  b_.MatMul(In(kF32, {1, 2}), In(kF32, {3, 1}));
  ExpectError("DimensionMismatch: A has dimensions (1,2) but B has dimensions (3,1)");
  b_.MatMul(a, w);
  ExpectError("DimensionMismatch: second dimension of A, 3, does not match length of x, 2");
  b_.MatMul(v, v);
  ExpectError("MethodError: no method matching *(::Array{Float32, 1}, ::Vector{Float32})");
}

TEST_F(BuilderTest, TransposesFoldIntoProducts) {
  const NodeId a = In(kF32, {2, 3}), b = In(kF32, {5, 3});
  const NodeId product = b_.MatMul(a, b_.Transpose(b));
  EXPECT_EQ(product, b_.MatMul(a, b, false, true));
  EXPECT_EQ(b_.MatMul(b_.Transpose(a), a), b_.MatMul(a, a, true));
  EXPECT_EQ(b_.MatMul(b_.Transpose(a), b, true, true), product);
}

TEST_F(BuilderTest, ExpressionsReadAsFormulas) {
  const Expr x(b_, In(kF32, {3}));
  const Expr y = 2 * x + 1;
  EXPECT_EQ(y.dtype(), kF32);
  EXPECT_EQ(y.shape(), Shape({3}));
  EXPECT_EQ((2 * x + 1).id(), y.id());
  EXPECT_EQ((Expr(b_, In(kI64, {3})) * 0.5).dtype(), kF64);
}

TEST_F(BuilderTest, RandomNeedsAKey) {
  const NodeId key = In(kI64, {2});
  const RandomAttr normal{RandomAttr::Distribution::kNormal, 4};
  EXPECT_EQ(b_.Random(kF32, {3}, key, normal), b_.Random(kF32, {3}, key, normal));
  EXPECT_EQ(b_.Random(kI64, {3}, key, normal), kNoNode);
  b_.ClearError();
  EXPECT_EQ(b_.Random(kF32, {3}, In(kF32, {2}), normal), kNoNode);
}

}  // namespace
}  // namespace fluxgate::ir
