#include "engine/runtime/trained_state.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/optim/update.h"
#include "engine/value/containers.h"
#include "engine/value/struct.h"

namespace fluxgate {
namespace {

// All of a leaf's rule that its graph depends on: types, flags and counts, but no float.
void AppendSignature(const Value& value, std::string* out) {
  if (value.is_number()) {
    if (!value.scalar().is_float()) absl::StrAppend(out, value.scalar().AsInt64(), ",");
    return;
  }
  if (const auto* rule = value.As<Struct>()) {
    absl::StrAppend(out, rule->type->name, "(");
    for (const Value& field : rule->fields) AppendSignature(field, out);
    absl::StrAppend(out, ")");
  } else if (const auto* tuple = value.As<Tuple>()) {
    absl::StrAppend(out, "(");
    for (const Value& element : tuple->elements) AppendSignature(element, out);
    absl::StrAppend(out, ")");
  }
}

std::string RuleSignature(const Value& leaf) {
  std::string signature;
  const auto* fields = leaf.As<Struct>();
  if (fields == nullptr) return signature;
  for (absl::string_view name : {"rule", "frozen"}) {
    if (const Value* field = fields->Find(name)) AppendSignature(*field, &signature);
  }
  return signature;
}

bool AllIdentical(absl::Span<const Tensor> a, absl::Span<const Tensor> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), BitIdentical);
}

bool Unchanged(const Tensor& now, const Tensor& before) {
  if (now.num_elements() > 1 && now.SharesBytesWith(before)) return true;
  return BitIdentical(now, before);
}

}  // namespace

absl::StatusOr<TrainedState> TrainedState::Create(Executor& executor,
                                                  absl::Span<const Value> parameters,
                                                  absl::Span<const Value> leaves) {
  TrainedState state(executor);
  absl::flat_hash_set<const Storage*> seen;
  for (size_t p = 0; p < parameters.size(); ++p) {
    std::shared_ptr<Array> array = parameters[p].Share<Array>();
    if (array == nullptr) return absl::InvalidArgumentError("a parameter is not an array");
    if (!seen.insert(array->storage().get()).second) continue;
    TrainedParameter parameter{std::move(array), leaves[p]};
    FG_ASSIGN_OR_RETURN(parameter.state, optim::ReadState(leaves[p]));
    Held held;
    held.rule = RuleSignature(leaves[p]);
    held.state.resize(parameter.state.size());
    state.parameters_.push_back(std::move(parameter));
    state.held_.push_back(std::move(held));
  }
  FG_RETURN_IF_ERROR(state.GroupHypers());
  return state;
}

absl::Status TrainedState::GroupHypers() {
  hypers_.clear();
  hyper_buffers_.clear();
  for (TrainedParameter& parameter : parameters_) {
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> hypers, optim::ReadHyperparameters(parameter.leaf));
    auto it = std::find_if(hypers_.begin(), hypers_.end(), [&](const std::vector<Tensor>& group) {
      return AllIdentical(group, hypers);
    });
    parameter.hyper_group = static_cast<int>(it - hypers_.begin());
    if (it == hypers_.end()) hypers_.push_back(std::move(hypers));
  }
  for (const std::vector<Tensor>& group : hypers_) hyper_buffers_.emplace_back(group.size());
  return absl::OkStatus();
}

absl::Status TrainedState::Upload(const Tensor& value, std::unique_ptr<Buffer>& buffer) {
  Backend& backend = executor_->backend();
  if (buffer == nullptr) {
    FG_ASSIGN_OR_RETURN(buffer, backend.Allocate(executor_->budget(), value.bytes()));
  }
  return backend.CopyIn({value.raw(), static_cast<size_t>(value.bytes())}, *buffer);
}

absl::StatusOr<Tensor> TrainedState::Download(Buffer& buffer, DType dtype, const Shape& shape) {
  FG_ASSIGN_OR_RETURN(Tensor value, Tensor::Create(dtype, shape));
  FG_RETURN_IF_ERROR(executor_->backend().CopyOut(
      buffer, {value.mutable_raw(), static_cast<size_t>(value.bytes())}));
  return value;
}

absl::StatusOr<Buffer*> TrainedState::Parameter(int index) {
  Carried& carried = held_[index].parameter;
  if (carried.buffer == nullptr) {
    const Storage& storage = *parameters_[index].array->storage();
    FG_ASSIGN_OR_RETURN(Tensor value, storage.Read());
    FG_RETURN_IF_ERROR(Upload(value, carried.buffer));
    carried.version = storage.version();
  }
  return carried.buffer.get();
}

absl::StatusOr<Buffer*> TrainedState::State(int index, int part) {
  Carried& carried = held_[index].state[part];
  if (carried.buffer == nullptr) {
    carried.published = parameters_[index].state[part];
    FG_RETURN_IF_ERROR(Upload(carried.published, carried.buffer));
  }
  return carried.buffer.get();
}

absl::StatusOr<Buffer*> TrainedState::Hyper(int group, int part) {
  std::unique_ptr<Buffer>& buffer = hyper_buffers_[group][part];
  if (buffer == nullptr) FG_RETURN_IF_ERROR(Upload(hypers_[group][part], buffer));
  return buffer.get();
}

absl::Status TrainedState::Publish() {
  if (!stepped_) return absl::OkStatus();
  for (size_t p = 0; p < parameters_.size(); ++p) {
    Carried& parameter = held_[p].parameter;
    if (parameter.buffer == nullptr) continue;
    Storage& storage = *parameters_[p].array->storage();
    FG_ASSIGN_OR_RETURN(Tensor value,
                        Download(*parameter.buffer, storage.dtype(), storage.shape()));
    storage.Publish(std::move(value));
    parameter.version = storage.version();
    std::vector<Tensor>& state = parameters_[p].state;
    bool any = false;
    for (size_t i = 0; i < state.size(); ++i) {
      Carried& part = held_[p].state[i];
      if (part.buffer == nullptr) continue;
      FG_ASSIGN_OR_RETURN(state[i], Download(*part.buffer, state[i].dtype(), state[i].shape()));
      part.published = state[i];
      any = true;
    }
    if (any) FG_RETURN_IF_ERROR(optim::WriteState(parameters_[p].leaf, state));
  }
  stepped_ = false;
  return absl::OkStatus();
}

absl::StatusOr<bool> TrainedState::Refresh() {
  for (size_t p = 0; p < parameters_.size(); ++p) {
    Held& held = held_[p];
    const Storage& storage = *parameters_[p].array->storage();
    if (held.parameter.buffer != nullptr && storage.version() != held.parameter.version) {
      FG_ASSIGN_OR_RETURN(Tensor value, storage.Read());
      FG_RETURN_IF_ERROR(Upload(value, held.parameter.buffer));
      held.parameter.version = storage.version();
    }
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> state, optim::ReadState(parameters_[p].leaf));
    if (state.size() != held.state.size()) {
      return absl::FailedPreconditionError("the optimiser's state was replaced while it trains");
    }
    for (size_t i = 0; i < state.size(); ++i) {
      Carried& part = held.state[i];
      if (part.buffer == nullptr || Unchanged(state[i], part.published)) continue;
      FG_RETURN_IF_ERROR(Upload(state[i], part.buffer));
      parameters_[p].state[i] = part.published = state[i];
    }
  }
  return RefreshHypers();
}

absl::StatusOr<bool> TrainedState::RefreshHypers() {
  bool same_rules = true;
  std::vector<std::vector<Tensor>> fresh(hypers_.size());
  std::vector<char> read(hypers_.size());
  for (size_t p = 0; p < parameters_.size(); ++p) {
    std::string rule = RuleSignature(parameters_[p].leaf);
    same_rules = same_rules && rule == held_[p].rule;
    held_[p].rule = std::move(rule);
    FG_ASSIGN_OR_RETURN(std::vector<Tensor> hypers,
                        optim::ReadHyperparameters(parameters_[p].leaf));
    const int group = parameters_[p].hyper_group;
    if (read[group]) {
      same_rules = same_rules && AllIdentical(fresh[group], hypers);
    } else {
      same_rules = same_rules && hypers.size() == hypers_[group].size();
      fresh[group] = std::move(hypers);
      read[group] = true;
    }
  }
  if (!same_rules) {
    FG_RETURN_IF_ERROR(GroupHypers());
    return true;
  }
  for (size_t group = 0; group < hypers_.size(); ++group) {
    for (size_t part = 0; part < hypers_[group].size(); ++part) {
      if (BitIdentical(fresh[group][part], hypers_[group][part])) continue;
      hypers_[group][part] = fresh[group][part];
      std::unique_ptr<Buffer>& buffer = hyper_buffers_[group][part];
      if (buffer != nullptr) FG_RETURN_IF_ERROR(Upload(hypers_[group][part], buffer));
    }
  }
  return false;
}

}  // namespace fluxgate
