#include "server/session/model_plan.h"

#include <memory>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"
#include "engine/value/ops.h"
#include "engine/value/trace.h"
#include "server/session/model_check.h"

namespace fluxgate::session {
namespace {

// Puts the draws of the session's random numbers back where they were: staging draws keys.
class KeepDraws {
 public:
  explicit KeepDraws(Visit& visit) : keys_(visit.host().keys()), draws_(keys_.draws()) {}
  ~KeepDraws() { keys_.set_draws(draws_); }
  KeepDraws(const KeepDraws&) = delete;
  KeepDraws& operator=(const KeepDraws&) = delete;

 private:
  KeySequence& keys_;
  const uint64_t draws_;
};

}  // namespace

absl::StatusOr<Layers> LayersOf(Visit& visit, const Value& f, absl::Span<const Value> arguments) {
  const auto* input = arguments.size() == 1 ? arguments[0].As<Array>() : nullptr;
  if (input == nullptr) return Layers();
  const KeepDraws keep(visit);
  FG_ASSIGN_OR_RETURN(nn::ModelSummary summary, nn::Summarise(visit.interpreter().context(), f,
                                                              input->dtype(), input->shape()));
  return std::move(summary.layers);
}

absl::StatusOr<Value> LikeOutput(const nn::LayerSummary& layer) {
  if (!layer.output.has_value() || !layer.dtype.has_value()) {
    return absl::InvalidArgumentError("the model gives no array; say what its targets are");
  }
  FG_ASSIGN_OR_RETURN(Tensor zeros, Tensor::Zeros(*layer.dtype, *layer.output));
  return Array::Of(std::move(zeros));
}

absl::StatusOr<absl::optional<compile::PlanSummary>> PlanOfCall(Visit& visit, const Value& f,
                                                                absl::Span<const Value> arguments) {
  const KeepDraws keep(visit);
  Ops& ops = visit.interpreter().context().ops();
  auto trace = std::make_shared<Trace>(visit.host());
  const ScopedTrace scope(ops, trace);
  FG_ASSIGN_OR_RETURN(const Value result, CallOnPlaceholders(visit, *trace, f, arguments));
  if (!result.is(Kind::kTraced) && !result.is(Kind::kArray)) {
    return absl::optional<compile::PlanSummary>();
  }
  FG_ASSIGN_OR_RETURN(const ir::Expr node, ops.Lift(result));
  FG_ASSIGN_OR_RETURN(const ir::Graph graph, trace->builder().Finish({node.id()}));
  FG_ASSIGN_OR_RETURN(compile::PlanSummary plan, visit.host().Explain(graph));
  return absl::optional<compile::PlanSummary>(std::move(plan));
}

absl::StatusOr<compile::PlanSummary> PlanOfStep(Visit& visit, const Value& model, const Value& loss,
                                                const Value& rule, const Value& x, const Value& y) {
  const KeepDraws keep(visit);
  std::vector<Value> batch = {x};
  if (!y.is_nothing()) batch.push_back(y);
  FG_ASSIGN_OR_RETURN(const StagedLoss staged,
                      visit.interpreter().StageLoss(loss, {model}, Tuple::Of(std::move(batch))));
  FG_ASSIGN_OR_RETURN(const Value tree, optim::Setup(rule, model));
  FG_ASSIGN_OR_RETURN(const std::vector<Leaf> trained, Trainables(model));
  std::vector<Value> parameters, leaves;
  for (const Leaf& parameter : trained) {
    parameters.push_back(parameter.value);
    FG_ASSIGN_OR_RETURN(Value leaf, AtPath(tree, parameter.path));
    leaves.push_back(std::move(leaf));
  }
  return visit.host().ExplainStep(staged, parameters, leaves);
}

}  // namespace fluxgate::session
