#include "tests/testing/test_host.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"
#include "engine/ir/interpreter.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"

namespace fluxgate::testing {

absl::StatusOr<Tensor> TestHost::EvaluateNode(const ir::Node& node,
                                              absl::Span<const Tensor> operands) {
  return ir::EvaluateNode(node, operands);
}

absl::StatusOr<std::vector<Tensor>> TestHost::Run(const ir::Graph& graph,
                                                  absl::Span<const Tensor> inputs) {
  ++runs_;
  return ir::Evaluate(graph, inputs, token_);
}

absl::StatusOr<double> TestHost::TrainStep(const TrainRequest& request, const Value& batch,
                                           const StepPlace& place) {
  FG_ASSIGN_OR_RETURN(const StagedLoss staged, request.stage(batch));
  Trace& trace = *staged.trace;
  ir::Builder& builder = trace.builder();
  std::vector<ir::NodeId> parameters;
  for (const Value& parameter : request.parameters) {
    parameters.push_back(trace.Lift(parameter.As<Array>()->storage()));
  }
  FG_ASSIGN_OR_RETURN(const std::vector<ir::NodeId> gradients,
                      autodiff::Gradient(builder, staged.loss, parameters));
  std::vector<ir::NodeId> outputs = {staged.loss};
  std::vector<size_t> states(parameters.size(), 0);
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (gradients[i] == ir::kNoNode) continue;
    auto placeholders = [&](std::vector<Tensor> tensors) {
      std::vector<ir::Expr> exprs;
      for (Tensor& t : tensors) exprs.emplace_back(builder, trace.Placeholder(std::move(t)));
      return exprs;
    };
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> hyper, optim::ReadHyperparameters(request.leaves[i]));
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> state, optim::ReadState(request.leaves[i]));
    FG_ASSIGN_OR_RETURN(
        const optim::Update update,
        optim::EmitUpdate(request.leaves[i], ir::Expr(builder, parameters[i]),
                          ir::Expr(builder, gradients[i]), placeholders(std::move(hyper)),
                          placeholders(std::move(state))));
    outputs.push_back(update.parameter.id());
    for (const ir::Expr& s : update.state) outputs.push_back(s.id());
    states[i] = update.state.size();
  }
  FG_ASSIGN_OR_RETURN(const ir::Graph graph, builder.Finish(outputs));
  FG_ASSIGN_OR_RETURN(const std::vector<Tensor> inputs, trace.InputValues());
  FG_ASSIGN_OR_RETURN(const std::vector<Tensor> values, Run(graph, inputs));
  const double loss = values[0].ElementAsDouble(0);
  if (!std::isfinite(loss)) {
    return request.explain(
        {staged, inputs, place.epoch, place.batch, place.step, loss, &place.epoch_data});
  }
  size_t next = 1;
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (gradients[i] == ir::kNoNode) continue;
    FG_RETURN_IF_ERROR(request.parameters[i].As<Array>()->storage()->Write(values[next++]));
    FG_RETURN_IF_ERROR(
        optim::WriteState(request.leaves[i], absl::MakeConstSpan(values).subspan(next, states[i])));
    next += states[i];
  }
  return loss;
}

absl::StatusOr<TrainSummary> TestHost::Train(const TrainRequest& request) {
  TrainSummary summary;
  for (int64_t epoch = 1; epoch <= request.epochs; ++epoch) {
    FG_ASSIGN_OR_RETURN(const auto batches, request.start_epoch());
    Value batch;
    for (int64_t item = 1;; ++item) {
      FG_RETURN_IF_ERROR(Pause());
      FG_ASSIGN_OR_RETURN(const bool more, batches->Next(&batch));
      if (!more) break;
      FG_ASSIGN_OR_RETURN(summary.last_loss,
                          TrainStep(request, batch, {epoch, item, summary.steps + 1, *batches}));
      ++summary.steps;
      if (request.on_step == nullptr) continue;
      TrainProgress progress;
      progress.epoch = epoch;
      progress.epochs = request.epochs;
      progress.step = summary.steps;
      progress.loss = summary.last_loss;
      FG_ASSIGN_OR_RETURN(const bool go_on, request.on_step(progress));
      if (!go_on) {
        summary.stopped = true;
        return summary;
      }
    }
  }
  return summary;
}

Tensor TestHost::NextKey() {
  const int64_t key[2] = {static_cast<int64_t>(seed_), static_cast<int64_t>(++draws_)};
  return *Tensor::FromVector<int64_t>(Shape({2}), key);
}

void TestHost::Seed(uint64_t seed) {
  seed_ = seed;
  draws_ = 0;
}

absl::Status TestHost::Pause() {
  ++pauses_;
  return token_.Check();
}

absl::Status TestHost::Print(absl::string_view text) {
  absl::StrAppend(&output_, text);
  return absl::OkStatus();
}

}  // namespace fluxgate::testing
