// The loop over steps of a training run costs no heap.

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdlib>
#include <memory>
#include <new>

#include "engine/value/containers.h"
#include "tests/engine/runtime/training_fixture.h"
#include "tests/testing/status_matchers.h"

namespace {
std::atomic<int64_t> allocations{0};
}  // namespace

void* operator new(size_t size) {
  ++allocations;
  if (void* p = std::malloc(size)) return p;
  throw std::bad_alloc();
}
void* operator new(size_t size, std::align_val_t alignment) {
  ++allocations;
  const size_t a = static_cast<size_t>(alignment);
  if (void* p = std::aligned_alloc(a, (size + a - 1) / a * a)) return p;
  throw std::bad_alloc();
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, size_t) noexcept { std::free(p); }
void operator delete(void* p, std::align_val_t) noexcept { std::free(p); }
void operator delete(void* p, size_t, std::align_val_t) noexcept { std::free(p); }

namespace fluxgate {
namespace {

// One batch per epoch, pointed to where it lies, as a loader over dense arrays does.
class DenseEpoch : public TrainRequest::Epoch {
 public:
  explicit DenseEpoch(Value batch) : batch_(std::move(batch)) {
    for (int k = 0; k < 2; ++k) {
      parts_[k] = *batch_.As<Tuple>()->elements[k].As<Array>()->Read();
    }
  }
  int64_t size() const override { return 1; }
  absl::StatusOr<bool> Next(Value* batch) override {
    *batch = batch_;
    return !std::exchange(done_, true);
  }
  int64_t PeekSignature() override { return done_ ? kEnd : 6; }
  absl::Status NextInto(absl::Span<std::byte* const> buffers,
                        absl::Span<const std::byte*> data) override {
    for (int k = 0; k < 2; ++k) data[k] = parts_[k].raw();
    done_ = true;
    return absl::OkStatus();
  }
  bool Restart() override {
    done_ = false;
    return true;
  }

 private:
  const Value batch_;
  std::array<Tensor, 2> parts_;
  bool done_ = false;
};

class TrainingAllocationTest : public TrainingFixture {
 protected:
  int64_t AllocationsOf(int64_t epochs) {
    TrainRequest request = *StraightLine("Adam", 0.01f);
    request.epochs = epochs;
    const Value batch = FloatBatch({0, 1, 2, 3, 4, 5});
    request.start_epoch = [batch]() -> absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>> {
      return std::make_unique<DenseEpoch>(batch);
    };
    const int64_t before = allocations;
    EXPECT_OK(host_->Train(request));
    return allocations - before;
  }
};

TEST_F(TrainingAllocationTest, MoreStepsAllocateNoMore) {
  AllocationsOf(10);  // Compiles.
  EXPECT_EQ(AllocationsOf(10), AllocationsOf(5000));
}

TEST_F(TrainingAllocationTest, NorDoRandomKeys) {
  noise_ = true;
  AllocationsOf(10);
  EXPECT_EQ(AllocationsOf(10), AllocationsOf(5000));
}

}  // namespace
}  // namespace fluxgate
