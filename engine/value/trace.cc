#include "engine/value/trace.h"

#include "engine/base/status_macros.h"
#include "engine/value/array.h"

namespace fluxgate {

void Trace::SetConcrete(ir::NodeId id, Tensor value) {
  if (id == ir::kNoNode) return;
  if (concrete_.size() <= static_cast<size_t>(id)) concrete_.resize(id + 1);
  concrete_[id] = std::move(value);
}

ir::NodeId Trace::Lift(const std::shared_ptr<Storage>& storage) {
  if (storage->node().trace.get() == this) return storage->node().id;
  const auto key = std::make_pair(static_cast<const Storage*>(storage.get()), storage->version());
  if (auto it = lifted_.find(key); it != lifted_.end()) return it->second;
  absl::StatusOr<Tensor> value = storage->Read();
  if (!value.ok()) return builder_.Fail(value.status());
  const ir::NodeId id = builder_.Input(storage->dtype(), value->shape());
  if (id == ir::kNoNode) return id;
  SetConcrete(id, *std::move(value));
  lifted_.emplace(key, id);
  captured_.push_back({id, storage});
  return id;
}

ir::NodeId Trace::Placeholder(Tensor value) {
  const ir::NodeId id = builder_.Input(value.dtype(), value.shape());
  SetConcrete(id, std::move(value));
  return id;
}

ir::NodeId Trace::KeyInput(Tensor key_now) {
  if (key_input_ == ir::kNoNode) key_input_ = Placeholder(std::move(key_now));
  return key_input_;
}

absl::StatusOr<Tensor> Trace::Concrete(ir::NodeId id) {
  if (id == ir::kNoNode) {
    return builder_.status().ok() ? absl::InternalError("asked for the value of no node")
                                  : builder_.status();
  }
  if (concrete_.size() < static_cast<size_t>(builder_.num_nodes())) {
    concrete_.resize(builder_.num_nodes());
  }
  std::vector<ir::NodeId> pending = {id};
  std::vector<Tensor> operands;
  while (!pending.empty()) {
    const ir::NodeId next = pending.back();
    if (concrete_[next].has_value()) {
      pending.pop_back();
      continue;
    }
    const ir::Node& node = builder_.node(next);
    const size_t before = pending.size();
    for (const ir::NodeId operand : node.operands) {
      if (!concrete_[operand].has_value()) pending.push_back(operand);
    }
    if (pending.size() > before) continue;
    operands.clear();
    for (const ir::NodeId operand : node.operands) operands.push_back(*concrete_[operand]);
    FG_ASSIGN_OR_RETURN(Tensor value, evaluator_.EvaluateNode(node, operands));
    concrete_[next] = std::move(value);
    pending.pop_back();
  }
  return *concrete_[id];
}

absl::Status Trace::Guard(ir::NodeId id) {
  if (id != ir::kNoNode && builder_.node(id).op == ir::OpKind::kConstant) return absl::OkStatus();
  FG_ASSIGN_OR_RETURN(Tensor value, Concrete(id));
  if (guarded_.emplace(id, true).second) guards_.push_back({id, std::move(value)});
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Tensor>> Trace::InputValues() {
  std::vector<Tensor> values;
  values.reserve(builder_.graph().inputs.size());
  for (const ir::NodeId id : builder_.graph().inputs) {
    FG_ASSIGN_OR_RETURN(Tensor value, Concrete(id));
    values.push_back(std::move(value));
  }
  return values;
}

}  // namespace fluxgate
