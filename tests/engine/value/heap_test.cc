#include "engine/value/heap.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/memory_budget.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate {
namespace {

class HeapTest : public ::testing::Test {
 protected:
  const std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(1 << 20);
  const std::shared_ptr<Heap> heap_ = std::make_shared<Heap>();
};

// A list, a dict and a struct that hold each other, and with them a text.
void MakeCircle() {
  auto type = std::make_shared<StructType>();
  type->fields = {{"next", Value()}};
  type->is_mutable = true;
  auto list = std::make_shared<List>(std::vector<Value>());
  auto dict = std::make_shared<Dict>();
  const Value node = Struct::Of(type, {Value(list)});
  list->elements.push_back(Value(dict));
  list->elements.push_back(Value::String("held"));
  dict->Set(Value::Symbol("node"), node);
  dict->Set(node, Value(dict));
}

TEST_F(HeapTest, ObjectsThatHoldEachOtherEndWithTheHeap) {
  {
    const ScopedMemoryBudget charge(budget_);
    const ScopedHeap scope(heap_);
    MakeCircle();
    MakeCircle();
  }
  EXPECT_GT(budget_->used(), 0) << "no name holds them, but they do themselves";
  heap_->Clear();
  EXPECT_EQ(budget_->used(), 0);
  heap_->Clear();
}

TEST_F(HeapTest, WhatEndsBeforeLeavesIt) {
  const ScopedHeap scope(heap_);
  std::vector<Value> values;
  for (int i = 0; i < 5; ++i) values.push_back(List::Of({Value::Int(i)}));
  values.erase(values.begin() + 2);
  values.erase(values.begin());
  values.pop_back();
  heap_->Clear();
  ASSERT_EQ(values.size(), 2u);
  for (const Value& value : values) EXPECT_TRUE(value.As<List>()->elements.empty());
}

TEST_F(HeapTest, OtherHeapsAndNoHeapAreLeftAlone) {
  const Value outside = List::Of({Value::Int(1)});
  const auto other = std::make_shared<Heap>();
  Value inside;
  {
    const ScopedHeap scope(other);
    inside = List::Of({Value::Int(2)});
  }
  EXPECT_EQ(Heap::Current(), nullptr);
  heap_->Clear();
  EXPECT_EQ(outside.As<List>()->elements.size(), 1u);
  EXPECT_EQ(inside.As<List>()->elements.size(), 1u);
}

TEST_F(HeapTest, ThreadsMakeAndFreeAtTheSameTime) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      const ScopedHeap scope(heap_);
      for (int i = 0; i < 1000; ++i) List::Of({List::Of({})});
    });
  }
  for (std::thread& thread : threads) thread.join();
  heap_->Clear();
}

}  // namespace
}  // namespace fluxgate
