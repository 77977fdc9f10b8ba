#include <cstdint>

#include "engine/ir/builder.h"
#include "engine/ir/verifier.h"
#include "gtest/gtest.h"

namespace fluxgate::ir {
namespace {

constexpr DType kF32 = DType::kFloat32, kI64 = DType::kInt64;

class MovementTest : public testing::Test {
 protected:
  void TearDown() override { EXPECT_TRUE(Verify(b_.graph()).ok()) << Verify(b_.graph()); }

  NodeId In(Shape shape) { return b_.Input(kF32, std::move(shape)); }
  void ExpectError(absl::string_view message) {
    EXPECT_EQ(b_.status().message(), message);
    b_.ClearError();
  }

  Builder b_;
};

TEST_F(MovementTest, Reshape) {
  const NodeId x = In({2, 3});
  EXPECT_EQ(b_.shape(b_.Reshape(x, {6})), Shape({6}));
  EXPECT_EQ(b_.node(b_.Reshape(b_.Reshape(x, {6}), {3, 2})).operands[0], x);
  b_.Reshape(x, {2, 2});
  ExpectError("DimensionMismatch: new dimensions (2, 2) must be consistent with array size 6");
}

TEST_F(MovementTest, NumbersAndArraysOfOneElement) {
  const NodeId number = In({});
  EXPECT_EQ(b_.Reshape(b_.Reshape(number, {1, 1}), {}), number);
  EXPECT_EQ(b_.shape(b_.Reshape(In({1, 1}), {})), Shape());
}

TEST_F(MovementTest, BroadcastTo) {
  EXPECT_EQ(b_.shape(b_.BroadcastTo(In({2}), {2, 3})), Shape({2, 3}));
  const NodeId x = In({1, 3});
  EXPECT_EQ(b_.BroadcastTo(b_.BroadcastTo(x, {1, 3, 4}), {2, 3, 4}), b_.BroadcastTo(x, {2, 3, 4}));
  EXPECT_EQ(b_.BroadcastTo(In({2, 3}), {3, 3}), kNoNode);
  b_.ClearError();
  EXPECT_EQ(b_.BroadcastTo(In({2, 1}), {2}), kNoNode);
}

TEST_F(MovementTest, PermutationsCompose) {
  const NodeId x = In({2, 3, 4});
  const NodeId y = b_.Permute(x, {2, 0, 1});
  EXPECT_EQ(b_.shape(y), Shape({4, 2, 3}));
  EXPECT_EQ(b_.Permute(y, {1, 2, 0}), x);
  const NodeId matrix = In({3, 2});
  EXPECT_EQ(b_.Transpose(b_.Transpose(matrix)), matrix);
  b_.Permute(x, {0, 0, 1});
  ExpectError("ArgumentError: (1, 1, 2) is not a permutation of the 3 dimensions of the array");
}

TEST_F(MovementTest, PermutationsOfDimsOfOneMoveNothing) {
  EXPECT_EQ(b_.node(b_.Transpose(In({1, 5}))).op, OpKind::kReshape);
  EXPECT_EQ(b_.node(b_.Permute(In({2, 1, 3}), {1, 0, 2})).op, OpKind::kReshape);
  EXPECT_EQ(b_.shape(b_.Transpose(In({5}))), Shape({1, 5}));
  EXPECT_EQ(b_.Transpose(In({2, 2, 2})), kNoNode);
}

TEST_F(MovementTest, SlicesStayInside) {
  const NodeId x = In({5, 3});
  EXPECT_EQ(b_.shape(b_.Slice(x, {{4, 0}, {3, 3}, {-2, 1}})), Shape({3, 3}));
  EXPECT_EQ(b_.Slice(x, {{0, 0}, {5, 3}, {1, 1}}), x);
  EXPECT_EQ(b_.shape(b_.Slice(x, {{0, 0}, {0, 3}, {1, 1}})), Shape({0, 3}));
  const SliceAttr outside[] = {{{5, 0}, {1, 3}, {1, 1}},         {{0, 0}, {6, 3}, {1, 1}},
                               {{0, 0}, {2, 3}, {0, 1}},         {{-1, 0}, {1, 3}, {1, 1}},
                               {{0, 0}, {3, 3}, {3, 1}},         {{0, 0}, {2, 3}, {-1, 1}},
                               {{0, 0}, {-1, 3}, {1, 1}},        {{0, 0}, {3, 3}, {INT64_MAX, 1}},
                               {{4, 0}, {2, 3}, {INT64_MIN, 1}}, {{0}, {1}, {1}}};
  for (const SliceAttr& slice : outside) {
    EXPECT_EQ(b_.Slice(x, slice), kNoNode);
    EXPECT_FALSE(b_.status().ok());
    b_.ClearError();
  }
}

TEST_F(MovementTest, PadAndUpdate) {
  const SliceAttr slice{{1, 0}, {2, 3}, {2, 1}};
  EXPECT_EQ(b_.shape(b_.PadSlice(In({2, 3}), {5, 3}, slice)), Shape({5, 3}));
  const NodeId x = In({5, 3});
  EXPECT_EQ(b_.shape(b_.UpdateSlice(x, In({2, 3}), slice)), Shape({5, 3}));
  // A vector fills a row, and a number anything.
  const SliceAttr row{{2, 0}, {1, 3}, {1, 1}};
  EXPECT_NE(b_.UpdateSlice(x, In({3}), row), kNoNode);
  EXPECT_NE(b_.UpdateSlice(x, b_.Scalar(kI64, 1), slice), kNoNode);
  EXPECT_EQ(b_.UpdateSlice(x, In({4}), row), kNoNode);
  b_.ClearError();
  b_.PadSlice(In({3, 3}), {5, 3}, slice);
  ExpectError("DimensionMismatch: tried to assign an array of size (3, 3) to (2, 3)");
}

TEST_F(MovementTest, ConcatExtendsRanks) {
  EXPECT_EQ(b_.shape(b_.Concat({In({2}), In({2}), In({2, 3})}, 1)), Shape({2, 5}));
  EXPECT_EQ(b_.shape(b_.Concat({In({}), In({4})}, 0)), Shape({5}));
  EXPECT_EQ(b_.dtype(b_.Concat({In({2}), b_.Input(kI64, {2})}, 0)), kF32);
  b_.Concat({In({2}), In({3})}, 1);
  ExpectError("DimensionMismatch: number of rows of each array must match (got (2, 3))");
  b_.Concat({In({1, 2}), In({1, 3})}, 0);
  ExpectError("DimensionMismatch: number of columns of each array must match (got (2, 3))");
  b_.Concat({In({1, 2, 1}), In({1, 3, 1})}, 2);
  ExpectError("DimensionMismatch: mismatch in dimension 2 (expected 2 got 3)");
}

TEST_F(MovementTest, GatherAndScatter) {
  const NodeId x = In({4, 3}), indices = b_.Input(kI64, {7});
  EXPECT_EQ(b_.shape(b_.Gather(x, indices, 1)), Shape({4, 7}));
  EXPECT_EQ(b_.shape(b_.ScatterAdd(In({4, 7}), indices, {4, 3}, 1)), Shape({4, 3}));
  EXPECT_EQ(b_.ScatterAdd(In({4, 6}), indices, {4, 3}, 1), kNoNode);
  b_.ClearError();
  b_.Gather(x, In({7}), 1);
  ExpectError("ArgumentError: invalid index of type Float32");
}

}  // namespace
}  // namespace fluxgate::ir
