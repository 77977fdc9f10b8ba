#include "engine/value/array.h"

#include "gtest/gtest.h"

namespace fluxgate {
namespace {

Tensor Doubles(Shape shape, std::vector<double> values) {
  return *Tensor::FromVector<double>(std::move(shape), absl::MakeConstSpan(values));
}

std::vector<double> Elements(const Array& array) {
  const auto t = array.Read();
  const auto data = t->data<double>();
  return {data.begin(), data.end()};
}

TEST(ArrayTest, ReshapesShareTheirStorage) {
  Array whole(Doubles(Shape({2, 2}), {1, 2, 3, 4}));
  Array flat(whole.storage(), Shape({4}));
  ASSERT_TRUE(flat.Write(Doubles(Shape({4}), {5, 6, 7, 8})).ok());
  EXPECT_EQ(Elements(whole), (std::vector<double>{5, 6, 7, 8}));
  EXPECT_EQ(whole.Read()->shape(), Shape({2, 2}));
}

TEST(ArrayTest, ViewsReadAndWriteTheirPart) {
  Array whole(Doubles(Shape({2, 3}), {1, 2, 3, 4, 5, 6}));
  Array row(whole.storage(), Shape({3}), ir::SliceAttr{{1, 0}, {1, 3}, {1, 1}});
  EXPECT_EQ(Elements(row), (std::vector<double>{2, 4, 6}));
  EXPECT_EQ(row.StorageOffset(2), 5);
  ASSERT_TRUE(row.Write(Doubles(Shape({3}), {7, 8, 9})).ok());
  EXPECT_EQ(Elements(whole), (std::vector<double>{1, 7, 3, 8, 5, 9}));
}

TEST(ArrayTest, OnlyAnArrayAloneOnItsStorageResizes) {
  Array vector(Doubles(Shape({2}), {1, 2}));
  ASSERT_TRUE(vector.Resize(Doubles(Shape({3}), {1, 2, 3})).ok());
  EXPECT_EQ(vector.shape(), Shape({3}));
  Array other(vector.storage(), Shape({3, 1}));
  EXPECT_EQ(vector.Resize(Doubles(Shape({1}), {1})).code(), absl::StatusCode::kInvalidArgument);
}

TEST(StorageTest, AWriteGrowsTheVersionAndALockRefusesIt) {
  Array array(Doubles(Shape({1}), {1}));
  Storage& storage = *array.storage();
  const uint64_t before = storage.version();
  ASSERT_TRUE(array.Write(Doubles(Shape({1}), {2})).ok());
  EXPECT_GT(storage.version(), before);
  storage.set_locked_by("job-7");
  const absl::Status refused = array.Write(Doubles(Shape({1}), {3}));
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(refused.message().find("job-7"), absl::string_view::npos);
  EXPECT_EQ(storage.Update([](Tensor&) {}).code(), absl::StatusCode::kFailedPrecondition);
  storage.Publish(Doubles(Shape({1}), {4}));
  EXPECT_EQ(Elements(array), (std::vector<double>{4}));
}

TEST(StorageTest, UpdateWritesInPlace) {
  Array array(Doubles(Shape({2}), {1, 2}));
  const std::byte* bytes = array.Read()->raw();
  ASSERT_TRUE(array.storage()->Update([](Tensor& t) { t.mutable_data<double>()[1] = 5; }).ok());
  EXPECT_EQ(array.Read()->raw(), bytes);
  EXPECT_EQ(Elements(array), (std::vector<double>{1, 5}));
}

}  // namespace
}  // namespace fluxgate
