#include "engine/data/loader.h"

#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/kernels/random.h"
#include "engine/nn/errors.h"
#include "engine/value/containers.h"

namespace fluxgate::data {
namespace {

// 64-bit draws: block i of the stream of `seed` and `epoch` gives two.
class Stream {
 public:
  Stream(uint64_t seed, uint64_t epoch) : seed_(seed), epoch_(epoch) {}

  // Uniform below n, without bias: draws past the last whole multiple of n are left out.
  uint64_t Below(uint64_t n) {
    const uint64_t excess = (0 - n) % n;
    for (;;) {
      const uint64_t draw = Next();
      if (draw < 0 - excess || excess == 0) return draw % n;
    }
  }

 private:
  uint64_t Next() {
    if (used_ == 2) {
      block_ = kernels::Philox({static_cast<uint32_t>(count_), static_cast<uint32_t>(count_ >> 32),
                                static_cast<uint32_t>(epoch_), static_cast<uint32_t>(epoch_ >> 32)},
                               {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
      ++count_;
      used_ = 0;
    }
    const int at = 2 * used_++;
    return block_[at] | static_cast<uint64_t>(block_[at + 1]) << 32;
  }

  const uint64_t seed_, epoch_;
  uint64_t count_ = 0;
  int used_ = 2;
  kernels::PhiloxBlock block_ = {};
};

}  // namespace

void ShuffleOrder(uint64_t seed, int64_t epoch, absl::Span<int64_t> order) {
  std::iota(order.begin(), order.end(), int64_t{0});
  Stream stream(seed, static_cast<uint64_t>(epoch));
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[stream.Below(i)]);
}

DataLoader::DataLoader(Value data, const LoaderOptions& options, int64_t num_observations,
                       int64_t batch)
    : Object(Kind::kOpaque),
      data_(std::move(data)),
      options_(options),
      num_observations_(num_observations),
      batch_(batch),
      size_(num_observations / batch + (options.partial && num_observations % batch != 0 ? 1 : 0)) {
}

absl::StatusOr<std::shared_ptr<DataLoader>> DataLoader::Create(Value data,
                                                               const LoaderOptions& options) {
  if (options.batch_size == 0) {
    return nn::Error("ArgumentError", "batchsize must be positive, or negative for single ",
                     "observations; got 0");
  }
  FG_ASSIGN_OR_RETURN(int64_t count, CountObservations(data));
  if (count == 0) return nn::Error("ArgumentError", "the data has no observations");
  // More than there are is all there are, as MLUtils takes it.
  const int64_t batch = options.batch_size < 0 ? 1 : std::min(options.batch_size, count);
  return std::shared_ptr<DataLoader>(new DataLoader(std::move(data), options, count, batch));
}

int64_t DataLoader::BatchLength(int64_t i) const {
  return std::min(batch_, num_observations_ - i * batch_);
}

absl::StatusOr<std::unique_ptr<LoaderEpoch>> DataLoader::StartEpoch() const {
  std::unique_ptr<LoaderEpoch> epoch(new LoaderEpoch(shared_from_this()));
  FG_RETURN_IF_ERROR(epoch->Restart());
  return epoch;
}

std::string DataLoader::Repr() const {
  return absl::StrCat("DataLoader(::", TypeText(data_), options_.shuffle ? ", shuffle=true" : "",
                      ", batchsize=", options_.batch_size,
                      options_.partial ? "" : ", partial=false", ")");
}

std::string DataLoader::Show() const {
  std::string text = absl::StrCat(size(), "-element ", Repr());
  std::vector<int64_t> first(static_cast<size_t>(size() > 0 ? BatchLength(0) : 0));
  std::iota(first.begin(), first.end(), int64_t{0});
  const absl::StatusOr<Value> batch =
      options_.batch_size < 0 ? GetObservation(data_, 0) : GetObservations(data_, first);
  if (batch.ok()) absl::StrAppend(&text, "\n  with first element:\n  ", SummaryText(*batch));
  return text;
}

absl::Status LoaderEpoch::ReadData() {
  FG_ASSIGN_OR_RETURN(const int64_t count, CountObservations(loader_->data()));
  if (count != loader_->num_observations()) {
    return nn::Error("DimensionMismatch", "the data had ", loader_->num_observations(),
                     " observations when the loader was made, and has ", count, " now");
  }
  FG_ASSIGN_OR_RETURN(parts_, Densify(loader_->data()));
  run_bytes_.clear();
  for (const Tensor& array : parts_.arrays) run_bytes_.push_back(array.bytes() / count);
  order_.resize(static_cast<size_t>(count));
  std::iota(order_.begin(), order_.end(), int64_t{0});
  return absl::OkStatus();
}

absl::Status LoaderEpoch::Restart() {
  if (!parts_.all_dense || !parts_.IsCurrent()) FG_RETURN_IF_ERROR(ReadData());
  const int64_t number = loader_->epochs_started();
  loader_->set_epochs_started(number + 1);
  if (loader_->options().shuffle) {
    ShuffleOrder(loader_->options().seed, number, absl::MakeSpan(order_));
  }
  next_ = 0;
  return absl::OkStatus();
}

absl::StatusOr<bool> LoaderEpoch::Next(Value* batch) {
  if (next_ >= size()) return false;
  const auto indices =
      absl::MakeConstSpan(order_).subspan(static_cast<size_t>(next_ * loader_->BatchLength(0)),
                                          static_cast<size_t>(loader_->BatchLength(next_)));
  if (loader_->options().batch_size < 0) {
    FG_ASSIGN_OR_RETURN(*batch, GetObservation(loader_->data(), indices[0]));
  } else if (!loader_->options().collate) {
    std::vector<Value> observations;
    for (const int64_t i : indices) {
      FG_ASSIGN_OR_RETURN(Value one, GetObservation(loader_->data(), i));
      observations.push_back(std::move(one));
    }
    *batch = List::Of(std::move(observations));
  } else {
    FG_ASSIGN_OR_RETURN(*batch, GetObservations(loader_->data(), indices));
  }
  ++next_;
  return true;
}

int64_t LoaderEpoch::ObservationAt(int64_t column) const {
  if (next_ == 0 || column < 0 || column >= loader_->BatchLength(next_ - 1)) return -1;
  return order_[static_cast<size_t>((next_ - 1) * loader_->BatchLength(0) + column)];
}

int64_t LoaderEpoch::PeekSignature() const {
  if (next_ >= size()) return kEnd;
  // A single observation of a vector is a number, which is not an array.
  const LoaderOptions& options = loader_->options();
  if (!parts_.all_dense || options.batch_size < 0 || !options.collate) return kUnknown;
  return loader_->BatchLength(next_);
}

absl::Status LoaderEpoch::NextInto(absl::Span<std::byte* const> buffers,
                                   absl::Span<const std::byte*> data) {
  const int64_t start = next_ * loader_->BatchLength(0);
  const auto indices = absl::MakeConstSpan(order_).subspan(
      static_cast<size_t>(start), static_cast<size_t>(loader_->BatchLength(next_)));
  for (size_t k = 0; k < parts_.arrays.size(); ++k) {
    const Tensor& array = parts_.arrays[k];
    if (array.num_elements() == 0) continue;
    if (!loader_->options().shuffle) {
      const std::byte* at = array.raw() + start * run_bytes_[k];
      if (reinterpret_cast<uintptr_t>(at) % 64 == 0) {
        data[k] = at;
        continue;
      }
    }
    Gather(array, indices, buffers[k]);
  }
  ++next_;
  return absl::OkStatus();
}

}  // namespace fluxgate::data
