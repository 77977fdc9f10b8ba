#include "engine/data/functions.h"

#include <cmath>

#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::data {
namespace {

using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float64s;
using ::fluxgate::testing::Ints;
using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

class DataTest : public ::testing::Test {
 protected:
  absl::StatusOr<Value> Call(const char* name, std::vector<Value> arguments,
                             std::vector<std::pair<std::string, Value>> keywords = {}) {
    return context_.CallRow(Functions(), name, std::move(arguments), std::move(keywords));
  }
  static Value Digits() {  // 0:2
    return Value(std::make_shared<Range>(Scalar(int64_t{0}), Scalar(int64_t{1}), 3, true));
  }
  FakeContext context_;
};

TEST_F(DataTest, OneHotOfOneValue) {
  ASSERT_OK_AND_ASSIGN(Value v, Call("onehot", {Value::Int(1), Digits()}));
  EXPECT_TRUE(v.As<Array>()->one_hot);
  EXPECT_EQ(v.As<Array>()->dtype(), DType::kBool);
  EXPECT_THAT(Elements(v), ElementsAre(0, 1, 0));
  ASSERT_OK_AND_ASSIGN(v, Call("onehot", {Value::Char('c'), Value::String("abc")}));
  EXPECT_THAT(Elements(v), ElementsAre(0, 0, 1));
  EXPECT_THAT(Call("onehot", {Value::Int(5), Digits()}),
              StatusIs(kInvalid, HasSubstr("Value 5 not found in labels")));
  ASSERT_OK_AND_ASSIGN(v, Call("onehot", {Value::Int(5), Digits(), Value::Int(0)}));
  EXPECT_THAT(Elements(v), ElementsAre(1, 0, 0));
}

TEST_F(DataTest, OneHotBatch) {
  ASSERT_OK_AND_ASSIGN(Value m, Call("onehotbatch", {Ints({2}, {2, 0}), Digits()}));
  EXPECT_EQ(m.As<Array>()->shape(), Shape({3, 2}));
  EXPECT_THAT(Elements(m), ElementsAre(0, 0, 1, 1, 0, 0));
  const Value names = List::Of({Value::String("cat"), Value::String("dog")});
  ASSERT_OK_AND_ASSIGN(m, Call("onehotbatch", {List::Of({Value::String("dog")}), names}));
  EXPECT_THAT(Elements(m), ElementsAre(0, 1));
  ASSERT_OK_AND_ASSIGN(m, Call("onehotbatch", {Value::String("ba"), Value::String("ab")}));
  EXPECT_THAT(Elements(m), ElementsAre(0, 1, 1, 0));
  ASSERT_OK_AND_ASSIGN(m, Call("onehotbatch", {Ints({2, 2}, {0, 1, 2, 0}), Digits()}));
  EXPECT_EQ(m.As<Array>()->shape(), Shape({3, 2, 2}));
  EXPECT_THAT(Call("onehotbatch", {List::Of({Value::String("cow")}), names}),
              StatusIs(kInvalid, HasSubstr("\"cow\"")));
  EXPECT_THAT(Call("onehotbatch", {Value::Int(1), Digits()}), StatusIs(kInvalid));
}

TEST_F(DataTest, OneColdIsTheLabelOfTheGreatest) {
  const Value y = Float64s({3, 2}, {0.1, 0.7, 0.2, 5, 5, 1});
  ASSERT_OK_AND_ASSIGN(Value labels, Call("onecold", {y}));
  EXPECT_EQ(labels.As<Array>()->dtype(), DType::kInt64);
  EXPECT_THAT(Elements(labels), ElementsAre(2, 1));
  ASSERT_OK_AND_ASSIGN(labels, Call("onecold", {y, Digits()}));
  EXPECT_THAT(Elements(labels), ElementsAre(1, 0));
  ASSERT_OK_AND_ASSIGN(labels, Call("onecold", {y, Value::String("abc")}));
  EXPECT_EQ(labels.As<List>()->elements[0].character(), U'b');
  ASSERT_OK_AND_ASSIGN(labels, Call("onecold", {Float64s({3}, {1, std::nan(""), 9})}));
  EXPECT_EQ(labels.scalar().AsInt64(), 2);
  EXPECT_THAT(Call("onecold", {y, Value::String("ab")}),
              StatusIs(kInvalid, HasSubstr("onecold got 2 labels for a 3×2 Matrix{Float64}")));
}

TEST_F(DataTest, SplitObs) {
  const Value x = Float64s({1, 10}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  ASSERT_OK_AND_ASSIGN(Value parts, Call("splitobs", {x}, {{"at", Value::Float64(0.7)}}));
  const auto& two = parts.As<Tuple>()->elements;
  EXPECT_EQ(two[0].As<Array>()->shape(), Shape({1, 7}));
  EXPECT_THAT(Elements(two[1]), ElementsAre(7, 8, 9));
  ASSERT_OK_AND_ASSIGN(parts,
                       Call("splitobs", {Tuple::Of({x, x})},
                            {{"at", Tuple::Of({Value::Float64(0.5), Value::Float64(0.3)})}}));
  ASSERT_EQ(parts.As<Tuple>()->elements.size(), 3u);
  EXPECT_THAT(Elements(parts.As<Tuple>()->elements[2].As<Tuple>()->elements[1]), ElementsAre(8, 9));
  EXPECT_THAT(Call("splitobs", {x}, {{"at", Value::Float64(1.5)}}), StatusIs(kInvalid));
  EXPECT_THAT(Call("splitobs", {x}), StatusIs(kInvalid, HasSubstr("`at` not assigned")));
}

TEST_F(DataTest, BatchAndUnbatchAreInverse) {
  const Value a = Float64s({2}, {1, 2}), b = Float64s({2}, {3, 4});
  ASSERT_OK_AND_ASSIGN(Value batch, Call("batch", {List::Of({a, b})}));
  EXPECT_EQ(batch.As<Array>()->shape(), Shape({2, 2}));
  EXPECT_THAT(Elements(batch), ElementsAre(1, 2, 3, 4));
  ASSERT_OK_AND_ASSIGN(Value parts, Call("unbatch", {batch}));
  EXPECT_THAT(Elements(parts.As<List>()->elements[1]), ElementsAre(3, 4));
  EXPECT_THAT(Call("batch", {List::Of({a, Float64s({1}, {1})})}),
              StatusIs(kInvalid, HasSubstr("DimensionMismatch")));
}

TEST_F(DataTest, GetObs) {
  const Value x = Float64s({2, 3}, {1, 2, 3, 4, 5, 6});
  ASSERT_OK_AND_ASSIGN(Value one, Call("getobs", {x, Value::Int(2)}));
  EXPECT_THAT(Elements(one), ElementsAre(3, 4));
  ASSERT_OK_AND_ASSIGN(Value some, Call("getobs", {x, Ints({2}, {3, 1})}));
  EXPECT_THAT(Elements(some), ElementsAre(5, 6, 1, 2));
  EXPECT_THAT(Call("getobs", {x, Value::Int(4)}), StatusIs(kInvalid, HasSubstr("BoundsError")));
  ASSERT_OK_AND_ASSIGN(Value count, Call("numobs", {x}));
  EXPECT_EQ(count.scalar().AsInt64(), 3);
}

}  // namespace
}  // namespace fluxgate::data
