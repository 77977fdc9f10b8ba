#include "engine/runtime/host.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/backend/registry.h"
#include "engine/base/status_macros.h"
#include "engine/compile/passes.h"
#include "engine/runtime/step_graph.h"
#include "engine/runtime/trained_state.h"
#include "engine/runtime/training_run.h"

namespace fluxgate {
namespace {

constexpr int64_t kOwnCacheBytes = int64_t{64} << 20;

std::shared_ptr<compile::PlanCache> CacheOf(const RuntimeHost::Options& options) {
  if (options.plan_cache != nullptr) return options.plan_cache;
  return std::make_shared<compile::PlanCache>(kOwnCacheBytes, options.budget);
}

}  // namespace

RuntimeHost::RuntimeHost(Options options)
    : executor_(options.backend, CacheOf(options), options.budget, options.crew),
      keys_(options.seed) {}

void RuntimeHost::Begin(Evaluation evaluation) {
  evaluation_ = std::move(evaluation);
  printed_ = 0;
}

absl::StatusOr<Tensor> RuntimeHost::EvaluateNode(const ir::Node& node,
                                                 absl::Span<const Tensor> operands) {
  return executor_.backend().EvaluateNode(node, operands);
}

absl::StatusOr<std::vector<Tensor>> RuntimeHost::Run(const ir::Graph& graph,
                                                     absl::Span<const Tensor> inputs) {
  return executor_.Run(graph, inputs, evaluation_.token);
}

absl::StatusOr<TrainSummary> RuntimeHost::Train(const TrainRequest& request) {
  return TrainingRun({executor_, keys_, evaluation_.turn, evaluation_.token, evaluation_.job},
                     request)
      .Run();
}

absl::StatusOr<compile::PlanSummary> RuntimeHost::Explain(const ir::Graph& graph) {
  const compile::Hoisted hoisted = compile::HoistConstants(compile::RemoveDead(graph));
  FG_ASSIGN_OR_RETURN(const compile::Plan plan, executor_.Compile(hoisted.graph, {}));
  return compile::Summarise(plan);
}

absl::StatusOr<compile::PlanSummary> RuntimeHost::ExplainStep(const StagedLoss& staged,
                                                              absl::Span<const Value> parameters,
                                                              absl::Span<const Value> leaves) {
  FG_ASSIGN_OR_RETURN(const TrainedState state,
                      TrainedState::Create(executor_, parameters, leaves));
  FG_ASSIGN_OR_RETURN(const StepGraph step,
                      BuildStepGraph(staged, state.parameters(), state.hypers()));
  FG_ASSIGN_OR_RETURN(const compile::Plan plan, executor_.Compile(step.graph, step.options));
  return compile::Summarise(plan);
}

Tensor RuntimeHost::NextKey() {
  const std::array<int64_t, 2> key = keys_.Next();
  const ScopedMemoryBudget unlimited(nullptr);  // Sixteen bytes must not fail.
  return *Tensor::FromVector<int64_t>(Shape({2}), key);
}

absl::Status RuntimeHost::Pause() {
  FG_RETURN_IF_ERROR(evaluation_.token.Check());
  return evaluation_.turn != nullptr ? evaluation_.turn->Yield() : absl::OkStatus();
}

absl::Status RuntimeHost::PauseBetweenStatements() {
  FG_RETURN_IF_ERROR(evaluation_.token.Check());
  return evaluation_.turn != nullptr ? evaluation_.turn->Pause() : absl::OkStatus();
}

absl::Status RuntimeHost::Print(absl::string_view text) {
  printed_ += static_cast<int64_t>(text.size());
  if (printed_ > evaluation_.output_limit) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "LimitError: the output is longer than the limit of ", evaluation_.output_limit, " bytes"));
  }
  if (evaluation_.print != nullptr) evaluation_.print(text);
  return absl::OkStatus();
}

std::vector<std::string> RuntimeHost::Devices() const {
  std::vector<std::string> names = DeviceNames();
  const std::string own = executor_.backend().info().name;
  names.erase(std::remove(names.begin(), names.end(), own), names.end());
  names.insert(names.begin(), own);
  return names;
}

}  // namespace fluxgate
