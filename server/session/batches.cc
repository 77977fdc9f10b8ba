#include "server/session/batches.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "server/session/derivatives.h"
#include "server/session/workspace.h"

namespace fluxgate::session {
namespace {

// One array of the data, as columns of equal size: one per example.
struct Column {
  Tensor tensor;
  int64_t bytes = 0;
};

class CutEpoch final : public TrainRequest::Epoch {
 public:
  CutEpoch(Visit& visit, std::vector<Column> columns, int64_t examples, const BatchOptions& options)
      : visit_(visit), columns_(std::move(columns)), examples_(examples), options_(options) {
    if (options_.batch_size == 0) options_.batch_size = examples;
  }

  absl::Status Shuffle() {
    next_ = 0;
    if (!options_.shuffle) return absl::OkStatus();
    FG_ASSIGN_OR_RETURN(Value order,
                        CallBuiltin(visit_, "Random.randperm", {Value::Int(examples_)}));
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(order));
    order_.resize(static_cast<size_t>(examples_));
    for (int64_t i = 0; i < examples_; ++i) order_[i] = tensor.ElementAsInt64(i) - 1;
    return absl::OkStatus();
  }

  int64_t size() const override { return StepsPerEpoch(examples_, options_); }

  absl::StatusOr<bool> Next(Value* batch) override {
    FG_RETURN_IF_ERROR(status_);
    const int64_t count = NextCount();
    if (count == 0) return false;
    std::vector<Value> arrays;
    for (const Column& column : columns_) {
      Dims dims(column.tensor.shape().dims().begin(), column.tensor.shape().dims().end());
      dims.back() = count;
      FG_ASSIGN_OR_RETURN(Tensor part, Tensor::Create(column.tensor.dtype(), Shape(dims)));
      Copy(column, count, part.mutable_raw());
      arrays.push_back(Array::Of(std::move(part)));
    }
    next_ += count;
    *batch = Tuple::Of(std::move(arrays));
    return true;
  }

  int64_t PeekSignature() override {
    if (!status_.ok()) return kUnknown;  // Next reports it.
    const int64_t count = NextCount();
    return count == 0 ? kEnd : count;
  }

  absl::Status NextInto(absl::Span<std::byte* const> buffers,
                        absl::Span<const std::byte*> data) override {
    const int64_t count = NextCount();
    for (size_t k = 0; k < columns_.size(); ++k) {
      if (order_.empty()) {
        data[k] = columns_[k].tensor.raw() + next_ * columns_[k].bytes;
      } else {
        Copy(columns_[k], count, buffers[k]);
      }
    }
    next_ += count;
    return absl::OkStatus();
  }

  bool Restart() override {
    status_ = Shuffle();
    return true;
  }

 private:
  // Examples of the next batch; 0 at the end.
  int64_t NextCount() const {
    const int64_t left = examples_ - next_;
    if (left < options_.batch_size && !options_.partial) return 0;
    return std::min(left, options_.batch_size);
  }

  void Copy(const Column& column, int64_t count, std::byte* to) const {
    const std::byte* from = column.tensor.raw();
    if (order_.empty()) {
      std::memcpy(to, from + next_ * column.bytes, static_cast<size_t>(count * column.bytes));
      return;
    }
    for (int64_t i = 0; i < count; ++i) {
      std::memcpy(to + i * column.bytes, from + order_[next_ + i] * column.bytes,
                  static_cast<size_t>(column.bytes));
    }
  }

  Visit& visit_;
  const std::vector<Column> columns_;
  const int64_t examples_;
  BatchOptions options_;
  std::vector<int64_t> order_;  // Empty: as they are.
  int64_t next_ = 0;
  absl::Status status_;
};

}  // namespace

int64_t StepsPerEpoch(int64_t examples, const BatchOptions& options) {
  const int64_t size =
      options.batch_size == 0 ? std::max<int64_t>(examples, 1) : options.batch_size;
  return options.partial ? (examples + size - 1) / size : examples / size;
}

absl::StatusOr<StartEpoch> CutBatches(Visit& visit, const Value& x, const Value& y,
                                      const BatchOptions& options) {
  std::vector<Column> columns;
  int64_t examples = 0;
  for (const Value* part : {&x, &y}) {
    if (part->is_nothing()) continue;
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(*part));
    const Shape& shape = tensor.shape();
    if (shape.rank() == 0) {
      return absl::InvalidArgumentError("data to train on has examples in its last dimension");
    }
    const int64_t count = shape.dim(shape.rank() - 1);
    if (!columns.empty() && count != examples) {
      return absl::InvalidArgumentError(
          absl::StrCat("x has ", examples, " examples and y has ", count));
    }
    examples = count;
    columns.push_back({tensor, count == 0 ? 0 : tensor.bytes() / count});
  }
  if (columns.empty() || examples == 0) {
    return absl::InvalidArgumentError("there are no examples to train on");
  }
  if (StepsPerEpoch(examples, options) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("batch_size ", options.batch_size,
                                                   " is more than the ", examples,
                                                   " examples, and partial batches are left out"));
  }
  return StartEpoch([&visit, columns = std::move(columns), examples,
                     options]() -> absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>> {
    auto epoch = std::make_unique<CutEpoch>(visit, columns, examples, options);
    FG_RETURN_IF_ERROR(epoch->Shuffle());
    return epoch;
  });
}

}  // namespace fluxgate::session
