#ifndef FLUXGATE_ENGINE_VALUE_TRACE_H_
#define FLUXGATE_ENGINE_VALUE_TRACE_H_

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/ir/builder.h"
#include "engine/tensor/tensor.h"

namespace fluxgate {

class Storage;

// Computes one node at once. The runtime implements it with a backend's own kernels, so that values
// computed op by op have the same bits as a compiled plan's.
class NodeEvaluator {
 public:
  virtual ~NodeEvaluator() = default;
  virtual absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                              absl::Span<const Tensor> operands) = 0;
};

// A graph under construction while text runs inside a gradient (or a training step's staging).
//
//   outside arrays ──Lift──▶ inputs ──builder──▶ nodes ──Concrete──▶ values, computed once, on
//   demand
//
// Only one trace is active at a time: a gradient inside a gradient appends to the same graph, with
// a Barrier around each of its arguments. Shapes and dtypes are known without computing anything,
// so a trace that never branches on data computes nothing. One thread at a time.
class Trace {
 public:
  explicit Trace(NodeEvaluator& evaluator) : evaluator_(evaluator) {}

  ir::Builder& builder() { return builder_; }

  // The input that stands for `storage`'s present version: the same one each time.
  ir::NodeId Lift(const std::shared_ptr<Storage>& storage);
  // From now on `node` stands for the storage's present version: an integer array that is
  // differentiated stands there as floats.
  void Substitute(const Storage* storage, uint64_t version, ir::NodeId node) {
    lifted_[{storage, version}] = node;
  }
  // An input given by the caller of the graph later, with the value to compute with now.
  ir::NodeId Placeholder(Tensor value);
  // The RNG key input, Int64[2], made at the first draw. Each draw takes the next draw number.
  ir::NodeId KeyInput(Tensor key_now);
  int64_t NextDraw() { return draws_++; }

  // The value of a node, computed with whatever it needs and then kept.
  absl::StatusOr<Tensor> Concrete(ir::NodeId id);

  // Records that control flow, a shape or an index relied on this node's present value: the staged
  // graph may be used again only while the node still has it.
  absl::Status Guard(ir::NodeId id);

  // A print, a write to something outside: the graph alone no longer does what the text did.
  void MarkEffect() { has_effects_ = true; }
  bool has_effects() const { return has_effects_; }

  struct Captured {
    ir::NodeId input;
    std::shared_ptr<Storage> storage;
  };
  struct Guarded {
    ir::NodeId node;
    Tensor expected;
  };
  const std::vector<Captured>& captured() const { return captured_; }
  const std::vector<Guarded>& guards() const { return guards_; }
  // kNoNode when nothing was drawn.
  ir::NodeId key_input() const { return key_input_; }
  int64_t draws() const { return draws_; }
  // The values of the graph's inputs, in order: what to run it with now.
  absl::StatusOr<std::vector<Tensor>> InputValues();

 private:
  void SetConcrete(ir::NodeId id, Tensor value);

  NodeEvaluator& evaluator_;
  ir::Builder builder_;
  std::vector<absl::optional<Tensor>> concrete_;
  // By storage and its version: what was lifted before a write is another input than after it.
  absl::flat_hash_map<std::pair<const Storage*, uint64_t>, ir::NodeId> lifted_;
  std::vector<Captured> captured_;
  std::vector<Guarded> guards_;
  absl::flat_hash_map<ir::NodeId, bool> guarded_;
  ir::NodeId key_input_ = ir::kNoNode;
  int64_t draws_ = 0;
  bool has_effects_ = false;
};

// A node of a trace that is still (or was) active.
struct NodeRef {
  std::shared_ptr<Trace> trace;
  ir::NodeId id = ir::kNoNode;
  explicit operator bool() const { return trace != nullptr; }
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_TRACE_H_
