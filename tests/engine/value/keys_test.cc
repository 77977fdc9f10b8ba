#include <cmath>

#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "gtest/gtest.h"

namespace fluxgate {
namespace {

Value Vector(std::vector<double> values) {
  return Array::Of(*Tensor::FromVector<double>(Shape({static_cast<int64_t>(values.size())}),
                                               absl::MakeConstSpan(values)));
}

void ExpectSameKey(const Value& a, const Value& b) {
  EXPECT_TRUE(IsEqualKey(a, b));
  EXPECT_EQ(HashKey(a), HashKey(b));
}

TEST(KeysTest, NumbersOfAnyTypeAreOneKey) {
  ExpectSameKey(Value::Int(1), Value::Float64(1.0));
  ExpectSameKey(Value::Bool(true), Value::Float32(1.0f));
  ExpectSameKey(Value::Float64(std::nan("")), Value::Float32(NAN));
  EXPECT_FALSE(IsEqualKey(Value::Float64(0.0), Value::Float64(-0.0)));
  EXPECT_FALSE(IsEqualKey(Value::Int((int64_t{1} << 53) + 1), Value::Float64(9007199254740992.0)));
}

TEST(KeysTest, SequencesAreComparedByElements) {
  ExpectSameKey(Vector({1, 2}),
                Value(std::make_shared<Range>(Scalar(int64_t{1}), Scalar(int64_t{1}), 2, true)));
  ExpectSameKey(Tuple::Of({Value::Int(1), Value::String("a")}),
                Tuple::Of({Value::Float64(1), Value::String("a")}));
  EXPECT_FALSE(IsEqualKey(Vector({1, 2}), Vector({1, 3})));
  EXPECT_FALSE(IsEqualKey(Value::String("a"), Value::Symbol("a")));
}

TEST(KeysTest, AListThatHoldsItselfHasAKey) {
  auto list = std::make_shared<List>(std::vector<Value>());
  list->elements.push_back(Value(list));
  EXPECT_TRUE(IsEqualKey(Value(list), Value(list)));
  HashKey(Value(list));
  list->elements.clear();
}

TEST(DictTest, KeepsOrderThroughErasures) {
  Dict dict;
  for (int i = 0; i < 100; ++i) dict.Set(Value::Int(i), Value::Int(10 * i));
  for (int i = 0; i < 90; ++i) EXPECT_TRUE(dict.Erase(Value::Int(i)));
  EXPECT_FALSE(dict.Erase(Value::Int(0)));
  ASSERT_EQ(dict.size(), 10u);
  EXPECT_EQ(dict.Entries().front().first.scalar().AsInt64(), 90);
  EXPECT_EQ(dict.Find(Value::Float64(95))->scalar().AsInt64(), 950);
  dict.Set(Value::Int(95), Value::Int(1));
  EXPECT_EQ(dict.size(), 10u);
  EXPECT_EQ(dict.Entries()[5].second.scalar().AsInt64(), 1);
}

}  // namespace
}  // namespace fluxgate
