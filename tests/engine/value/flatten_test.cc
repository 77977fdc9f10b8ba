#include "engine/value/flatten.h"

#include "engine/value/containers.h"
#include "engine/value/struct.h"
#include "gtest/gtest.h"

namespace fluxgate {
namespace {

Value Weights(double v) { return Array::Of(*Tensor::FromVector<double>(Shape({1}), {v})); }

std::shared_ptr<StructType> LayerType() {
  auto type = std::make_shared<StructType>();
  type->name = "Layer";
  type->fields = {{"weight", Value()}, {"state", Value()}};
  return type;
}

TEST(FlattenTest, GivesPathsInWalkOrder) {
  const Value layer = Struct::Of(LayerType(), {Weights(1), Value::Int(2)});
  const Value model = NamedTuple::Of({"layers"}, {Tuple::Of({layer, Value::Symbol("s")})});
  const auto leaves = Flatten(model);
  ASSERT_TRUE(leaves.ok());
  ASSERT_EQ(leaves->size(), 3u);
  EXPECT_EQ((*leaves)[0].path, "layers[1].weight");
  EXPECT_EQ((*leaves)[1].path, "layers[1].state");
  EXPECT_EQ((*leaves)[2].path, "layers[2]");
  EXPECT_EQ(Flatten(Value::Int(1))->at(0).path, "");
}

TEST(FlattenTest, RefusesWhatContainsItself) {
  auto list = std::make_shared<List>(std::vector<Value>());
  list->elements.push_back(Value(list));
  EXPECT_EQ(Flatten(Value(list)).status().code(), absl::StatusCode::kInvalidArgument);
  list->elements.clear();
}

TEST(FlattenTest, RefusesAHugeUnfolding) {
  Value v = Value::Int(1);
  for (int i = 0; i < 60; ++i) v = Tuple::Of({v, v});
  EXPECT_EQ(Flatten(v).status().code(), absl::StatusCode::kResourceExhausted);
}

TEST(TrainablesTest, FloatArraysOnceEachAndOnlyTrainableFields) {
  auto type = LayerType();
  const Value shared = Weights(1);
  const Value whole = Struct::Of(type, {shared, Weights(2)});
  auto restricted = std::make_shared<StructType>(*type);
  restricted->trainable = std::vector<std::string>{"weight"};
  const Value part = Struct::Of(restricted, {shared, Weights(3)});
  const Value integers = Array::Of(*Tensor::FromVector<int64_t>(Shape({1}), {4}));
  const auto leaves = Trainables(Tuple::Of({whole, part, integers}));
  ASSERT_TRUE(leaves.ok());
  ASSERT_EQ(leaves->size(), 2u);
  EXPECT_EQ((*leaves)[0].path, "[1].weight");
  EXPECT_EQ((*leaves)[1].path, "[1].state");
}

TEST(MapLeavesTest, KeepsTheStructure) {
  const Value v = Tuple::Of({Value::Int(1), NamedTuple::Of({"a"}, {Value::Int(2)}), Tuple::Of({})});
  const auto mapped =
      MapLeaves(v, [](const std::string& path, const Value& leaf) -> absl::StatusOr<Value> {
        return leaf.is_number() ? Value::String(path) : leaf;
      });
  ASSERT_TRUE(mapped.ok());
  const auto& elements = mapped->As<Tuple>()->elements;
  EXPECT_EQ(elements[0].text(), "[1]");
  EXPECT_EQ(elements[1].As<NamedTuple>()->Find("a")->text(), "[2].a");
  EXPECT_TRUE(elements[2].As<Tuple>()->elements.empty());
}

TEST(AtPathTest, FollowsFieldsElementsAndKeys) {
  auto dict = std::make_shared<Dict>();
  dict->Set(Value::String("k"), Tuple::Of({Value::Int(5)}));
  const Value v = NamedTuple::Of({"layer", "layers"}, {Value::Int(1), Value(dict)});
  EXPECT_EQ(AtPath(v, "layer")->scalar().AsInt64(), 1);
  EXPECT_TRUE(AtPath(v, "")->IdenticalTo(v));
  EXPECT_EQ(AtPath(v, "layers[\"k\"][1]")->scalar().AsInt64(), 5);
  const absl::Status missing = AtPath(v, "layers[\"k\"].x").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(missing.message(), "there is no x in layers[\"k\"]; it has [1]");
}

}  // namespace
}  // namespace fluxgate
