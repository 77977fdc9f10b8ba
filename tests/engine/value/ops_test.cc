#include "engine/value/ops.h"

#include "engine/ir/interpreter.h"
#include "engine/value/containers.h"
#include "gtest/gtest.h"

namespace fluxgate {
namespace {

// Counts what is computed.
class CountingEvaluator : public NodeEvaluator {
 public:
  absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                      absl::Span<const Tensor> operands) override {
    ++count;
    return ir::EvaluateNode(node, operands);
  }
  int count = 0;
};

class OpsTest : public ::testing::Test {
 protected:
  Value Vector(std::vector<double> values) {
    return Array::Of(*Tensor::FromVector<double>(Shape({static_cast<int64_t>(values.size())}),
                                                 absl::MakeConstSpan(values)));
  }
  absl::StatusOr<Value> Add(const Value& a, const Value& b) {
    return ops_.Apply({a, b}, [](absl::Span<const ir::Expr> x) { return x[0] + x[1]; });
  }
  double Number(const Value& v) { return ops_.Read(v)->ElementAsDouble(0); }

  CountingEvaluator evaluator_;
  Ops ops_{evaluator_};
};

TEST_F(OpsTest, ComputesAtOnceOutsideATrace) {
  const auto sum = Add(Vector({1, 2}), Value::Int(3));
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(ops_.Read(*sum)->ElementAsDouble(1), 5);
  const auto number = Add(Value::Int(1), Value::Float32(0.5f));
  ASSERT_TRUE(number.ok() && number->is_number());
  EXPECT_EQ(number->scalar().dtype(), DType::kFloat32);
}

TEST_F(OpsTest, RangesAreOperands) {
  const Value range(std::make_shared<Range>(Scalar(int64_t{1}), Scalar(int64_t{2}), 3, false));
  const auto sum = Add(range, Value::Int(1));
  ASSERT_TRUE(sum.ok());
  EXPECT_EQ(ops_.Read(*sum)->ElementAsInt64(2), 6);
}

TEST_F(OpsTest, ReportsTheBuildersErrorAndGoesOn) {
  const Value a = Vector({1, 2}), b = Vector({1, 2, 3});
  EXPECT_FALSE(Add(a, b).ok());
  auto trace = std::make_shared<Trace>(evaluator_);
  ScopedTrace scope(ops_, trace);
  EXPECT_FALSE(Add(a, b).ok());
  EXPECT_TRUE(Add(a, a).ok());
}

TEST_F(OpsTest, ATraceComputesNothingUntilAsked) {
  const Value x = Vector({1, 2});
  auto trace = std::make_shared<Trace>(evaluator_);
  ScopedTrace scope(ops_, trace);
  const auto sum = Add(x, x);
  ASSERT_TRUE(sum.ok());
  EXPECT_TRUE(sum->As<Array>()->is_traced());
  EXPECT_EQ(evaluator_.count, 0);
  EXPECT_EQ(Number(*sum), 2);
  EXPECT_EQ(Number(*sum), 2);
  EXPECT_EQ(evaluator_.count, 1);
  ASSERT_EQ(trace->captured().size(), 1u);
  EXPECT_EQ(trace->captured()[0].storage, x.As<Array>()->storage());
}

TEST_F(OpsTest, DecidingGuardsTheTraceOnce) {
  const Value x = Vector({1, 2});
  auto trace = std::make_shared<Trace>(evaluator_);
  ScopedTrace scope(ops_, trace);
  const auto sum = ops_.Apply({x}, [](absl::Span<const ir::Expr> e) { return ir::Sum(e[0]); });
  ASSERT_TRUE(sum.ok() && sum->is(Kind::kTraced));
  EXPECT_EQ(ops_.Decide(*sum)->AsDouble(), 3);
  EXPECT_EQ(ops_.Decide(*sum)->AsDouble(), 3);
  ASSERT_EQ(trace->guards().size(), 1u);
  EXPECT_EQ(trace->guards()[0].expected.ElementAsDouble(0), 3);
}

TEST_F(OpsTest, AWriteInsideTheTraceIsSeenByLaterReads) {
  auto trace = std::make_shared<Trace>(evaluator_);
  ScopedTrace scope(ops_, trace);
  const auto made = Add(Vector({1, 2}), Value::Float64(1));
  ASSERT_TRUE(made.ok());
  const auto more = Add(*made, Value::Float64(10));
  ASSERT_TRUE(more.ok());
  Storage& storage = *made->As<Array>()->storage();
  ASSERT_TRUE(storage.Write(more->As<Array>()->storage()->node()).ok());
  EXPECT_EQ(Number(*made), 12);
  EXPECT_EQ(Number(*Add(*made, Value::Float64(0))), 12);
}

TEST_F(OpsTest, WhatAWriteOutsideChangesIsAnotherInput) {
  const Value x = Vector({1});
  auto trace = std::make_shared<Trace>(evaluator_);
  ScopedTrace scope(ops_, trace);
  ASSERT_TRUE(ops_.Lift(x).ok());
  ASSERT_TRUE(x.As<Array>()->Write(*Tensor::FromVector<double>(Shape({1}), {5})).ok());
  EXPECT_EQ(Number(*Add(x, Value::Float64(0))), 5);
  EXPECT_EQ(trace->captured().size(), 2u);
}

TEST_F(OpsTest, LongChainsAreComputedWithoutRecursion) {
  auto trace = std::make_shared<Trace>(evaluator_);
  ScopedTrace scope(ops_, trace);
  Value sum = *Add(Vector({1}), Value::Float64(1));
  for (int i = 0; i < 100'000; ++i) sum = *Add(sum, Value::Float64(1));
  EXPECT_EQ(Number(sum), 100'002);
}

TEST_F(OpsTest, ValuesOutliveTheirTrace) {
  Value sum;
  {
    auto trace = std::make_shared<Trace>(evaluator_);
    ScopedTrace scope(ops_, trace);
    sum = *Add(Vector({1}), Value::Float64(1));
  }
  EXPECT_EQ(Number(*Add(sum, Value::Float64(1))), 3);
}

}  // namespace
}  // namespace fluxgate
