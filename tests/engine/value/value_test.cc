#include "engine/value/value.h"

#include <cmath>
#include <limits>

#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"
#include "gtest/gtest.h"

namespace fluxgate {
namespace {

TEST(ScalarTest, ConvertsBetweenAllDTypes) {
  for (const DType from : kAllDTypes) {
    for (const DType to : kAllDTypes) {
      const Scalar s = Scalar(int64_t{1}).ConvertTo(from).ConvertTo(to);
      EXPECT_EQ(s.dtype(), to);
      EXPECT_EQ(s.AsDouble(), 1.0);
      EXPECT_EQ(Scalar::FromTensor(s.ToTensor()).AsInt64(), 1);
    }
  }
}

TEST(ScalarTest, WrapsIntegersAndSurvivesFloatsThatDoNotFit) {
  EXPECT_EQ(Scalar(int64_t{1} << 32).ConvertTo(DType::kInt32).AsInt64(), 0);
  EXPECT_EQ(Scalar(1e300).ConvertTo(DType::kInt64).AsInt64(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(Scalar(std::nan("")).ConvertTo(DType::kInt64).AsInt64(),
            std::numeric_limits<int64_t>::min());
}

TEST(ValueTest, IdentityOfNumbersLooksAtTypeAndBits) {
  EXPECT_TRUE(Value::Int(1).IdenticalTo(Value::Int(1)));
  EXPECT_FALSE(Value::Int(1).IdenticalTo(Value::Float64(1)));
  EXPECT_FALSE(Value::Float64(0.0).IdenticalTo(Value::Float64(-0.0)));
  EXPECT_TRUE(Value::Float64(std::nan("")).IdenticalTo(Value::Float64(std::nan(""))));
}

TEST(ValueTest, ImmutablePartsAreComparedMutableOnesAreThemselves) {
  const Value array = Array::Of(Tensor::Scalar(1.0));
  const Value a = Tuple::Of({Value::String("x"), array});
  EXPECT_TRUE(a.IdenticalTo(Tuple::Of({Value::String("x"), array})));
  EXPECT_FALSE(a.IdenticalTo(Tuple::Of({Value::String("x"), Array::Of(Tensor::Scalar(1.0))})));
  const Value list = List::Of({});
  EXPECT_TRUE(list.IdenticalTo(list));
  EXPECT_FALSE(list.IdenticalTo(List::Of({})));
}

TEST(ValueTest, ComparesAHugeUnfoldingInNoTime) {
  Value a = Value::Int(1), b = Value::Int(1);
  for (int i = 0; i < 100; ++i) {
    a = Tuple::Of({a, a});
    b = Tuple::Of({b, b});
  }
  EXPECT_TRUE(a.IdenticalTo(b));
}

TEST(ValueTest, FreesDeepNestingWithoutDeepStack) {
  Value v = Value::Int(1);
  for (int i = 0; i < 1'000'000; ++i) v = Tuple::Of({v});
  v = Value();
  EXPECT_TRUE(v.is_nothing());
}

TEST(StructTest, FindsFieldsAndKeepsTypeWithOtherChildren) {
  auto type = std::make_shared<StructType>();
  type->name = "Point";
  type->fields = {{"x", Value()}, {"y", Value()}};
  const Value point = Struct::Of(type, {Value::Int(1), Value::Int(2)});
  const Struct& s = *point.As<Struct>();
  EXPECT_EQ(s.Find("y")->scalar().AsInt64(), 2);
  EXPECT_EQ(s.Find("z"), nullptr);
  const Value moved = s.WithChildren({Value::Int(3), Value::Int(4)});
  EXPECT_EQ(moved.As<Struct>()->type, type);
  EXPECT_EQ(moved.As<Struct>()->Find("x")->scalar().AsInt64(), 3);
}

}  // namespace
}  // namespace fluxgate
