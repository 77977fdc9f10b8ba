#include "engine/ir/interpreter.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/ir/builder.h"
#include "engine/ir/expr.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::ir {
namespace {

using ::testing::HasSubstr;
using testing::StatusIs;

Tensor Floats(Shape shape, const std::vector<float>& values) {
  return *Tensor::FromVector<float>(std::move(shape), values);
}

std::vector<float> Values(const Tensor& t) {
  return std::vector<float>(t.data<float>().begin(), t.data<float>().end());
}

// Builds with f(inputs...), evaluates, and returns the one output.
template <typename F>
absl::StatusOr<Tensor> Compute(const std::vector<Tensor>& inputs, F f) {
  Builder builder;
  std::vector<Expr> arguments;
  for (const Tensor& t : inputs) {
    arguments.emplace_back(builder, builder.Input(t.dtype(), t.shape()));
  }
  const Expr result = f(builder, arguments);
  auto graph = builder.Finish({result.id()});
  if (!graph.ok()) return graph.status();
  auto outputs = Evaluate(*graph, inputs);
  if (!outputs.ok()) return outputs.status();
  return outputs->front();
}

TEST(InterpreterTest, TheStraightLinesLoss) {
  // weight 0.9066542, bias 0 on y = 4x + 2.
  const Tensor x = Floats(Shape({1, 6}), {0, 1, 2, 3, 4, 5});
  const Tensor y = Floats(Shape({1, 6}), {2, 6, 10, 14, 18, 22});
  const Tensor w = Floats(Shape({1, 1}), {0.9066542f});
  const Tensor b = Floats(Shape({1}), {0});
  ASSERT_OK_AND_ASSIGN(const Tensor loss,
                       Compute({x, y, w, b}, [](Builder&, const std::vector<Expr>& in) {
                         const Expr d = MatMul(in[2], in[0]) + in[3] - in[1];
                         return Mean(d * d);
                       }));
  EXPECT_EQ(loss.shape(), Shape());
  EXPECT_FLOAT_EQ(loss.data<float>()[0], 122.64734f);
}

TEST(InterpreterTest, ShapedOps) {
  const Tensor x = Floats(Shape({2, 3}), {1, 2, 3, 4, 5, 6});
  const auto check = [&](auto f, const Shape& shape, const std::vector<float>& want) {
    ASSERT_OK_AND_ASSIGN(const Tensor got,
                         Compute({x}, [&](Builder& b, const std::vector<Expr>& in) {
                           return Expr(b, f(b, in[0].id()));
                         }));
    EXPECT_EQ(got.shape(), shape);
    EXPECT_EQ(Values(got), want);
  };
  check([](Builder& b, NodeId n) { return b.Transpose(n); }, Shape({3, 2}), {1, 3, 5, 2, 4, 6});
  check([](Builder& b, NodeId n) { return b.Reshape(n, Shape({6})); }, Shape({6}),
        {1, 2, 3, 4, 5, 6});
  check([](Builder& b, NodeId n) { return b.Sum(n, {0}); }, Shape({1, 3}), {3, 7, 11});
  check([](Builder& b, NodeId n) { return b.Reduce(OpKind::kReduceMax, n, {1}); }, Shape({2, 1}),
        {5, 6});
  check([](Builder& b, NodeId n) { return b.CumSum(n, 1); }, Shape({2, 3}), {1, 2, 4, 6, 9, 12});
  check(
      [](Builder& b, NodeId n) {
        return b.Concat({n, n}, 0);
      },
      Shape({4, 3}), {1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6});
  const SliceAttr middle{{0, 1}, {2, 1}, {1, 1}};
  check([&](Builder& b, NodeId n) { return b.Slice(n, middle); }, Shape({2, 1}), {3, 4});
  check(
      [&](Builder& b, NodeId n) {
        return b.PadSlice(b.Slice(n, middle), Shape({2, 3}), middle);
      },
      Shape({2, 3}), {0, 0, 3, 4, 0, 0});
  check(
      [&](Builder& b, NodeId n) {
        const SliceAttr first{{0, 0}, {2, 1}, {1, 1}};
        return b.UpdateSlice(n, b.Slice(n, first), middle);
      },
      Shape({2, 3}), {1, 2, 1, 2, 5, 6});
  check([](Builder& b, NodeId n) { return b.MatMul(n, n, true, false); }, Shape({3, 3}),
        {5, 11, 17, 11, 25, 39, 17, 39, 61});
  check(
      [](Builder& b, NodeId n) {
        return b.Select(b.Binary(OpKind::kLt, n, b.Scalar(DType::kFloat32, 3)), n,
                        b.Unary(OpKind::kNeg, n));
      },
      Shape({2, 3}), {1, 2, -3, -4, -5, -6});
  check(
      [](Builder& b, NodeId n) {
        const NodeId indices = b.Constant(*Tensor::FromVector<int64_t>(Shape({2}), {2, 0}));
        return b.ScatterAdd(b.Gather(n, indices, 1), indices, Shape({2, 3}), 1);
      },
      Shape({2, 3}), {1, 2, 0, 0, 5, 6});
  check(
      [](Builder& b, NodeId n) {
        return b.Cast(b.Iota(DType::kInt64, Shape({2, 2}), 1), DType::kFloat32);
      },
      Shape({2, 2}), {0, 0, 1, 1});
}

TEST(InterpreterTest, BatchedProductsShareAMatrix) {
  const Tensor a = Floats(Shape({1, 2, 1}), {1, 10});
  const Tensor b = Floats(Shape({2, 1, 3}), {1, 2, 3, 4, 5, 6});
  ASSERT_OK_AND_ASSIGN(const Tensor c, Compute({a, b}, [](Builder&, const std::vector<Expr>& in) {
                         return MatMul(in[0], in[1]);
                       }));
  EXPECT_EQ(c.shape(), Shape({1, 1, 3}));
  EXPECT_EQ(Values(c), (std::vector<float>{21, 43, 65}));
}

TEST(InterpreterTest, ArgMaxIsZeroBased) {
  const Tensor x = Floats(Shape({2, 2}), {1, 2, 4, 3});
  ASSERT_OK_AND_ASSIGN(const Tensor at, Compute({x}, [](Builder& b, const std::vector<Expr>& in) {
                         return Expr(b, b.ArgReduce(OpKind::kArgMax, in[0].id(), 0));
                       }));
  EXPECT_EQ(at.dtype(), DType::kInt64);
  EXPECT_EQ(at.data<int64_t>()[0], 1);
  EXPECT_EQ(at.data<int64_t>()[1], 0);
}

TEST(InterpreterTest, RandomDependsOnKeyAndDraw) {
  const auto draw = [](int64_t key, int64_t number) {
    const Tensor keys = *Tensor::FromVector<int64_t>(Shape({2}), {key, 0});
    return *Compute({keys}, [&](Builder& b, const std::vector<Expr>& in) {
      RandomAttr attr;
      attr.draw = number;
      return Expr(b, b.Random(DType::kFloat32, Shape({4}), in[0].id(), attr));
    });
  };
  EXPECT_TRUE(BitIdentical(draw(1, 0), draw(1, 0)));
  EXPECT_FALSE(BitIdentical(draw(1, 0), draw(2, 0)));
  EXPECT_FALSE(BitIdentical(draw(1, 0), draw(1, 1)));
}

TEST(InterpreterTest, MovingNothingCopiesNothing) {
  const Tensor x = Floats(Shape({2, 3}), {1, 2, 3, 4, 5, 6});
  Node reshape;
  reshape.op = OpKind::kReshape;
  reshape.dtype = DType::kFloat32;
  reshape.shape = Shape({3, 2});
  ASSERT_OK_AND_ASSIGN(const Tensor y, EvaluateNode(reshape, {x}));
  EXPECT_TRUE(y.SharesBytesWith(x));
}

TEST(InterpreterTest, InputsAreChecked) {
  Builder builder;
  const NodeId x = builder.Input(DType::kFloat32, Shape({2}));
  ASSERT_OK_AND_ASSIGN(const Graph graph, builder.Finish({x}));
  EXPECT_THAT(Evaluate(graph, {}), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("1")));
  EXPECT_THAT(Evaluate(graph, {Floats(Shape({3}), {1, 2, 3})}),
              StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("(3,)")));
}

TEST(InterpreterTest, StopsWhenCancelledAndAtTheBudget) {
  Builder builder;
  const NodeId x = builder.Input(DType::kFloat32, Shape({1000}));
  ASSERT_OK_AND_ASSIGN(const Graph graph, builder.Finish({builder.Unary(OpKind::kExp, x)}));
  const Tensor input = *Tensor::Zeros(DType::kFloat32, Shape({1000}));
  CancellationSource source;
  source.Cancel();
  EXPECT_THAT(Evaluate(graph, {input}, source.token()), StatusIs(absl::StatusCode::kCancelled));
  ScopedMemoryBudget scope(std::make_shared<MemoryBudget>(100));
  EXPECT_THAT(Evaluate(graph, {input}), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(InterpreterTest, IntermediateValuesDieAfterTheirLastUse) {
  Builder builder;
  NodeId x = builder.Input(DType::kFloat32, Shape({1000}));
  for (int i = 0; i < 20; ++i) x = builder.Unary(OpKind::kSin, x);
  ASSERT_OK_AND_ASSIGN(const Graph graph, builder.Finish({x}));
  const Tensor input = *Tensor::Zeros(DType::kFloat32, Shape({1000}));
  auto budget = std::make_shared<MemoryBudget>(int64_t{1} << 30);
  ScopedMemoryBudget scope(budget);
  ASSERT_OK(Evaluate(graph, {input}));
  EXPECT_LE(budget->peak(), 3 * 4000);
  EXPECT_EQ(budget->used(), 0);
}

}  // namespace
}  // namespace fluxgate::ir
