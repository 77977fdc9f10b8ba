#ifndef FLUXGATE_ENGINE_LANG_TRAINING_TRAINING_PLAN_H_
#define FLUXGATE_ENGINE_LANG_TRAINING_TRAINING_PLAN_H_

#include <functional>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/data/loader.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/function.h"
#include "engine/lang/host.h"

namespace fluxgate::lang {

// A DataLoader as text sees it: iterable, with a length and properties.
class LoaderObject final : public Iterable, public HasFields {
 public:
  explicit LoaderObject(std::shared_ptr<data::DataLoader> l) : loader(std::move(l)) {}
  absl::StatusOr<std::unique_ptr<Iterator>> Begin(Evaluator& eval) const override;
  int64_t size() const override { return loader->size(); }
  std::string Show() const override { return loader->Repr(); }
  std::string Display() const override { return loader->Show(); }
  std::string TypeName() const override { return "DataLoader"; }
  absl::optional<Value> GetField(absl::string_view name) const override;
  const std::shared_ptr<data::DataLoader> loader;
};

// The batches of `data`, anew for each epoch: a loader's, or the elements of an iterable; what is
// no tuple becomes the one argument of the loss.
std::function<absl::StatusOr<std::unique_ptr<TrainRequest::Epoch>>()> EpochsOf(Machine& machine,
                                                                               const Value& data);

// What train! and the programmatic Train share: stages the loss, with `leading` before the batch's
// own arguments, and lets the host train.
struct TrainingPlan {
  Value loss;
  std::vector<Value> leading;
  Value data;
  std::vector<Value> parameters, leaves;
  int64_t epochs = 1;
  std::function<absl::StatusOr<bool>(const TrainProgress&)> on_step;
};
absl::StatusOr<TrainSummary> RunTraining(Machine& machine, TrainingPlan plan);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_TRAINING_TRAINING_PLAN_H_
