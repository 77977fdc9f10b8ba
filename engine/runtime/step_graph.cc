#include "engine/runtime/step_graph.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"
#include "engine/ir/expr.h"
#include "engine/optim/update.h"

namespace fluxgate {
namespace {

using ir::Expr;
using ir::NodeId;
using Role = StepInput::Role;

class StepGraphBuilder {
 public:
  StepGraphBuilder(const StagedLoss& staged, absl::Span<const TrainedParameter> parameters,
                   absl::Span<const std::vector<Tensor>> hypers)
      : staged_(staged),
        trace_(*staged.trace),
        builder_(trace_.builder()),
        parameters_(parameters),
        hypers_(hypers) {}

  absl::StatusOr<StepGraph> Build() {
    FG_RETURN_IF_ERROR(NameTraceInputs());
    std::vector<int> used;  // Parameters among the captured arrays.
    std::vector<NodeId> wrt;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      auto it = parameter_input_.find(static_cast<int>(p));
      if (it == parameter_input_.end()) continue;
      used.push_back(static_cast<int>(p));
      wrt.push_back(it->second);
    }
    FG_ASSIGN_OR_RETURN(std::vector<NodeId> gradients,
                        autodiff::Gradient(builder_, staged_.loss, wrt));
    outputs_.push_back(staged_.loss);
    for (const Trace::Guarded& guard : trace_.guards()) outputs_.push_back(guard.node);
    step_.options.flush_denormals = true;
    for (size_t i = 0; i < used.size(); ++i) {
      if (gradients[i] == ir::kNoNode) continue;
      FG_RETURN_IF_ERROR(EmitUpdate(used[i], wrt[i], gradients[i]));
    }
    outputs_.insert(outputs_.end(), norms_.begin(), norms_.end());
    const int num_checked = static_cast<int>(outputs_.size());
    step_.options.num_checked = num_checked;
    outputs_.insert(outputs_.end(), carried_.begin(), carried_.end());
    FG_ASSIGN_OR_RETURN(step_.graph, builder_.Finish(outputs_));
    for (NodeId input : step_.graph.inputs) step_.inputs.push_back(roles_.at(input));
    // Outputs name their donor by its place among the inputs.
    absl::flat_hash_map<NodeId, int> place;
    for (size_t i = 0; i < step_.graph.inputs.size(); ++i) {
      place[step_.graph.inputs[i]] = static_cast<int>(i);
    }
    for (const auto& [output, donor] : donors_) {
      step_.options.donations.push_back({num_checked + output, place.at(donor)});
    }
    return std::move(step_);
  }

 private:
  absl::Status NameTraceInputs() {
    for (size_t b = 0; b < staged_.batch_inputs.size(); ++b) {
      roles_[staged_.batch_inputs[b]] = {Role::kBatch, static_cast<int>(b)};
    }
    if (trace_.key_input() != ir::kNoNode) roles_[trace_.key_input()] = {Role::kKey};
    absl::flat_hash_map<const Storage*, int> trained;
    for (size_t p = 0; p < parameters_.size(); ++p) {
      trained.emplace(parameters_[p].array->storage().get(), static_cast<int>(p));
    }
    for (size_t c = 0; c < trace_.captured().size(); ++c) {
      const Trace::Captured& captured = trace_.captured()[c];
      auto it = trained.find(captured.storage.get());
      if (it != trained.end() && parameter_input_.emplace(it->second, captured.input).second) {
        roles_[captured.input] = {Role::kParameter, it->second};
      } else {
        roles_.emplace(captured.input, StepInput{Role::kCaptured, static_cast<int>(c)});
      }
    }
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> values, trace_.InputValues());
    const std::vector<NodeId>& inputs = builder_.graph().inputs;
    for (size_t i = 0; i < inputs.size(); ++i) {
      auto [it, inserted] =
          roles_.emplace(inputs[i], StepInput{Role::kFixed, static_cast<int>(step_.fixed.size())});
      if (inserted) step_.fixed.push_back(values[i]);
    }
    return absl::OkStatus();
  }

  Expr AddInput(const Tensor& like, StepInput role) {
    const NodeId input = builder_.Input(like.dtype(), like.shape());
    roles_[input] = role;
    return {builder_, input};
  }

  // The parameter as its array sees the storage, and back.
  static Expr Seen(const Array& array, Expr storage) {
    if (array.view().has_value()) {
      storage = {storage.builder(), storage.builder().Slice(storage.id(), *array.view())};
    }
    return ir::Reshape(storage, array.shape());
  }
  static Expr Written(const Array& array, Expr storage, Expr seen) {
    if (!array.view().has_value()) return ir::Reshape(seen, storage.shape());
    ir::Builder& builder = seen.builder();
    const NodeId part = builder.Reshape(seen.id(), Shape(array.view()->count));
    return {builder, builder.UpdateSlice(storage.id(), part, *array.view())};
  }

  absl::Span<const Expr> Hypers(int group) {
    std::vector<Expr>& inputs = hyper_inputs_[group];
    if (inputs.empty()) {
      for (const Tensor& hyper : hypers_[group]) {
        inputs.push_back(AddInput(hyper, {Role::kHyper, group, static_cast<int>(inputs.size())}));
      }
    }
    return inputs;
  }

  absl::Status EmitUpdate(int p, NodeId input, NodeId gradient) {
    const TrainedParameter& parameter = parameters_[p];
    std::vector<Expr> state;
    for (const Tensor& part : parameter.state) {
      state.push_back(AddInput(part, {Role::kState, p, static_cast<int>(state.size())}));
    }
    const Expr storage(builder_, input);
    FG_ASSIGN_OR_RETURN(optim::Update update,
                        optim::EmitUpdate(parameter.leaf, Seen(*parameter.array, storage),
                                          Seen(*parameter.array, {builder_, gradient}),
                                          Hypers(parameter.hyper_group), state));
    FG_RETURN_IF_ERROR(builder_.status());
    FG_RETURN_IF_ERROR(Carry(Written(*parameter.array, storage, update.parameter), input));
    if (update.state.size() != state.size()) {
      return absl::InternalError("an optimiser rule changed the size of its state");
    }
    for (size_t i = 0; i < state.size(); ++i) {
      FG_RETURN_IF_ERROR(Carry(update.state[i], state[i].id()));
    }
    for (const Expr& norm : update.norms) norms_.push_back(norm.id());
    return absl::OkStatus();
  }

  absl::Status Carry(Expr next, NodeId donor) {
    FG_RETURN_IF_ERROR(builder_.status());
    if (next.dtype() != builder_.dtype(donor) || next.shape() != builder_.shape(donor)) {
      return absl::InternalError(
          absl::StrCat("an update changed a ", DTypeName(builder_.dtype(donor)), " array of size ",
                       builder_.shape(donor).ToString(), " to ", DTypeName(next.dtype()),
                       " of size ", next.shape().ToString()));
    }
    donors_.emplace_back(static_cast<int>(carried_.size()), donor);
    carried_.push_back(next.id());
    return absl::OkStatus();
  }

  const StagedLoss& staged_;
  Trace& trace_;
  ir::Builder& builder_;
  const absl::Span<const TrainedParameter> parameters_;
  const absl::Span<const std::vector<Tensor>> hypers_;
  StepGraph step_;
  absl::flat_hash_map<NodeId, StepInput> roles_;
  absl::flat_hash_map<int, NodeId> parameter_input_;
  absl::flat_hash_map<int, std::vector<Expr>> hyper_inputs_;
  std::vector<NodeId> outputs_;
  std::vector<NodeId> norms_;                   // of gradients, checked before the step counts
  std::vector<NodeId> carried_;                 // the last outputs
  std::vector<std::pair<int, NodeId>> donors_;  // a place in carried_, its donor
};

}  // namespace

absl::StatusOr<StepGraph> BuildStepGraph(const StagedLoss& staged,
                                         absl::Span<const TrainedParameter> parameters,
                                         absl::Span<const std::vector<Tensor>> hypers) {
  return StepGraphBuilder(staged, parameters, hypers).Build();
}

}  // namespace fluxgate
