#include "server/grpc/upload_table.h"

#include <gtest/gtest.h>

#include "tests/testing/status_matchers.h"

namespace fluxgate::rpc {
namespace {

using ::fluxgate::testing::StatusIs;

class UploadTableTest : public ::testing::Test {
 protected:
  // An upload that has begun a tensor "x" of so many bytes.
  Upload Begun(uint32_t bytes) {
    Upload upload{"dataset d", 1, wire::ChunkDecoder(budget_), session_};
    v1::TensorChunk chunk;
    chunk.set_path("x");
    chunk.mutable_tensor()->set_dtype(v1::Tensor::BOOL);
    chunk.mutable_tensor()->add_dims(bytes);
    chunk.set_data(std::string(1, '\1'));
    EXPECT_OK(upload.chunks.Add(chunk, "chunk"));
    return upload;
  }

  FakeClock clock_;
  std::shared_ptr<int> session_ = std::make_shared<int>();
  std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(1 << 30);
};

TEST_F(UploadTableTest, KeepsOneUntilItIsTaken) {
  UploadTable table({}, clock_);
  table.Keep("s", "r", Begun(100));
  ASSERT_OK_AND_ASSIGN(const UploadTable::Progress progress, table.Find("s", "r"));
  EXPECT_EQ(progress.position.path, "x");
  EXPECT_EQ(progress.position.offset, 1);
  EXPECT_EQ(progress.expires - clock_.Now(), std::chrono::minutes(10));
  EXPECT_THAT(table.Find("other", "r"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_TRUE(table.Take("s", "r").has_value());
  EXPECT_FALSE(table.Take("s", "r").has_value());
  EXPECT_EQ(budget_->used(), 0);
}

TEST_F(UploadTableTest, ForgetsAfterAWhileAndWithTheSession) {
  UploadTable table({}, clock_);
  table.Keep("s", "r", Begun(100));
  clock_.Advance(std::chrono::minutes(9));
  EXPECT_OK(table.Find("s", "r"));
  clock_.Advance(std::chrono::minutes(1));
  EXPECT_THAT(table.Find("s", "r"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_EQ(budget_->used(), 0);
  table.Keep("s", "r", Begun(100));
  clock_.Advance(std::chrono::hours(1));
  table.Expire();
  EXPECT_EQ(budget_->used(), 0);
  table.Keep("s", "r", Begun(100));
  table.Forget("s");
  EXPECT_EQ(budget_->used(), 0);
  // A stream that breaks once its session is gone.
  Upload late = Begun(100);
  session_ = nullptr;
  table.Keep("s", "r", std::move(late));
  table.Expire();
  EXPECT_EQ(budget_->used(), 0);
}

TEST_F(UploadTableTest, BoundsTheirNumberAndTheirBytes) {
  UploadTable::Options options;
  options.max_uploads = 2;
  options.max_bytes = 1000;
  UploadTable table(options, clock_);
  table.Keep("s", "too large", Begun(1001));
  EXPECT_FALSE(table.Take("s", "too large").has_value());
  for (const char* id : {"1", "2", "3"}) table.Keep("s", id, Begun(300));
  EXPECT_FALSE(table.Take("s", "1").has_value());
  table.Keep("s", "4", Begun(800));
  EXPECT_FALSE(table.Take("s", "2").has_value());
  EXPECT_FALSE(table.Take("s", "3").has_value());
  table.Keep("s", "4", Begun(900));  // In place of the one before.
  EXPECT_TRUE(table.Take("s", "4").has_value());
  EXPECT_EQ(budget_->used(), 0);
}

}  // namespace
}  // namespace fluxgate::rpc
