#include "server/session/batches.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/data/loader.h"
#include "engine/lang/training/train.h"
#include "engine/value/containers.h"
#include "server/session/workspace.h"

namespace fluxgate::session {
namespace {

// A pass over the loader as the trainer takes it.
class LoaderBatches final : public TrainRequest::Epoch {
 public:
  explicit LoaderBatches(std::unique_ptr<data::LoaderEpoch> epoch) : epoch_(std::move(epoch)) {}

  int64_t size() const override { return epoch_->size(); }

  absl::StatusOr<bool> Next(Value* batch) override {
    FG_RETURN_IF_ERROR(status_);
    return epoch_->Next(batch);
  }
  int64_t PeekSignature() override { return status_.ok() ? epoch_->PeekSignature() : kUnknown; }
  absl::Status NextInto(absl::Span<std::byte* const> buffers,
                        absl::Span<const std::byte*> data) override {
    return epoch_->NextInto(buffers, data);
  }
  int64_t ExampleAt(int64_t column) const override { return epoch_->ObservationAt(column); }
  bool Restart() override {
    status_ = epoch_->Restart();
    return true;
  }

 private:
  const std::unique_ptr<data::LoaderEpoch> epoch_;
  absl::Status status_;  // of Restart; Next reports it
};

absl::StatusOr<std::shared_ptr<data::DataLoader>> MakeLoader(Visit& visit, Value data,
                                                             const BatchOptions& options,
                                                             int64_t examples,
                                                             const BatchOrder* order) {
  if (!options.shuffle || order != nullptr) {
    data::LoaderOptions made;
    made.batch_size = options.batch_size == 0 ? examples : options.batch_size;
    made.partial = options.partial;
    made.shuffle = options.shuffle;
    if (order != nullptr) made.seed = order->seed;
    FG_ASSIGN_OR_RETURN(auto loader, data::DataLoader::Create(std::move(data), made));
    if (order != nullptr) loader->set_epochs_started(order->epochs_started);
    return loader;
  }
  // The constructor that text calls draws the seed of the order from the session's random numbers.
  FG_ASSIGN_OR_RETURN(
      Value loader,
      CallBuiltin(
          visit, "Flux.DataLoader", {data},
          {{"batchsize", Value::Int(options.batch_size == 0 ? examples : options.batch_size)},
           {"shuffle", Value::Bool(true)},
           {"partial", Value::Bool(options.partial)}}));
  std::shared_ptr<data::DataLoader> made = lang::LoaderIn(loader);
  if (made == nullptr) return absl::InternalError("DataLoader is not a loader");
  return made;
}

}  // namespace

int64_t StepsPerEpoch(int64_t examples, const BatchOptions& options) {
  const int64_t size =
      options.batch_size == 0 ? std::max<int64_t>(examples, 1) : options.batch_size;
  return options.partial ? (examples + size - 1) / size : examples / size;
}

absl::StatusOr<Batches> CutBatches(Visit& visit, const Value& x, const Value& y,
                                   const BatchOptions& options, const BatchOrder* order) {
  Value all = y.is_nothing() ? Tuple::Of({x}) : Tuple::Of({x, y});
  FG_ASSIGN_OR_RETURN(const int64_t examples, data::CountObservations(all));
  if (examples == 0) return absl::InvalidArgumentError("there are no examples to train on");
  if (StepsPerEpoch(examples, options) == 0) {
    return absl::InvalidArgumentError(absl::StrCat("batch_size ", options.batch_size,
                                                   " is more than the ", examples,
                                                   " examples, and partial batches are left out"));
  }
  FG_ASSIGN_OR_RETURN(std::shared_ptr<data::DataLoader> loader,
                      MakeLoader(visit, std::move(all), options, examples, order));
  Batches batches;
  batches.loader = loader;
  batches.start_epoch = [loader]() -> absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>> {
    FG_ASSIGN_OR_RETURN(std::unique_ptr<data::LoaderEpoch> epoch, loader->StartEpoch());
    return std::make_unique<LoaderBatches>(std::move(epoch));
  };
  return batches;
}

}  // namespace fluxgate::session
