#ifndef FLUXGATE_ENGINE_DATA_LOADER_H_
#define FLUXGATE_ENGINE_DATA_LOADER_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/data/observations.h"
#include "engine/value/value.h"

namespace fluxgate::data {

struct LoaderOptions {
  int64_t batch_size = 1;  // negative: single observations, without the last dim
  bool shuffle = false;
  bool partial = true;  // a last, smaller batch is kept
  uint64_t seed = 0;    // of the order of every epoch
  bool collate = true;  // false: a batch is the vector of its observations
};

// The order of epoch `epoch` (from 0) under `seed`: a permutation of 0, …, order.size() - 1 by
// Fisher and Yates from a Philox stream, the same everywhere.
void ShuffleOrder(uint64_t seed, int64_t epoch, absl::Span<int64_t> order);

class LoaderEpoch;

// MLUtils' DataLoader: cuts data into batches along the last dim, in a new order each epoch if it
// shuffles. It reads the arrays when an epoch starts. One thread at a time.
class DataLoader : public Object, public std::enable_shared_from_this<DataLoader> {
 public:
  // INVALID_ARGUMENT for data without observations or a batch size of 0.
  static absl::StatusOr<std::shared_ptr<DataLoader>> Create(Value data,
                                                            const LoaderOptions& options);

  // The batches of the next epoch.
  absl::StatusOr<std::unique_ptr<LoaderEpoch>> StartEpoch() const;

  int64_t num_observations() const { return num_observations_; }
  int64_t size() const { return size_; }  // batches in an epoch
  // Observations in batch i.
  int64_t BatchLength(int64_t i) const;
  const Value& data() const { return data_; }
  const LoaderOptions& options() const { return options_; }

  // How many epochs were started: with the options all that a checkpoint needs.
  int64_t epochs_started() const { return epochs_started_; }
  void set_epochs_started(int64_t epochs) const { epochs_started_ = epochs; }

  // "DataLoader(::Matrix{Float64}, batchsize=3)", and what the prompt shows, with the size and the
  // first batch's summary.
  std::string Repr() const;
  std::string Show() const;

 private:
  DataLoader(Value data, const LoaderOptions& options, int64_t num_observations, int64_t batch);

  const Value data_;
  const LoaderOptions options_;
  const int64_t num_observations_;
  const int64_t batch_;  // observations in a full batch
  const int64_t size_;
  mutable int64_t epochs_started_ = 0;
};

// One pass over a loader. The fast path fits TrainRequest::Epoch of engine/lang/host.h.
class LoaderEpoch {
 public:
  int64_t size() const { return loader_->size(); }
  // False at the end. The batch has the structure of the data.
  absl::StatusOr<bool> Next(Value* batch);

  static constexpr int64_t kEnd = -1;
  static constexpr int64_t kUnknown = -2;
  // kEnd when no batch is left, kUnknown when the data is not all dense arrays, else the number of
  // observations in the next batch.
  int64_t PeekSignature() const;
  // Takes the next batch: array k's elements are written to buffers[k], or, when they lie together
  // and aligned in the data, data[k] points to them. REQUIRES: PeekSignature() >= 0, room.
  absl::Status NextInto(absl::Span<std::byte* const> buffers, absl::Span<const std::byte*> data);
  // The observation (from 0) in `column` of the batch taken last; -1 when there is none.
  int64_t ObservationAt(int64_t column) const;
  // Begins the loader's next epoch in this object.
  absl::Status Restart();

 private:
  friend class DataLoader;
  explicit LoaderEpoch(std::shared_ptr<const DataLoader> loader) : loader_(std::move(loader)) {}

  const std::shared_ptr<const DataLoader> loader_;
  absl::Status ReadData();

  DenseParts parts_;
  std::vector<int64_t> run_bytes_;  // of an observation, for each array of parts_
  std::vector<int64_t> order_;      // of the observations
  int64_t next_ = 0;                // batch
};

}  // namespace fluxgate::data

#endif  // FLUXGATE_ENGINE_DATA_LOADER_H_
