#ifndef FLUXGATE_SERVER_SESSION_TRAINING_H_
#define FLUXGATE_SERVER_SESSION_TRAINING_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/lang/host.h"
#include "engine/value/value.h"
#include "server/session/batches.h"
#include "server/session/derivatives.h"
#include "server/session/marks.h"
#include "server/session/session.h"
#include "server/session/workspace.h"

namespace fluxgate::session {

// A loss as typed training calls it, with (model, x, y) or, without targets, (model, x).
struct Loss {
  std::string text;
  Value function;
  bool of_prediction = false;  // the text names a function of (ŷ, y)
};
// The loss that a client names: a workspace function takes the model first, a built-in one what the
// model gives. A workspace name wins.
absl::StatusOr<Loss> ResolveLoss(Visit& visit, absl::string_view text, bool has_targets);

// What `x` and `y` give in test mode.
absl::StatusOr<double> EvaluateLoss(Visit& visit, const Value& loss, const Value& model,
                                    const Value& x, const Value& y);

struct Metric {
  std::string name;
  Value function;  // called with (model, x, y)
};
absl::StatusOr<Metric> ResolveMetric(Visit& visit, const std::string& name);

// The state of a model's training, begun anew when the name now means another model.
ModelState& StateOf(Visit& visit, const NamedValue& model);
// Takes another loss or optimiser: from the text (or the rule) when given, else the remembered one,
// else the default. An optimiser that is given starts afresh unless it has the same text.
absl::Status ChooseLoss(Visit& visit, ModelState& state, absl::string_view text, bool has_targets);
absl::Status ChooseOptimiser(Visit& visit, ModelState& state, absl::string_view text,
                             const Value& rule);

struct TrainingSpec {
  NamedValue model;
  Value x, y;  // y may be nothing
  BatchOptions batches;
  int64_t epochs = 1;
  absl::optional<uint64_t> seed;
  Value validation_x, validation_y;  // nothing without validation data
  std::vector<Metric> metrics;
  int64_t mark_every = 0;        // epochs between marks
  std::shared_ptr<Marks> marks;  // where they are kept; null: none are
  int64_t every = 0;  // steps between progress events; 0: about ten in all, and two a second
  std::string job;
};

struct StepReport : TrainProgress {
  absl::optional<double> learning_rate;  // for the next step
};

struct EpochReport {
  int64_t epoch = 0, epochs = 0, step = 0;
  double mean_batch_loss = 0;
  absl::optional<double> learning_rate;  // for the next step
  absl::optional<double> validation_loss;
  std::vector<std::pair<std::string, double>> metrics;
};

struct ParameterChange {
  std::string path;
  Tensor before, after;
  absl::optional<Tensor> gradient;
};

struct TrainingReport {
  absl::Status status;  // OK, or why it stopped early
  int64_t steps = 0, epochs = 0;
  double seconds = 0;
  absl::optional<double> loss, validation_loss;
  std::vector<std::pair<std::string, double>> metrics;
  std::vector<ParameterChange> parameters;  // of a small model
};

struct TrainingEvents {
  std::function<void(const StepReport&)> progress;
  std::function<void(const EpochReport&)> epoch;
};

// Trains with the loss and optimiser of the model's state. Whatever happens, the parameters are
// those of a whole step, and the report says how far it came.
TrainingReport RunTraining(Visit& visit, const TrainingSpec& spec, const TrainingEvents& events);

// ---- The loop that the client drives ----
struct BatchGradient {
  double loss = 0;
  int64_t batches = 0;
  Value gradient;  // of this batch
};
absl::StatusOr<BatchGradient> ForwardBackward(Visit& visit, const NamedValue& model,
                                              ModelState& state, const Value& x, const Value& y,
                                              bool reset);
// One update by the collected gradients.
absl::Status OptimStep(Visit& visit, const NamedValue& model, ModelState& state);

// ---- Going back ----
// Where the marks of a model are kept, made when it is first asked for.
std::shared_ptr<Marks> MarksOf(Visit& visit, const NamedValue& model);
// The model, its optimiser's state and the session's random keys become what they were at the mark,
// and the next training goes on from there. An error changes nothing.
absl::Status Rewind(Visit& visit, const NamedValue& model, ModelState& state, const Mark& mark);

// Parameters of models that answers show one by one.
inline constexpr int64_t kShownParameters = 64;
// The parameters with their numbers, when they are few; else none.
absl::StatusOr<NamedTensors> SmallParameters(const Value& model);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_TRAINING_H_
