#include "server/session/training.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/flatten.h"
#include "server/session/marks.h"

namespace fluxgate::session {
namespace {

// Steps of a training whose every step is looked at, so that its ten progress events come at even
// distances although it is over in a moment.
constexpr int64_t kFewSteps = 1000;
constexpr int64_t kProgressEvents = 10;
// The longest time without a progress event, unless the caller chose their distance.
constexpr auto kSilence = std::chrono::milliseconds(500);

absl::Status CheckUnlocked(const std::vector<Leaf>& parameters) {
  for (const Leaf& leaf : parameters) {
    const auto* array = leaf.value.As<Array>();
    if (array == nullptr || array->storage()->locked_by().empty()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("job ", array->storage()->locked_by(), " trains the parameter ", leaf.path));
  }
  return absl::OkStatus();
}

// The optimiser's leaf of each parameter, in the same order.
absl::StatusOr<std::vector<Value>> LeavesOf(const ModelState& state,
                                            const std::vector<Leaf>& parameters) {
  std::vector<Value> leaves;
  for (const Leaf& parameter : parameters) {
    FG_ASSIGN_OR_RETURN(Value leaf, AtPath(state.optimiser, parameter.path));
    leaves.push_back(std::move(leaf));
  }
  return leaves;
}

class Training {
 public:
  Training(Visit& visit, const TrainingSpec& spec, const TrainingEvents& events)
      : visit_(visit),
        spec_(spec),
        events_(events),
        state_(StateOf(visit, spec.model)),
        wants_epochs_(!spec.metrics.empty() || !spec.validation_x.is_nothing()) {}

  TrainingReport Run() {
    // Another job may have begun since the request was accepted.
    report_.status = CheckNotTraining(visit_, spec_.model.name);
    if (!report_.status.ok()) return std::move(report_);
    state_.job = spec_.job;
    report_.status = Prepare();
    if (report_.status.ok() && spec_.epochs > 0) report_.status = Train();
    state_.job.clear();
    Conclude();
    return std::move(report_);
  }

 private:
  absl::Status Prepare() {
    FG_ASSIGN_OR_RETURN(parameters_, Trainables(spec_.model.value));
    if (parameters_.empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("\"", spec_.model.name, "\" has no trainable parameters"));
    }
    FG_RETURN_IF_ERROR(CheckUnlocked(parameters_));
    FG_RETURN_IF_ERROR(RememberBefore());
    if (state_.optimiser.is_nothing()) {
      FG_ASSIGN_OR_RETURN(state_.optimiser, optim::Setup(state_.rule, spec_.model.value));
    }
    const absl::optional<TrainingPosition> resume = std::exchange(state_.resume, absl::nullopt);
    const bool goes_on = resume.has_value() && !spec_.seed.has_value();
    if (spec_.seed.has_value()) visit_.host().Seed(*spec_.seed);
    const bool same_order = goes_on && resume->order.shuffle == spec_.batches.shuffle;
    FG_ASSIGN_OR_RETURN(batches_, CutBatches(visit_, spec_.x, spec_.y, spec_.batches,
                                             same_order ? &resume->order : nullptr));
    // Whatever was drawn since the mark, the steps draw what they drew the first time.
    if (goes_on) visit_.host().keys() = resume->keys;
    return absl::OkStatus();
  }

  absl::Status RememberBefore() {
    FG_ASSIGN_OR_RETURN(NamedTensors before, SmallParameters(spec_.model.value));
    if (before.empty()) return absl::OkStatus();
    FG_ASSIGN_OR_RETURN(Value bind,
                        Helper(visit_, spec_.y.is_nothing() ? "(f, x) -> m -> f(m, x)"
                                                            : "(f, x, y) -> m -> f(m, x, y)"));
    std::vector<Value> bound = {state_.loss, spec_.x};
    if (!spec_.y.is_nothing()) bound.push_back(spec_.y);
    FG_ASSIGN_OR_RETURN(Value of_model, visit_.interpreter().Call(bind, bound));
    FG_ASSIGN_OR_RETURN(Derivatives derivatives,
                        DerivativesAt(visit_, of_model, {spec_.model.value}, 1));
    FG_ASSIGN_OR_RETURN(NamedTensors gradients,
                        GradientTensors(spec_.model.value, derivatives.arguments[0]));
    for (auto& [path, tensor] : before) {
      ParameterChange change{path, tensor, tensor, absl::nullopt};
      for (auto& [other, gradient] : gradients) {
        if (other == path) change.gradient = gradient;
      }
      report_.parameters.push_back(std::move(change));
    }
    return absl::OkStatus();
  }

  absl::Status Train() {
    FG_ASSIGN_OR_RETURN(leaves_, LeavesOf(state_, parameters_));
    state_.run = {spec_.x.object(),     spec_.y.object(),         !spec_.y.is_nothing(),
                  spec_.epochs,         spec_.batches.batch_size, spec_.batches.shuffle,
                  spec_.batches.partial};
    const int64_t per_epoch = StepsPerEpoch(NumExamplesOf(spec_.x), spec_.batches);
    total_steps_ = per_epoch * spec_.epochs;
    every_ = spec_.every > 0 ? spec_.every : std::max<int64_t>(1, total_steps_ / kProgressEvents);

    TrainRequest request;
    request.stage = [this](const Value& batch) {
      return visit_.interpreter().StageLoss(state_.loss, {spec_.model.value}, batch);
    };
    request.start_epoch = batches_.start_epoch;
    request.epochs = spec_.epochs;
    for (const Leaf& leaf : parameters_) request.parameters.push_back(leaf.value);
    request.leaves = leaves_;
    request.on_step = [this](const TrainProgress& progress) { return OnStep(progress); };
    request.every_step = spec_.every > 0 || total_steps_ <= kFewSteps;
    request.explain = [this](const FailedStep& step) {
      return WithoutOwnText(visit_.interpreter().ExplainNotFinite(step));
    };
    const auto begin = std::chrono::steady_clock::now();
    absl::StatusOr<TrainSummary> summary = visit_.host().Train(request);
    report_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (summary.ok()) {
      report_.steps = summary->steps;
      report_.epochs = spec_.epochs;
    }
    state_.step += report_.steps;
    return summary.status();
  }

  static int64_t NumExamplesOf(const Value& x) {
    const Shape& shape = x.As<Array>()->shape();
    return shape.rank() == 0 ? 1 : shape.dim(shape.rank() - 1);
  }

  absl::StatusOr<bool> OnStep(const TrainProgress& progress) {
    report_.steps = progress.step;
    const auto now = std::chrono::steady_clock::now();
    if (progress.step >= next_progress_ || (spec_.every == 0 && now - last_event_ >= kSilence)) {
      last_event_ = now;
      next_progress_ = (progress.step / every_ + 1) * every_;
      StepReport event{progress, LearningRate()};
      event.steps = total_steps_;
      events_.progress(event);
    }
    if (!progress.epoch_end) return true;
    report_.epochs = progress.epoch;
    if (spec_.marks != nullptr && progress.epoch % spec_.mark_every == 0) {
      FG_RETURN_IF_ERROR(KeepMark(progress));
    }
    if (wants_epochs_) {
      EpochReport epoch;
      epoch.epoch = progress.epoch;
      epoch.epochs = spec_.epochs;
      epoch.step = progress.step;
      epoch.mean_batch_loss = progress.mean_loss;
      epoch.learning_rate = LearningRate();
      FG_RETURN_IF_ERROR(Measure(&epoch.validation_loss, &epoch.metrics));
      events_.epoch(epoch);
      report_.validation_loss = epoch.validation_loss;
      report_.metrics = epoch.metrics;
    }
    return true;
  }

  absl::Status KeepMark(const TrainProgress& progress) {
    Mark mark;
    mark.job = spec_.job;
    mark.step = progress.step;
    mark.epoch = progress.epoch;
    mark.batch_loss = progress.loss;
    mark.model_step = state_.step + progress.step;
    mark.rule = state_.rule;
    mark.optimiser_text = state_.optimiser_text;
    mark.position.keys = visit_.host().keys();
    mark.position.order = {spec_.batches.shuffle, batches_.loader->options().seed,
                           batches_.loader->epochs_started()};
    FG_RETURN_IF_ERROR(TakeDown(spec_.model.value, state_.optimiser, mark));
    spec_.marks->Keep(std::move(mark));
    return absl::OkStatus();
  }

  absl::optional<double> LearningRate() const {
    for (const Value& leaf : leaves_) {
      if (const absl::optional<double> rate = optim::LearningRate(leaf)) return rate;
    }
    return absl::nullopt;
  }

  // Validation loss and metrics with the parameters as they are.
  absl::Status Measure(absl::optional<double>* validation_loss,
                       std::vector<std::pair<std::string, double>>* metrics) {
    const bool validates = !spec_.validation_x.is_nothing();
    const Value& x = validates ? spec_.validation_x : spec_.x;
    const Value& y = validates ? spec_.validation_y : spec_.y;
    if (validates) {
      FG_ASSIGN_OR_RETURN(*validation_loss,
                          EvaluateLoss(visit_, state_.loss, spec_.model.value, x, y));
    }
    for (const Metric& metric : spec_.metrics) {
      FG_ASSIGN_OR_RETURN(double value,
                          EvaluateLoss(visit_, metric.function, spec_.model.value, x, y));
      metrics->emplace_back(metric.name, value);
    }
    return absl::OkStatus();
  }

  // What the training led to, as far as that can still be found out.
  void Conclude() {
    absl::StatusOr<double> loss =
        EvaluateLoss(visit_, state_.loss, spec_.model.value, spec_.x, spec_.y);
    if (loss.ok()) report_.loss = *loss;
    if (wants_epochs_ && report_.epochs == 0 && report_.status.ok()) {
      report_.status = Measure(&report_.validation_loss, &report_.metrics);
    }
    absl::StatusOr<NamedTensors> after = SmallParameters(spec_.model.value);
    if (!after.ok()) return;
    for (ParameterChange& change : report_.parameters) {
      for (auto& [path, tensor] : *after) {
        if (path == change.path) change.after = tensor;
      }
    }
  }

  Visit& visit_;
  const TrainingSpec& spec_;
  const TrainingEvents& events_;
  ModelState& state_;
  const bool wants_epochs_;
  std::vector<Leaf> parameters_;
  Batches batches_;
  std::vector<Value> leaves_;  // of the optimiser's state, one per parameter
  TrainingReport report_;
  int64_t total_steps_ = 0, every_ = 1, next_progress_ = 1;
  std::chrono::steady_clock::time_point last_event_ = std::chrono::steady_clock::now();
};

}  // namespace

TrainingReport RunTraining(Visit& visit, const TrainingSpec& spec, const TrainingEvents& events) {
  return Training(visit, spec, events).Run();
}

}  // namespace fluxgate::session
