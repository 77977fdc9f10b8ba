#include "engine/data/loader.h"

#include <algorithm>
#include <numeric>

#include "engine/data/functions.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/testing/fake_context.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::data {
namespace {

using ::fluxgate::testing::Elements;
using ::fluxgate::testing::FakeContext;
using ::fluxgate::testing::Float32s;
using ::fluxgate::testing::Float64s;
using ::fluxgate::testing::Ints;
using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr absl::StatusCode kInvalid = absl::StatusCode::kInvalidArgument;

std::vector<Value> Batches(const DataLoader& loader) {
  std::vector<Value> batches;
  auto epoch = loader.StartEpoch();
  EXPECT_OK(epoch);
  Value batch;
  for (;;) {
    absl::StatusOr<bool> more = (*epoch)->Next(&batch);
    EXPECT_OK(more);
    if (!more.ok() || !*more) return batches;
    batches.push_back(batch);
  }
}

// Ten observations: x 2 × 10 with column i = (i, -i), y of length 10.
Value Pairs() {
  std::vector<float> x;
  std::vector<int64_t> y;
  for (int i = 0; i < 10; ++i) {
    x.push_back(static_cast<float>(i));
    x.push_back(static_cast<float>(-i));
    y.push_back(10 * i);
  }
  return Tuple::Of({Float32s({2, 10}, x), Ints({10}, y)});
}

TEST(DataLoader, CutsAlongTheLastDim) {
  ASSERT_OK_AND_ASSIGN(auto loader, DataLoader::Create(Pairs(), {.batch_size = 4}));
  EXPECT_EQ(loader->size(), 3);
  const std::vector<Value> batches = Batches(*loader);
  ASSERT_EQ(batches.size(), 3u);
  const auto& last = batches[2].As<Tuple>()->elements;
  EXPECT_EQ(last[0].As<Array>()->shape(), Shape({2, 2}));
  EXPECT_THAT(Elements(last[0]), ElementsAre(8, -8, 9, -9));
  EXPECT_THAT(Elements(last[1]), ElementsAre(80, 90));
}

TEST(DataLoader, PartialBatchesAreDroppedWhenAsked) {
  ASSERT_OK_AND_ASSIGN(auto loader,
                       DataLoader::Create(Pairs(), {.batch_size = 4, .partial = false}));
  EXPECT_EQ(loader->size(), 2);
  EXPECT_EQ(Batches(*loader).size(), 2u);
  // A batch larger than the data is the data.
  ASSERT_OK_AND_ASSIGN(loader, DataLoader::Create(Pairs(), {.batch_size = 100, .partial = false}));
  EXPECT_EQ(loader->size(), 1);
}

TEST(DataLoader, ANegativeSizeGivesSingleObservations) {
  ASSERT_OK_AND_ASSIGN(auto loader, DataLoader::Create(Pairs(), {.batch_size = -1}));
  const std::vector<Value> batches = Batches(*loader);
  ASSERT_EQ(batches.size(), 10u);
  EXPECT_EQ(batches[3].As<Tuple>()->elements[0].As<Array>()->shape(), Shape({2}));
  EXPECT_EQ(batches[3].As<Tuple>()->elements[1].scalar().AsInt64(), 30);
}

TEST(DataLoader, ShufflesEveryEpochAnewAndReproducibly) {
  const LoaderOptions options = {.batch_size = 3, .shuffle = true, .seed = 5};
  const auto order = [](const std::vector<Value>& batches) {
    std::vector<double> all;
    for (const Value& batch : batches) {
      const auto& parts = batch.As<Tuple>()->elements;
      for (double y : Elements(parts[1])) all.push_back(y);
      // The parts stay together.
      EXPECT_EQ(Elements(parts[0])[0] * 10, Elements(parts[1])[0]);
    }
    return all;
  };
  ASSERT_OK_AND_ASSIGN(auto a, DataLoader::Create(Pairs(), options));
  ASSERT_OK_AND_ASSIGN(auto b, DataLoader::Create(Pairs(), options));
  const std::vector<double> first = order(Batches(*a)), second = order(Batches(*a));
  EXPECT_NE(first, second);
  EXPECT_EQ(first, order(Batches(*b)));
  EXPECT_EQ(second, order(Batches(*b)));
  // A checkpoint goes on where it stood.
  ASSERT_OK_AND_ASSIGN(auto c, DataLoader::Create(Pairs(), options));
  c->set_epochs_started(1);
  EXPECT_EQ(second, order(Batches(*c)));
  std::vector<double> sorted = first;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_THAT(sorted, ElementsAre(0, 10, 20, 30, 40, 50, 60, 70, 80, 90));
}

TEST(ShuffleOrder, EveryPermutationIsAboutAsLikely) {
  std::vector<int> counts(6);
  for (int64_t epoch = 0; epoch < 6000; ++epoch) {
    std::vector<int64_t> order(3);
    ShuffleOrder(11, epoch, absl::MakeSpan(order));
    ++counts[static_cast<size_t>(order[0] * 2 + (order[1] > order[2] ? 1 : 0))];
  }
  for (int count : counts) EXPECT_NEAR(count, 1000, 150);
}

TEST(DataLoader, ARestartedEpochSeesWhatWasWrittenSince) {
  ASSERT_OK_AND_ASSIGN(Tensor numbers, Tensor::FromVector<float>(Shape({1, 2}), {1, 2}));
  const Value data = Array::Of(std::move(numbers));
  ASSERT_OK_AND_ASSIGN(auto loader, DataLoader::Create(data, {.batch_size = 2}));
  ASSERT_OK_AND_ASSIGN(auto epoch, loader->StartEpoch());
  ASSERT_OK_AND_ASSIGN(Tensor others, Tensor::FromVector<float>(Shape({1, 2}), {3, 4}));
  ASSERT_OK(data.As<Array>()->Write(std::move(others)));
  ASSERT_OK(epoch->Restart());
  alignas(64) std::byte room[64];
  std::byte* const buffers[] = {room};
  const std::byte* at[] = {room};
  ASSERT_OK(epoch->NextInto(buffers, absl::MakeSpan(at)));
  EXPECT_EQ(reinterpret_cast<const float*>(at[0])[1], 4);
}

TEST(DataLoader, TheFastPathGivesTheSameBatches) {
  for (bool shuffle : {false, true}) {
    ASSERT_OK_AND_ASSIGN(auto loader,
                         DataLoader::Create(Pairs(), {.batch_size = 4, .shuffle = shuffle}));
    ASSERT_OK_AND_ASSIGN(auto fast, loader->StartEpoch());
    loader->set_epochs_started(0);
    const std::vector<Value> slow = Batches(*loader);
    for (const Value& batch : slow) {
      const auto& parts = batch.As<Tuple>()->elements;
      const Tensor x = *parts[0].As<Array>()->Read(), y = *parts[1].As<Array>()->Read();
      ASSERT_EQ(fast->PeekSignature(), y.num_elements());
      std::vector<std::byte> bx(static_cast<size_t>(x.bytes())), by(static_cast<size_t>(y.bytes()));
      std::byte* const buffers[] = {bx.data(), by.data()};
      const std::byte* data[] = {bx.data(), by.data()};
      ASSERT_OK(fast->NextInto(buffers, absl::MakeSpan(data)));
      EXPECT_TRUE(std::equal(data[0], data[0] + x.bytes(), x.raw()));
      EXPECT_TRUE(std::equal(data[1], data[1] + y.bytes(), y.raw()));
    }
    EXPECT_EQ(fast->PeekSignature(), LoaderEpoch::kEnd);
    ASSERT_OK(fast->Restart());
    EXPECT_EQ(fast->PeekSignature(), 4);
  }
}

TEST(DataLoader, VectorsOfAnythingAreDataToo) {
  const Value data = List::Of({Value::String("a"), Value::String("b"), Value::String("c")});
  ASSERT_OK_AND_ASSIGN(auto loader, DataLoader::Create(data, {.batch_size = 2}));
  const std::vector<Value> batches = Batches(*loader);
  ASSERT_EQ(batches.size(), 2u);
  EXPECT_EQ(batches[0].As<List>()->elements[1].text(), "b");
  ASSERT_OK_AND_ASSIGN(auto epoch, loader->StartEpoch());
  EXPECT_EQ(epoch->PeekSignature(), LoaderEpoch::kUnknown);
}

TEST(DataLoader, DataThatShrankIsRefused) {
  const Value data = List::Of({Value::String("a"), Value::String("b"), Value::String("c")});
  ASSERT_OK_AND_ASSIGN(auto loader, DataLoader::Create(data, {.batch_size = 2}));
  ASSERT_OK_AND_ASSIGN(auto epoch, loader->StartEpoch());
  data.As<List>()->elements.resize(1);
  Value batch;
  EXPECT_THAT(epoch->Next(&batch), StatusIs(kInvalid, HasSubstr("BoundsError")));
  EXPECT_THAT(loader->StartEpoch(), StatusIs(kInvalid, HasSubstr("DimensionMismatch")));
}

TEST(DataLoader, WrongArguments) {
  FakeContext context;
  const auto make = [&](Value data, std::vector<std::pair<std::string, Value>> keywords = {}) {
    return context.CallRow(Functions(), "DataLoader", {std::move(data)}, std::move(keywords));
  };
  EXPECT_THAT(make(Tuple::Of({Ints({2}, {1, 2}), Ints({3}, {1, 2, 3})})),
              StatusIs(kInvalid, HasSubstr("same number of observations; got 2 and 3")));
  EXPECT_THAT(make(Value::Int(3)), StatusIs(kInvalid, HasSubstr("MethodError")));
  EXPECT_THAT(make(Pairs(), {{"batchsize", Value::Int(0)}}), StatusIs(kInvalid));
  EXPECT_THAT(make(Pairs(), {{"shuffle", Value::Int(1)}}), StatusIs(kInvalid));
  EXPECT_THAT(make(Pairs(), {{"collate", Value::Int(1)}}), StatusIs(kInvalid));
  EXPECT_THAT(make(Float32s({2, 0}, {})), StatusIs(kInvalid, HasSubstr("no observations")));
}

TEST(DataLoader, IsShownAsMLUtilsShowsIt) {
  FakeContext context;
  ASSERT_OK_AND_ASSIGN(
      Value value, context.CallRow(Functions(), "DataLoader", {Pairs()},
                                   {{"batchsize", Value::Int(4)}, {"shuffle", Value::Bool(true)}}));
  EXPECT_EQ(value.AsClass<DataLoader>()->Show(),
            "3-element DataLoader(::Tuple{Matrix{Float32}, Vector{Int64}}, shuffle=true, "
            "batchsize=4)\n"
            "  with first element:\n"
            "  (2×4 Matrix{Float32}, 4-element Vector{Int64},)");
}

}  // namespace
}  // namespace fluxgate::data
