#ifndef FLUXGATE_ENGINE_TENSOR_TENSOR_H_
#define FLUXGATE_ENGINE_TENSOR_TENSOR_H_

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/base/memory_budget.h"
#include "engine/tensor/dtype.h"
#include "engine/tensor/shape.h"

namespace fluxgate {

// dtype + shape + column-major bytes on the host. Copies share the bytes; mutable_data() copies
// them first when they are shared, so a Tensor behaves as a value. A single element is kept inline,
// without the heap. Not thread-safe, but copies may be used on different threads.
class Tensor {
 public:
  // A Float32 zero.
  Tensor();

  // Uninitialised bytes, 64-byte aligned, charged to MemoryBudget::Current(). RESOURCE_EXHAUSTED
  // when they do not fit.
  static absl::StatusOr<Tensor> Create(DType dtype, Shape shape);
  static absl::StatusOr<Tensor> Zeros(DType dtype, Shape shape);

  // A rank-0 tensor.
  template <typename T>
  static Tensor Scalar(T value);
  // A rank-0 tensor of `dtype` holding `value` converted (truncated towards zero for integers).
  static Tensor ScalarOf(DType dtype, double value);
  template <typename T>
  static absl::StatusOr<Tensor> FromVector(Shape shape, absl::Span<const T> values);

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  int64_t num_elements() const { return shape_.num_elements(); }
  int64_t bytes() const { return num_elements() * SizeOf(dtype_); }

  const std::byte* raw() const { return block_.get() ? block_.get()->data() : inline_; }
  // Copies shared bytes first; that copy is charged even past the budget's limit. Unshare() before
  // it where a large tensor may be shared.
  std::byte* mutable_raw();
  // Copies the bytes when they are shared. RESOURCE_EXHAUSTED when the copy does not fit.
  absl::Status Unshare();

  template <typename T>
  absl::Span<const T> data() const {
    // Not in braces: they would make a Span<const bool> of two Bools.
    return absl::Span<const T>(reinterpret_cast<const T*>(raw()),
                               static_cast<size_t>(num_elements()));
  }
  template <typename T>
  absl::Span<T> mutable_data() {
    return absl::Span<T>(reinterpret_cast<T*>(mutable_raw()), static_cast<size_t>(num_elements()));
  }

  // The same bytes under another shape. REQUIRES: equal num_elements.
  Tensor Reshaped(Shape shape) const;

  // The element at flat index i, converted to double (Int64 past 2^53 is rounded).
  double ElementAsDouble(int64_t i) const;
  int64_t ElementAsInt64(int64_t i) const;

  // True when both share the same block, or are inline: used to see that nothing was copied.
  bool SharesBytesWith(const Tensor& other) const;

  // Same dtype, shape and bytes.
  friend bool BitIdentical(const Tensor& a, const Tensor& b);

 private:
  // A counted allocation: this header, then the elements.
  struct alignas(64) Block {
    std::atomic<int32_t> owners{1};
    int64_t bytes = 0;
    std::shared_ptr<MemoryBudget> budget;
    std::byte* data() { return reinterpret_cast<std::byte*>(this + 1); }
  };
  class BlockRef {
   public:
    BlockRef() = default;
    explicit BlockRef(Block* block) : block_(block) {}
    BlockRef(const BlockRef& other) : block_(other.block_) {
      if (block_ != nullptr) block_->owners.fetch_add(1, std::memory_order_relaxed);
    }
    BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
    BlockRef& operator=(BlockRef other) noexcept {
      std::swap(block_, other.block_);
      return *this;
    }
    ~BlockRef() {
      if (block_ != nullptr) Drop();
    }
    Block* get() const { return block_; }
    // Acquire: what the last other owner did to the bytes comes before what we do to them.
    bool unique() const { return block_->owners.load(std::memory_order_acquire) == 1; }

   private:
    void Drop();
    Block* block_ = nullptr;
  };

  // Null when the machine has no such memory. The bytes are charged already.
  static Block* NewBlock(int64_t bytes, std::shared_ptr<MemoryBudget> budget);

  DType dtype_ = DType::kFloat32;
  Shape shape_;
  alignas(8) std::byte inline_[8] = {};
  BlockRef block_;  // Null when there is at most one element, which is inline.
};

bool BitIdentical(const Tensor& a, const Tensor& b);

template <typename T>
Tensor Tensor::Scalar(T value) {
  Tensor t;
  t.dtype_ = DTypeOf<T>::value;
  *reinterpret_cast<T*>(t.inline_) = value;
  return t;
}

template <typename T>
absl::StatusOr<Tensor> Tensor::FromVector(Shape shape, absl::Span<const T> values) {
  if (static_cast<int64_t>(values.size()) != shape.num_elements()) {
    return absl::InvalidArgumentError("the number of values differs from the product of the dims");
  }
  auto t = Create(DTypeOf<T>::value, std::move(shape));
  if (t.ok()) std::copy(values.begin(), values.end(), t->template mutable_data<T>().begin());
  return t;
}

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_TENSOR_TENSOR_H_
