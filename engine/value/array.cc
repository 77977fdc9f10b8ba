#include "engine/value/array.h"

#include <atomic>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"

namespace fluxgate {
namespace {

uint64_t NextStorageId() {
  static std::atomic<uint64_t> next{1};
  return next.fetch_add(1, std::memory_order_relaxed);
}

// Calls f(flat index in the whole, flat index in the slice) for each element of the slice.
template <typename F>
void ForEachInSlice(const Shape& whole, const ir::SliceAttr& slice, F f) {
  const int rank = whole.rank();
  Dims stride(rank, 1), at(rank, 0);
  int64_t total = 1, from = 0;
  for (int d = 0; d < rank; ++d) {
    if (d > 0) stride[d] = stride[d - 1] * whole.dim(d - 1);
    total *= slice.count[d];
    from += slice.start[d] * stride[d];
  }
  for (int64_t i = 0; i < total; ++i) {
    f(from, i);
    for (int d = 0; d < rank; ++d) {
      from += slice.step[d] * stride[d];
      if (++at[d] < slice.count[d]) break;
      from -= slice.count[d] * slice.step[d] * stride[d];
      at[d] = 0;
    }
  }
}

}  // namespace

Storage::Storage(Tensor value)
    : dtype_(value.dtype()),
      shape_(value.shape()),
      id_(NextStorageId()),
      value_(std::move(value)),
      has_value_(true) {}

Storage::Storage(NodeRef node)
    : dtype_(node.trace->builder().dtype(node.id)),
      shape_(node.trace->builder().shape(node.id)),
      id_(NextStorageId()),
      node_(std::move(node)) {}

absl::StatusOr<Tensor> Storage::Read() const {
  if (!has_value_) {
    FG_ASSIGN_OR_RETURN(value_, node_.trace->Concrete(node_.id));
    has_value_ = true;
  }
  return value_;
}

absl::Status Storage::CheckUnlocked() const {
  if (locked_by_.empty()) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("the array is being written by job ", locked_by_,
                   ": wait for the job or cancel it before changing the array"));
}

absl::Status Storage::Write(Tensor value) {
  FG_RETURN_IF_ERROR(CheckUnlocked());
  Publish(std::move(value));
  return absl::OkStatus();
}

absl::Status Storage::Write(NodeRef node) {
  FG_RETURN_IF_ERROR(CheckUnlocked());
  ++version_;
  node_ = std::move(node);
  has_value_ = false;
  value_ = Tensor();
  return absl::OkStatus();
}

absl::Status Storage::Resize(Tensor value) {
  FG_RETURN_IF_ERROR(CheckUnlocked());
  shape_ = value.shape();
  Publish(std::move(value));
  return absl::OkStatus();
}

absl::Status Storage::Resize(NodeRef node) {
  FG_RETURN_IF_ERROR(CheckUnlocked());
  shape_ = node.trace->builder().shape(node.id);
  return Write(std::move(node));
}

absl::Status Storage::Update(absl::FunctionRef<void(Tensor&)> change) {
  FG_RETURN_IF_ERROR(CheckUnlocked());
  FG_RETURN_IF_ERROR(value_.Unshare());
  ++version_;
  change(value_);
  return absl::OkStatus();
}

void Storage::Publish(Tensor value) {
  ++version_;
  node_ = NodeRef();
  value_ = value.shape() == shape_ ? std::move(value) : value.Reshaped(shape_);
  has_value_ = true;
}

Array::Array(Tensor value) : Object(kKind), shape_(value.shape()) {
  storage_ = std::make_shared<Storage>(std::move(value));
}

Array::Array(NodeRef node) : Object(kKind), storage_(std::make_shared<Storage>(std::move(node))) {
  shape_ = storage_->shape();
}

Array::Array(std::shared_ptr<Storage> storage, Shape shape)
    : Object(kKind), storage_(std::move(storage)), shape_(std::move(shape)) {}

Array::Array(std::shared_ptr<Storage> storage, Shape shape, ir::SliceAttr view)
    : Object(kKind),
      storage_(std::move(storage)),
      shape_(std::move(shape)),
      view_(std::move(view)) {}

int64_t Array::StorageOffset(int64_t flat) const {
  if (!view_) return flat;
  const Shape& whole = storage_->shape();
  int64_t offset = 0, stride = 1;
  for (int d = 0; d < whole.rank(); ++d) {
    offset += (view_->start[d] + flat % view_->count[d] * view_->step[d]) * stride;
    flat /= view_->count[d];
    stride *= whole.dim(d);
  }
  return offset;
}

absl::StatusOr<Tensor> Array::Read() const {
  FG_ASSIGN_OR_RETURN(Tensor whole, storage_->Read());
  if (!view_) return whole.shape() == shape_ ? whole : whole.Reshaped(shape_);
  FG_ASSIGN_OR_RETURN(Tensor part, Tensor::Create(dtype(), shape_));
  const int64_t size = SizeOf(dtype());
  const std::byte* from = whole.raw();
  std::byte* to = part.mutable_raw();
  ForEachInSlice(storage_->shape(), *view_,
                 [&](int64_t i, int64_t k) { std::memcpy(to + k * size, from + i * size, size); });
  return part;
}

absl::Status Array::Write(Tensor value) {
  if (!view_) return storage_->Write(std::move(value));
  if (is_traced()) {
    // An array that outlived its trace becomes an ordinary one.
    FG_ASSIGN_OR_RETURN(Tensor whole, storage_->Read());
    FG_RETURN_IF_ERROR(storage_->Write(std::move(whole)));
  }
  return storage_->Update([&](Tensor& whole) {
    const int64_t size = SizeOf(dtype());
    const std::byte* from = value.raw();
    std::byte* to = whole.mutable_raw();
    ForEachInSlice(storage_->shape(), *view_, [&](int64_t i, int64_t k) {
      std::memcpy(to + i * size, from + k * size, size);
    });
  });
}

absl::Status Array::CheckResizable() const {
  if (!view_ && storage_.use_count() == 1) return absl::OkStatus();
  return absl::InvalidArgumentError("cannot resize array with shared data");
}

absl::Status Array::Resize(Tensor value) {
  FG_RETURN_IF_ERROR(CheckResizable());
  FG_RETURN_IF_ERROR(storage_->Resize(std::move(value)));
  shape_ = storage_->shape();
  return absl::OkStatus();
}

absl::Status Array::Resize(NodeRef node) {
  FG_RETURN_IF_ERROR(CheckResizable());
  FG_RETURN_IF_ERROR(storage_->Resize(std::move(node)));
  shape_ = storage_->shape();
  return absl::OkStatus();
}

}  // namespace fluxgate
