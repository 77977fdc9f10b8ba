#include "engine/lang/training/training_plan.h"

#include <utility>

#include "engine/base/status_macros.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/training/not_finite.h"
#include "engine/lang/training/stage.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

class LoaderIterator : public Iterator {
 public:
  explicit LoaderIterator(std::unique_ptr<data::LoaderEpoch> epoch) : epoch_(std::move(epoch)) {}
  absl::StatusOr<bool> Next(Value* element) override { return epoch_->Next(element); }
  int64_t size() const override { return epoch_->size(); }

 private:
  const std::unique_ptr<data::LoaderEpoch> epoch_;
};

Value AsBatch(Value element) {
  return element.is(Kind::kTuple) ? element : Tuple::Of({std::move(element)});
}

class LoaderBatches : public TrainRequest::Epoch {
 public:
  explicit LoaderBatches(std::unique_ptr<data::LoaderEpoch> epoch) : epoch_(std::move(epoch)) {}
  int64_t size() const override { return epoch_->size(); }
  absl::StatusOr<bool> Next(Value* batch) override {
    FG_ASSIGN_OR_RETURN(const bool more, epoch_->Next(batch));
    if (more) *batch = AsBatch(std::move(*batch));
    return more;
  }
  int64_t PeekSignature() override { return epoch_->PeekSignature(); }
  absl::Status NextInto(absl::Span<std::byte* const> buffers,
                        absl::Span<const std::byte*> data) override {
    return epoch_->NextInto(buffers, data);
  }
  int64_t ExampleAt(int64_t column) const override { return epoch_->ObservationAt(column); }
  bool Restart() override { return epoch_->Restart().ok(); }

 private:
  const std::unique_ptr<data::LoaderEpoch> epoch_;
};

class IterableBatches : public TrainRequest::Epoch {
 public:
  explicit IterableBatches(std::unique_ptr<Iterator> iterator) : iterator_(std::move(iterator)) {}
  int64_t size() const override { return iterator_->size(); }
  absl::StatusOr<bool> Next(Value* batch) override {
    Value element;
    FG_ASSIGN_OR_RETURN(const bool more, iterator_->Next(&element));
    if (more) *batch = AsBatch(std::move(element));
    return more;
  }

 private:
  const std::unique_ptr<Iterator> iterator_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Iterator>> LoaderObject::Begin(Evaluator&) const {
  FG_ASSIGN_OR_RETURN(auto epoch, loader->StartEpoch());
  return std::unique_ptr<Iterator>(std::make_unique<LoaderIterator>(std::move(epoch)));
}

absl::optional<Value> LoaderObject::GetField(absl::string_view name) const {
  const data::LoaderOptions& options = loader->options();
  if (name == "data") return loader->data();
  if (name == "batchsize") return Value::Int(options.batch_size);
  if (name == "shuffle") return Value::Bool(options.shuffle);
  if (name == "partial") return Value::Bool(options.partial);
  return absl::nullopt;
}

std::function<absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>>()> EpochsOf(Machine& machine,
                                                                               const Value& data) {
  using EpochPtr = std::unique_ptr<TrainRequest::Epoch>;
  if (const auto object = data.ShareClass<LoaderObject>()) {
    return [loader = object->loader]() -> absl::StatusOr<EpochPtr> {
      FG_ASSIGN_OR_RETURN(auto epoch, loader->StartEpoch());
      return EpochPtr(std::make_unique<LoaderBatches>(std::move(epoch)));
    };
  }
  return [&machine, data]() -> absl::StatusOr<EpochPtr> {
    FG_ASSIGN_OR_RETURN(auto iterator, Iterate(machine, data));
    return EpochPtr(std::make_unique<IterableBatches>(std::move(iterator)));
  };
}

absl::StatusOr<TrainSummary> RunTraining(Machine& machine, TrainingPlan plan) {
  if (machine.ops().tracing()) {
    return JuliaError("ErrorException", "train! cannot run inside a gradient");
  }
  TrainRequest request;
  request.stage = [&machine, &plan](const Value& batch) {
    return StageLoss(machine, plan.loss, plan.leading, batch);
  };
  request.start_epoch = EpochsOf(machine, plan.data);
  request.epochs = plan.epochs;
  request.parameters = plan.parameters;
  request.leaves = plan.leaves;
  request.on_step = std::move(plan.on_step);
  request.explain = [&machine](const FailedStep& step) { return ExplainNotFinite(machine, step); };
  return machine.host().Train(request);
}

}  // namespace fluxgate::lang
