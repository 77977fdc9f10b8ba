#include "engine/lang/training/train.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/function.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/training/stage.h"
#include "engine/lang/training/training_plan.h"
#include "engine/optim/update.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

namespace fluxgate::lang {
namespace {

// loss(ŷ, y) as a function of (model, x, y).
Value WithModel(const Value& loss) {
  return MakeNative(
      "loss", 2, -1,
      [loss](Evaluator& eval, absl::Span<const Value> arguments) -> absl::StatusOr<Value> {
        FG_ASSIGN_OR_RETURN(const Value prediction, eval.Call(arguments[0], {arguments[1]}));
        std::vector<Value> rest = {prediction};
        rest.insert(rest.end(), arguments.begin() + 2, arguments.end());
        return eval.Call(loss, rest);
      });
}

Value FullLoss(const Value& loss, LossForm form) {
  return form == LossForm::kModelAndData ? loss : WithModel(loss);
}

bool IsArrays(const Value& data) {
  if (data.is(Kind::kArray) || data.is(Kind::kRange)) return true;
  const Tuple* tuple = data.As<Tuple>();
  if (tuple == nullptr || tuple->elements.empty()) return false;
  for (const Value& part : tuple->elements) {
    if (!part.is(Kind::kArray) && !part.is(Kind::kRange)) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<TrainSummary> Train(Interpreter& interpreter, const TrainArguments& arguments,
                                   const Limits& limits) {
  Machine& machine = interpreter.machine();
  machine.meter().Start(limits);
  TrainingPlan plan;
  plan.loss = FullLoss(arguments.loss, arguments.form);
  plan.leading = {arguments.model};
  plan.epochs = arguments.epochs;
  plan.on_step = arguments.on_step;
  plan.data = arguments.data;
  if (arguments.batches.has_value()) {
    FG_ASSIGN_OR_RETURN(auto loader, data::DataLoader::Create(arguments.data, *arguments.batches));
    plan.data = Value(std::make_shared<LoaderObject>(std::move(loader)));
  } else if (IsArrays(arguments.data)) {
    // One batch of everything.
    const bool tuple = arguments.data.is(Kind::kTuple);
    plan.data = List::Of({tuple ? arguments.data : Tuple::Of({arguments.data})});
  }
  FG_ASSIGN_OR_RETURN(optim::Bound bound, optim::Bind(arguments.optimiser_state, arguments.model));
  plan.parameters = std::move(bound.parameters);
  plan.leaves = std::move(bound.leaves);
  return RunTraining(machine, std::move(plan));
}

std::shared_ptr<data::DataLoader> LoaderIn(const Value& value) {
  const auto* object = value.AsClass<LoaderObject>();
  return object == nullptr ? nullptr : object->loader;
}

absl::StatusOr<LossAndGradients> ForwardBackward(Interpreter& interpreter, const Value& loss,
                                                 LossForm form, const Value& model,
                                                 const Value& batch, const Limits& limits) {
  Machine& machine = interpreter.machine();
  machine.meter().Start(limits);
  FG_ASSIGN_OR_RETURN(const std::vector<Leaf> parameters, Trainables(model));
  FG_ASSIGN_OR_RETURN(const StagedLoss staged,
                      StageLoss(machine, FullLoss(loss, form), {model}, batch));
  ir::Builder& builder = staged.trace->builder();
  std::vector<ir::NodeId> wrt;
  for (const Leaf& leaf : parameters) {
    wrt.push_back(staged.trace->Lift(leaf.value.As<Array>()->storage()));
  }
  FG_RETURN_IF_ERROR(builder.status());
  FG_ASSIGN_OR_RETURN(const std::vector<ir::NodeId> nodes,
                      autodiff::Gradient(builder, staged.loss, wrt));
  std::vector<ir::NodeId> outputs = {staged.loss};
  for (const ir::NodeId id : nodes) {
    if (id != ir::kNoNode) outputs.push_back(id);
  }
  FG_ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish(outputs));
  FG_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs, staged.trace->InputValues());
  FG_ASSIGN_OR_RETURN(std::vector<Tensor> values,
                      machine.host().Run(ir::Prune(graph, outputs), inputs));
  LossAndGradients result;
  result.loss = values[0].ElementAsDouble(0);
  result.value = Value(Scalar::FromTensor(values[0]));
  size_t next = 1;
  for (size_t i = 0; i < parameters.size(); ++i) {
    ParameterGradient entry{parameters[i].path, parameters[i].value, Value()};
    if (nodes[i] != ir::kNoNode) {
      Tensor& gradient = values[next++];
      const Shape& shape = parameters[i].value.As<Array>()->shape();
      entry.gradient =
          Array::Of(gradient.shape() == shape ? std::move(gradient) : gradient.Reshaped(shape));
    }
    result.gradients.push_back(std::move(entry));
  }
  return result;
}

absl::StatusOr<Value> EvaluateLoss(Interpreter& interpreter, const Value& loss, LossForm form,
                                   const Value& model, const Value& batch, const Limits& limits) {
  std::vector<Value> arguments = {model};
  if (const Tuple* tuple = batch.As<Tuple>()) {
    arguments.insert(arguments.end(), tuple->elements.begin(), tuple->elements.end());
  } else {
    arguments.push_back(batch);
  }
  return interpreter.Call(FullLoss(loss, form), arguments, {}, limits);
}

absl::Status ApplyGradients(Interpreter& interpreter, const Value& model,
                            const Value& optimiser_state,
                            absl::Span<const ParameterGradient> gradients) {
  FG_ASSIGN_OR_RETURN(const optim::Bound bound, optim::Bind(optimiser_state, model));
  ir::Builder builder;
  std::vector<Tensor> inputs;
  auto input = [&](Tensor value) {
    const ir::NodeId id = builder.Input(value.dtype(), value.shape());
    inputs.push_back(std::move(value));
    return ir::Expr(builder, id);
  };
  struct Target {
    const Array* parameter;
    Value leaf;
    size_t states;
  };
  std::vector<Target> targets;
  std::vector<ir::NodeId> outputs, norms;
  for (size_t i = 0; i < bound.parameters.size(); ++i) {
    const Array* parameter = bound.parameters[i].As<Array>();
    const ParameterGradient* found = nullptr;
    for (const ParameterGradient& entry : gradients) {
      const Array* given = entry.parameter.As<Array>();
      if (given != nullptr && given->storage() == parameter->storage()) found = &entry;
    }
    if (found == nullptr || found->gradient.is_nothing()) continue;
    const Array* gradient = found->gradient.As<Array>();
    if (gradient == nullptr || gradient->shape() != parameter->shape()) {
      return JuliaError("DimensionMismatch",
                        absl::StrCat("the gradient of ", found->path, " must have size ",
                                     parameter->shape().ToString()));
    }
    FG_ASSIGN_OR_RETURN(Tensor value, parameter->Read());
    FG_ASSIGN_OR_RETURN(Tensor slope, gradient->Read());
    const ir::Expr p = input(std::move(value));
    const ir::Expr g = ir::Cast(input(std::move(slope)), parameter->dtype());
    std::vector<ir::Expr> hyperparameters, state;
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> given, optim::ReadHyperparameters(bound.leaves[i]));
    for (Tensor& t : given) hyperparameters.push_back(input(std::move(t)));
    FG_ASSIGN_OR_RETURN(given, optim::ReadState(bound.leaves[i]));
    for (Tensor& t : given) state.push_back(input(std::move(t)));
    FG_ASSIGN_OR_RETURN(const optim::Update update,
                        optim::EmitUpdate(bound.leaves[i], p, g, hyperparameters, state));
    targets.push_back({parameter, bound.leaves[i], update.state.size()});
    outputs.push_back(update.parameter.id());
    for (const ir::Expr& s : update.state) outputs.push_back(s.id());
    for (const ir::Expr& norm : update.norms) norms.push_back(norm.id());
  }
  const size_t num_written = outputs.size();
  outputs.insert(outputs.end(), norms.begin(), norms.end());
  FG_RETURN_IF_ERROR(builder.status());
  if (targets.empty()) return absl::OkStatus();
  for (const Target& target : targets) {
    if (!target.parameter->storage()->locked_by().empty()) {
      return absl::FailedPreconditionError(absl::StrCat("a parameter is being written by job ",
                                                        target.parameter->storage()->locked_by()));
    }
  }
  FG_ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish(outputs));
  FG_ASSIGN_OR_RETURN(const std::vector<Tensor> results, interpreter.host().Run(graph, inputs));
  for (size_t i = num_written; i < results.size(); ++i) {
    FG_RETURN_IF_ERROR(optim::CheckNorm(results[i].ElementAsDouble(0)));
  }
  size_t next = 0;
  for (const Target& target : targets) {
    FG_RETURN_IF_ERROR(const_cast<Array*>(target.parameter)->Write(results[next++]));
    FG_RETURN_IF_ERROR(
        optim::WriteState(target.leaf, absl::MakeConstSpan(results).subspan(next, target.states)));
    next += target.states;
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::lang
