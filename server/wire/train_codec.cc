#include "server/wire/train_codec.h"

#include <limits>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "server/wire/constructor_codec.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"
#include "server/wire/request_checks.h"
#include "server/wire/tensor_codec.h"
#include "server/wire/text.h"
#include "server/wire/value_codec.h"

namespace fluxgate::wire {
namespace {

absl::Status CheckSteps(const session::TrainingSpec& spec, int64_t examples) {
  const int64_t per_epoch = session::StepsPerEpoch(examples, spec.batches);
  if (per_epoch * spec.epochs > std::numeric_limits<uint32_t>::max()) {
    return FieldError("epochs", absl::StrCat(per_epoch, " steps in each of ", spec.epochs,
                                             " epochs are more than 2^32"));
  }
  return absl::OkStatus();
}

int64_t NumExamples(const Value& x) {
  const auto* array = x.As<Array>();
  if (array == nullptr || array->shape().rank() == 0) return 0;
  return array->shape().dim(array->shape().rank() - 1);
}

}  // namespace

absl::StatusOr<Examples> DecodeExamples(session::Visit& visit, const v1::Tensor* x,
                                        const v1::Tensor* y, absl::string_view dataset,
                                        absl::string_view dataset_field) {
  Examples examples;
  if (x == nullptr) {
    if (y != nullptr) return FieldError("y", "y without x");
    absl::StatusOr<session::NamedValue> found = session::FindDataset(visit, dataset);
    if (!found.ok()) return AtField(found.status(), dataset_field);
    const auto* tuple = found->value.As<NamedTuple>();
    examples.x = *tuple->Find("x");
    if (const Value* targets = tuple->Find("y")) examples.y = *targets;
    return examples;
  }
  if (!dataset.empty()) {
    return FieldError(dataset_field, "both a dataset and x are given; give one");
  }
  FG_ASSIGN_OR_RETURN(examples.x, DecodeNumbers(visit, *x, "x"));
  if (y != nullptr) {
    FG_ASSIGN_OR_RETURN(examples.y, DecodeNumbers(visit, *y, "y"));
  }
  return examples;
}

absl::Status ChooseOptimiser(session::Visit& visit, session::ModelState& state,
                             const std::string& text, const v1::Optimiser* rule) {
  FG_RETURN_IF_ERROR(CheckSource(text, "optimiser"));
  Value value;
  if (rule != nullptr) {
    if (!text.empty()) return FieldError("rule", "both optimiser and rule are given; give one");
    FG_ASSIGN_OR_RETURN(value, DecodeOptimiser(visit, *rule, "rule"));
  }
  return AtField(session::ChooseOptimiser(visit, state, text, value),
                 rule != nullptr ? "rule" : "optimiser");
}

absl::StatusOr<session::TrainingSpec> DecodeTraining(session::Visit& visit,
                                                     const v1::TrainRequest& request) {
  FG_RETURN_IF_ERROR(CheckSource(request.loss(), "loss"));
  session::TrainingSpec spec;
  absl::StatusOr<session::NamedValue> model = session::FindModel(visit, request.model());
  if (!model.ok()) return AtField(model.status(), "model");
  spec.model = *std::move(model);
  FG_RETURN_IF_ERROR(session::CheckNotTraining(visit, spec.model.name));
  FG_ASSIGN_OR_RETURN(Examples data, DecodeExamples(visit, request.has_x() ? &request.x() : nullptr,
                                                    request.has_y() ? &request.y() : nullptr,
                                                    request.data(), "data"));
  spec.x = std::move(data.x);
  spec.y = std::move(data.y);
  if (NumExamples(spec.x) == 0) {
    return FieldError(request.has_x() ? "x" : "data", "there are no examples to train on");
  }
  if (!spec.y.is_nothing() && NumExamples(spec.y) != NumExamples(spec.x)) {
    return FieldError("y", absl::StrCat("has ", session::Counted(NumExamples(spec.y), "example"),
                                        ", but x has ", NumExamples(spec.x)));
  }
  spec.batches.batch_size = request.batch_size();
  spec.batches.shuffle = request.shuffle();
  spec.batches.partial = request.has_partial() ? request.partial() : true;
  spec.epochs = request.has_epochs() ? request.epochs() : 1;
  spec.every = request.every();
  spec.mark_every = request.mark_every();
  if (request.has_seed()) spec.seed = request.seed();
  FG_RETURN_IF_ERROR(CheckSteps(spec, NumExamples(spec.x)));
  if (!request.validation().empty()) {
    FG_ASSIGN_OR_RETURN(Examples validation, DecodeExamples(visit, nullptr, nullptr,
                                                            request.validation(), "validation"));
    spec.validation_x = std::move(validation.x);
    spec.validation_y = std::move(validation.y);
  }
  if (request.metrics_size() > kMaxMetrics) {
    return FieldError("metrics", absl::StrCat("more than ", kMaxMetrics, " metrics"));
  }
  for (int i = 0; i < request.metrics_size(); ++i) {
    const std::string field = absl::StrCat("metrics[", i, "]");
    FG_RETURN_IF_ERROR(CheckRequired(request.metrics(i), field));
    if (spec.y.is_nothing()) return FieldError(field, "a metric needs targets y");
    absl::StatusOr<session::Metric> metric = session::ResolveMetric(visit, request.metrics(i));
    if (!metric.ok()) return AtField(metric.status(), field);
    spec.metrics.push_back(*std::move(metric));
  }
  session::ModelState& kept = session::StateOf(visit, spec.model);
  session::ModelState state = kept;  // Kept when all went well.
  FG_RETURN_IF_ERROR(
      AtField(session::ChooseLoss(visit, state, request.loss(), !spec.y.is_nothing()), "loss"));
  FG_RETURN_IF_ERROR(ChooseOptimiser(visit, state, request.optimiser(),
                                     request.has_rule() ? &request.rule() : nullptr));
  // A loss that cannot be computed, because of shapes for example, is refused before it is a job.
  if (absl::Status status =
          session::EvaluateLoss(visit, state.loss, spec.model.value, spec.x, spec.y).status();
      !status.ok()) {
    return AtField(status, "loss");
  }
  kept = std::move(state);
  if (spec.mark_every > 0) spec.marks = session::MarksOf(visit, spec.model);
  return spec;
}

v1::TrainStarted EncodeStarted(session::Visit& visit, const session::TrainingSpec& spec) {
  v1::TrainStarted started;
  started.set_job(spec.job);
  started.set_model(spec.model.name);
  started.set_epochs(ToCount(spec.epochs));
  const int64_t examples = NumExamples(spec.x);
  started.set_steps(ToCount(session::StepsPerEpoch(examples, spec.batches) * spec.epochs));
  started.set_examples(ToCount(examples));
  if (const session::ModelState* state = visit.FindState(spec.model.name)) {
    started.set_loss(CleanText(state->loss_text, kMaxNameBytes * 8));
    started.set_optimiser(CleanText(visit.interpreter().Repr(state->rule), kMaxNameBytes * 8));
  }
  return started;
}

v1::TrainProgress Encode(const session::StepReport& progress) {
  v1::TrainProgress message;
  message.set_epoch(ToCount(progress.epoch));
  message.set_epochs(ToCount(progress.epochs));
  message.set_step(ToCount(progress.step));
  message.set_steps(ToCount(progress.steps));
  message.set_batch_loss(progress.loss);
  message.set_steps_per_second(progress.steps_per_second);
  if (progress.steps_per_second > 0 && progress.steps > progress.step) {
    message.set_seconds_left(static_cast<double>(progress.steps - progress.step) /
                             progress.steps_per_second);
  }
  if (progress.learning_rate.has_value()) message.set_learning_rate(*progress.learning_rate);
  return message;
}

v1::TrainMark Encode(const session::MarkInfo& mark) {
  v1::TrainMark message;
  message.set_step(ToCount(mark.step));
  message.set_epoch(ToCount(mark.epoch));
  message.set_batch_loss(mark.batch_loss);
  return message;
}

std::string EncodeMarks(const session::MarkList& marks, const std::string& job) {
  v1::Job described;
  for (const auto& mark : marks.Of(job)) *described.add_marks() = Encode(mark);
  return described.SerializeAsString();
}

v1::TrainEpoch Encode(const session::EpochReport& report) {
  v1::TrainEpoch message;
  message.set_epoch(ToCount(report.epoch));
  message.set_epochs(ToCount(report.epochs));
  message.set_step(ToCount(report.step));
  message.set_mean_batch_loss(report.mean_batch_loss);
  if (report.learning_rate.has_value()) message.set_learning_rate(*report.learning_rate);
  if (report.validation_loss.has_value()) message.set_validation_loss(*report.validation_loss);
  for (const auto& [name, value] : report.metrics) (*message.mutable_metrics())[name] = value;
  return message;
}

v1::TrainDone Encode(const session::TrainingReport& report, bool shutting_down) {
  v1::TrainDone message;
  message.set_stopped_because(report.status.ok() ? v1::TrainDone::EPOCHS_DONE
                              : absl::IsCancelled(report.status) && shutting_down
                                  ? v1::TrainDone::SHUTDOWN
                              : absl::IsCancelled(report.status)        ? v1::TrainDone::CANCELLED
                              : absl::IsDeadlineExceeded(report.status) ? v1::TrainDone::DEADLINE
                                                                        : v1::TrainDone::ERROR);
  if (message.stopped_because() == v1::TrainDone::ERROR) {
    *message.mutable_error() = ToRpcStatus(report.status);
  }
  if (report.loss.has_value()) message.set_loss(*report.loss);
  if (report.validation_loss.has_value()) message.set_validation_loss(*report.validation_loss);
  for (const auto& [name, value] : report.metrics) (*message.mutable_metrics())[name] = value;
  message.set_steps(ToCount(report.steps));
  message.set_epochs(ToCount(report.epochs));
  message.set_seconds(report.seconds);
  for (const session::ParameterChange& change : report.parameters) {
    v1::ParameterChange* parameter = message.add_parameters();
    parameter->set_path(change.path);
    EncodeTensor(change.before, 0, parameter->mutable_before());
    if (change.gradient.has_value()) {
      EncodeTensor(*change.gradient, 0, parameter->mutable_gradient());
    }
    EncodeTensor(change.after, 0, parameter->mutable_after());
  }
  return message;
}

v1::WatchJobResponse DecodeEvent(const jobs::Job::Event& event) {
  v1::WatchJobResponse message;
  message.ParseFromString(event.payload);
  const auto number = ToCount(static_cast<int64_t>(event.number));
  if (message.has_train()) message.mutable_train()->set_event(number);
  if (message.has_evaluate()) message.mutable_evaluate()->set_event(number);
  return message;
}

}  // namespace fluxgate::wire
