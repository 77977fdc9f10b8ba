// Losses, optimisers and single steps: what both loops, the server's and the client's, stand on.

#include <cmath>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/function.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/workspace_copy.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"
#include "server/session/training.h"

namespace fluxgate::session {
namespace {

// A function that text made; the others are built in.
bool IsMadeByText(const Value& function) {
  return function.AsClass<lang::GenericFunction>() != nullptr ||
         function.AsClass<Struct>() != nullptr;
}

// How many arguments a function made by text takes in any of its methods.
bool TakesArguments(const Value& function, int count) {
  const auto* generic = function.AsClass<lang::GenericFunction>();
  if (generic == nullptr) return false;
  for (const lang::Method& method : generic->methods()) {
    if (method.arity == count || (method.has_vararg && method.arity <= count)) return true;
  }
  return false;
}

// (m, x, y) -> f(m(x), y).
absl::StatusOr<Value> OfPrediction(Visit& visit, const Value& f) {
  FG_ASSIGN_OR_RETURN(Value bind, Helper(visit, "f -> (m, x, y) -> f(m(x), y)"));
  return visit.interpreter().Call(bind, {f});
}

}  // namespace

absl::StatusOr<Loss> ResolveLoss(Visit& visit, absl::string_view text, bool has_targets) {
  FG_ASSIGN_OR_RETURN(Value function, FunctionOf(visit, text, "loss", Sort::kLoss));
  Loss loss{std::string(absl::StripAsciiWhitespace(text)), function};
  if (IsMadeByText(function)) return loss;
  if (!function.is(Kind::kFunction)) {
    return absl::InvalidArgumentError(absl::StrCat(
        "a loss is a function, not ", WithArticle(visit.interpreter().TypeName(function))));
  }
  if (!has_targets) {
    return absl::InvalidArgumentError(
        absl::StrCat("the built-in loss ", loss.text, " needs targets y"));
  }
  FG_ASSIGN_OR_RETURN(loss.function, OfPrediction(visit, function));
  loss.of_prediction = true;
  return loss;
}

absl::StatusOr<Metric> ResolveMetric(Visit& visit, const std::string& name) {
  if (name == "accuracy" && visit.interpreter().Find(name) == nullptr) {
    FG_ASSIGN_OR_RETURN(
        Value accuracy,
        Helper(visit, "(m, x, y) -> sum(Flux.onecold(m(x)) .== Flux.onecold(y)) / size(y)[end]"));
    return Metric{name, std::move(accuracy)};
  }
  FG_ASSIGN_OR_RETURN(Value function, FunctionOf(visit, name, "metric", Sort::kMetric));
  if (IsMadeByText(function) && TakesArguments(function, 3)) return Metric{name, function};
  FG_ASSIGN_OR_RETURN(Value metric, OfPrediction(visit, function));
  return Metric{name, std::move(metric)};
}

absl::StatusOr<double> EvaluateLoss(Visit& visit, const Value& loss, const Value& model,
                                    const Value& x, const Value& y) {
  std::vector<Value> arguments = {model, x};
  if (!y.is_nothing()) arguments.push_back(y);
  FG_ASSIGN_OR_RETURN(Value value, visit.interpreter().Call(loss, arguments));
  if (!value.is_number()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a loss or metric gives one number, not ",
                     WithArticle(visit.interpreter().TypeName(value))));
  }
  return value.scalar().AsDouble();
}

ModelState& StateOf(Visit& visit, const NamedValue& model) {
  ModelState& state = visit.StateOf(model.name);
  if (!state.model.IdenticalTo(model.value)) {
    state = ModelState();
    state.model = model.value;
  }
  return state;
}

absl::Status ChooseLoss(Visit& visit, ModelState& state, absl::string_view text, bool has_targets) {
  if (text.empty() && !state.loss.is_nothing()) return absl::OkStatus();
  FG_ASSIGN_OR_RETURN(Loss loss, ResolveLoss(visit, text.empty() ? "mse" : text, has_targets));
  state.loss_text = std::move(loss.text);
  state.loss = std::move(loss.function);
  state.loss_of_prediction = loss.of_prediction;
  return absl::OkStatus();
}

absl::Status ChooseOptimiser(Visit& visit, ModelState& state, absl::string_view text,
                             const Value& rule) {
  if (text.empty() && rule.is_nothing() && !state.rule.is_nothing()) return absl::OkStatus();
  Value chosen = rule;
  if (chosen.is_nothing()) {
    absl::StatusOr<Value> made =
        ValueOf(visit, text.empty() ? "Flux.Descent()" : text, "optimiser");
    if (!made.ok()) {
      const absl::optional<SourceDiagnostic> diagnostic = GetDiagnostic(made.status());
      if (!diagnostic.has_value() || diagnostic->kind != "UndefVarError") return made.status();
      return Hinted(made.status(), absl::StrCat("; rules are ", BuiltInNames(Sort::kOptimiser)));
    }
    chosen = *std::move(made);
  }
  if (!optim::IsRule(chosen)) {
    return absl::InvalidArgumentError(
        absl::StrCat("an optimiser's rule is expected, such as Adam(0.001), not ",
                     WithArticle(visit.interpreter().TypeName(chosen)), "; rules are ",
                     BuiltInNames(Sort::kOptimiser)));
  }
  const std::string shown = visit.interpreter().Repr(chosen);
  if (shown == state.optimiser_text) return absl::OkStatus();
  state.optimiser_text = shown;
  state.rule = std::move(chosen);
  state.optimiser = Value();
  state.step = 0;
  return absl::OkStatus();
}

namespace {

// Why the loss of a batch is no finite number. `keys` are those before it was computed.
absl::Status ExplainNotFinite(Visit& visit, const Value& model, const ModelState& state,
                              const Value& x, const Value& y, const KeySequence& keys,
                              double loss) {
  visit.host().keys() = keys;
  const Value batch = Tuple::Of(y.is_nothing() ? std::vector<Value>{x} : std::vector<Value>{x, y});
  FG_ASSIGN_OR_RETURN(StagedLoss staged, visit.interpreter().StageLoss(state.loss, {model}, batch));
  FG_ASSIGN_OR_RETURN(std::vector<Tensor> inputs, staged.trace->InputValues());
  FailedStep step{staged, std::move(inputs)};
  step.loss = loss;
  return WithoutOwnText(visit.interpreter().ExplainNotFinite(step));
}

}  // namespace

absl::StatusOr<BatchGradient> ForwardBackward(Visit& visit, const NamedValue& model,
                                              ModelState& state, const Value& x, const Value& y,
                                              bool reset) {
  FG_ASSIGN_OR_RETURN(Value bind, Helper(visit, y.is_nothing() ? "(f, x) -> m -> f(m, x)"
                                                               : "(f, x, y) -> m -> f(m, x, y)"));
  std::vector<Value> bound = {state.loss, x};
  if (!y.is_nothing()) bound.push_back(y);
  FG_ASSIGN_OR_RETURN(Value of_model, visit.interpreter().Call(bind, bound));
  const KeySequence keys = visit.host().keys();
  FG_ASSIGN_OR_RETURN(Derivatives derivatives, DerivativesAt(visit, of_model, {model.value}, 1));
  if (!derivatives.value.is_number()) {
    return absl::InvalidArgumentError("a loss gives one number");
  }
  BatchGradient result;
  result.loss = derivatives.value.scalar().AsDouble();
  if (!std::isfinite(result.loss)) {
    return ExplainNotFinite(visit, model.value, state, x, y, keys, result.loss);
  }
  result.gradient = derivatives.arguments[0];
  if (reset || state.batches == 0) {
    state.gradient = result.gradient;
    state.batches = 0;
  } else {
    // What a batch does not reach has `nothing` for a gradient.
    FG_ASSIGN_OR_RETURN(
        state.gradient,
        MapLeaves(state.gradient,
                  [&](const std::string& path, const Value& sum) -> absl::StatusOr<Value> {
                    absl::StatusOr<Value> term = AtPath(result.gradient, path);
                    if (!term.ok() || term->is_nothing()) return sum;
                    if (sum.is_nothing()) return *term;
                    return CallBuiltin(visit, "+", {sum, *term});
                  }));
  }
  result.batches = ++state.batches;
  return result;
}

absl::Status OptimStep(Visit& visit, const NamedValue& model, ModelState& state) {
  if (state.batches == 0) {
    return absl::FailedPreconditionError(
        absl::StrCat("no gradients of \"", model.name,
                     "\" were collected since its last update; call ForwardBackward first"));
  }
  if (state.optimiser.is_nothing()) {
    FG_ASSIGN_OR_RETURN(state.optimiser, optim::Setup(state.rule, model.value));
  }
  FG_RETURN_IF_ERROR(
      CallBuiltin(visit, "Flux.update!", {state.optimiser, model.value, state.gradient}).status());
  state.gradient = Value();
  state.batches = 0;
  ++state.step;
  return absl::OkStatus();
}

std::shared_ptr<Marks> MarksOf(Visit& visit, const NamedValue& model) {
  ModelState& state = StateOf(visit, model);
  if (state.marks == nullptr) {
    state.marks = std::make_shared<Marks>(visit.budget()->limit() / kMarksShareOfMemory);
  }
  return state.marks;
}

absl::Status Rewind(Visit& visit, const NamedValue& model, ModelState& state, const Mark& mark) {
  // The mark keeps its own, to be gone back to again.
  FG_ASSIGN_OR_RETURN(Value optimiser, lang::CopyOf(mark.optimiser));
  FG_RETURN_IF_ERROR(WriteBack(mark, model.value));
  state.rule = mark.rule;
  state.optimiser_text = mark.optimiser_text;
  state.optimiser = std::move(optimiser);
  state.step = mark.model_step;
  state.gradient = Value();
  state.batches = 0;
  state.resume = mark.position;
  visit.host().keys() = mark.position.keys;
  return absl::OkStatus();
}

absl::StatusOr<NamedTensors> SmallParameters(const Value& model) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(model));
  int64_t count = 0;
  for (const Leaf& leaf : leaves) {
    const auto* array = leaf.value.As<Array>();
    count += array == nullptr ? 1 : array->shape().num_elements();
  }
  NamedTensors tensors;
  if (count > kShownParameters) return tensors;
  for (const Leaf& leaf : leaves) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(leaf.value));
    tensors.emplace_back(leaf.path, std::move(tensor));
  }
  return tensors;
}

}  // namespace fluxgate::session
