#include "engine/tensor/tensor.h"

#include <sys/mman.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <new>

#include "absl/strings/str_cat.h"

namespace fluxgate {
namespace {

template <typename T>
T Truncate(double value) {
  if constexpr (std::is_same_v<T, bool>) {
    return value != 0;
  } else if constexpr (std::is_integral_v<T>) {
    // Out of range gives the least integer, as x86's own conversion does.
    constexpr double kLimit = -static_cast<double>(std::numeric_limits<T>::min());
    return value >= -kLimit && value < kLimit ? static_cast<T>(value)
                                              : std::numeric_limits<T>::min();
  } else {
    return static_cast<T>(value);
  }
}

// Blocks from this size on lie on huge pages where the system has them: far fewer page faults while
// a large tensor is filled, and fewer misses of the TLB afterwards.
constexpr size_t kHugePage = size_t{2} << 20;
constexpr size_t kHugeFrom = 2 * kHugePage;

std::align_val_t AlignmentOf(size_t size, size_t least) {
  return std::align_val_t(size >= kHugeFrom ? kHugePage : least);
}

}  // namespace

Tensor::Tensor() = default;

Tensor::Block* Tensor::NewBlock(int64_t bytes, std::shared_ptr<MemoryBudget> budget) {
  const size_t size = sizeof(Block) + static_cast<size_t>(bytes);
  void* memory = ::operator new(size, AlignmentOf(size, alignof(Block)), std::nothrow);
  if (memory == nullptr) return nullptr;
  // Advice: a system that does not take it gives ordinary pages.
  if (size >= kHugeFrom) madvise(memory, size / kHugePage * kHugePage, MADV_HUGEPAGE);
  auto* block = new (memory) Block;
  block->bytes = bytes;
  block->budget = std::move(budget);
  return block;
}

void Tensor::BlockRef::Drop() {
  if (block_->owners.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
  if (block_->budget != nullptr) block_->budget->Release(block_->bytes);
  const size_t size = sizeof(Block) + static_cast<size_t>(block_->bytes);
  block_->~Block();
  ::operator delete(block_, AlignmentOf(size, alignof(Block)));
}

absl::StatusOr<Tensor> Tensor::Create(DType dtype, Shape shape) {
  Tensor t;
  t.dtype_ = dtype;
  t.shape_ = std::move(shape);
  if (t.num_elements() <= 1) return t;
  if (t.num_elements() > std::numeric_limits<int64_t>::max() / SizeOf(dtype)) {
    return absl::ResourceExhaustedError(
        absl::StrCat("out of memory: ", t.num_elements(), " elements asked for"));
  }
  const int64_t bytes = t.bytes();
  const std::shared_ptr<MemoryBudget>& budget = MemoryBudget::Current();
  if (budget != nullptr) {
    if (absl::Status status = budget->Charge(bytes); !status.ok()) return status;
  }
  t.block_ = BlockRef(NewBlock(bytes, budget));
  if (t.block_.get() == nullptr) {
    if (budget != nullptr) budget->Release(bytes);
    return absl::ResourceExhaustedError(
        absl::StrCat("out of memory: the machine has no ", bytes, " bytes left"));
  }
  return t;
}

absl::StatusOr<Tensor> Tensor::Zeros(DType dtype, Shape shape) {
  auto t = Create(dtype, std::move(shape));
  if (t.ok()) std::memset(t->mutable_raw(), 0, static_cast<size_t>(t->bytes()));
  return t;
}

Tensor Tensor::ScalarOf(DType dtype, double value) {
  return DispatchDType(dtype, [&](auto zero) { return Scalar(Truncate<decltype(zero)>(value)); });
}

std::byte* Tensor::mutable_raw() {
  Block* block = block_.get();
  if (block == nullptr) return inline_;
  if (block_.unique()) return block->data();
  Block* copy = NewBlock(block->bytes, MemoryBudget::Current());
  if (copy == nullptr) throw std::bad_alloc();
  if (copy->budget != nullptr) copy->budget->ChargeBeyondLimit(copy->bytes);
  std::memcpy(copy->data(), block->data(), static_cast<size_t>(block->bytes));
  block_ = BlockRef(copy);
  return copy->data();
}

absl::Status Tensor::Unshare() {
  if (block_.get() == nullptr || block_.unique()) return absl::OkStatus();
  absl::StatusOr<Tensor> copy = Create(dtype_, shape_);
  if (!copy.ok()) return copy.status();
  std::memcpy(copy->mutable_raw(), raw(), static_cast<size_t>(bytes()));
  *this = *std::move(copy);
  return absl::OkStatus();
}

Tensor Tensor::Reshaped(Shape shape) const {
  Tensor t = *this;
  t.shape_ = std::move(shape);
  return t;
}

double Tensor::ElementAsDouble(int64_t i) const {
  return DispatchDType(dtype_,
                       [&](auto zero) { return static_cast<double>(data<decltype(zero)>()[i]); });
}

int64_t Tensor::ElementAsInt64(int64_t i) const {
  return DispatchDType(dtype_, [&](auto zero) -> int64_t {
    const auto value = data<decltype(zero)>()[i];
    if constexpr (std::is_floating_point_v<decltype(zero)>) return Truncate<int64_t>(value);
    return static_cast<int64_t>(value);
  });
}

bool Tensor::SharesBytesWith(const Tensor& other) const {
  return block_.get() == other.block_.get();
}

bool BitIdentical(const Tensor& a, const Tensor& b) {
  return a.dtype() == b.dtype() && a.shape() == b.shape() &&
         std::memcmp(a.raw(), b.raw(), static_cast<size_t>(a.bytes())) == 0;
}

}  // namespace fluxgate
