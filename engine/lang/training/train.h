#ifndef FLUXGATE_ENGINE_LANG_TRAINING_TRAIN_H_
#define FLUXGATE_ENGINE_LANG_TRAINING_TRAIN_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/data/loader.h"
#include "engine/lang/host.h"
#include "engine/lang/interpreter.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// How a loss takes its arguments: a workspace function gets (model, x, y), a built-in one (ŷ, y).
enum class LossForm { kModelAndData, kPredictionAndTarget };

struct TrainArguments {
  Value loss;
  LossForm form = LossForm::kModelAndData;
  Value model;
  // The tree of leaves of optim::Setup; its leaves are changed in place.
  Value optimiser_state;
  // The data: a tuple of arrays (x, y), a loader, or any iterable of batches.
  Value data;
  // How arrays are cut into batches; absent: one batch of the whole data.
  absl::optional<data::LoaderOptions> batches;
  int64_t epochs = 1;
  // May be null.
  std::function<absl::StatusOr<bool>(const TrainProgress&)> on_step;
};

// Trains the model in place.
absl::StatusOr<TrainSummary> Train(Interpreter& interpreter, const TrainArguments& arguments,
                                   const Limits& limits = {});

// The loader inside a value that DataLoader(...) made; null for another value.
std::shared_ptr<data::DataLoader> LoaderIn(const Value& value);

struct ParameterGradient {
  std::string path;
  Value parameter;
  Value gradient;  // an array; nothing when the loss does not depend on it
};
struct LossAndGradients {
  double loss = 0;
  Value value;  // the loss as it is
  std::vector<ParameterGradient> gradients;
};
// The loss of one batch (a tuple of its arguments, as of TrainArguments::data) and its gradient
// with respect to every trainable array of the model, in train mode. Changes nothing.
absl::StatusOr<LossAndGradients> ForwardBackward(Interpreter& interpreter, const Value& loss,
                                                 LossForm form, const Value& model,
                                                 const Value& batch, const Limits& limits = {});
// The loss of one batch in test mode.
absl::StatusOr<Value> EvaluateLoss(Interpreter& interpreter, const Value& loss, LossForm form,
                                   const Value& model, const Value& batch,
                                   const Limits& limits = {});
// One update of the model and the state, in place. Gradients are given by parameter, in any order;
// a parameter without one is left alone. INVALID_ARGUMENT names a gradient of the wrong shape.
absl::Status ApplyGradients(Interpreter& interpreter, const Value& model,
                            const Value& optimiser_state,
                            absl::Span<const ParameterGradient> gradients);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_TRAINING_TRAIN_H_
