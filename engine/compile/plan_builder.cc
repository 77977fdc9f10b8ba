#include "engine/compile/plan_builder.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/compile/memory_plan.h"

namespace fluxgate::compile {
namespace {

using ir::NodeId;
using ir::OpKind;

class PlanBuilder {
 public:
  PlanBuilder(ir::Graph graph, const std::vector<KernelGroup>& kernels,
              const CompileOptions& options)
      : kernels_(kernels), options_(options) {
    plan_.graph = std::move(graph);
    plan_.num_checked = options.num_checked;
    plan_.flush_denormals = options.flush_denormals;
  }

  absl::StatusOr<Plan> Build() {
    FG_RETURN_IF_ERROR(CheckDonations());
    FindRoots();
    MakeSteps();
    PlaceLeaves();
    PlaceOutputs();
    AppendCopies();
    PlaceRest();
    FillSlots();
    return std::move(plan_);
  }

 private:
  const ir::Node& node(NodeId id) const { return plan_.graph.nodes[id]; }
  int num_nodes() const { return static_cast<int>(plan_.graph.nodes.size()); }
  int num_outputs() const { return static_cast<int>(plan_.graph.outputs.size()); }
  NodeId output_root(int output) const { return root_[plan_.graph.outputs[output]]; }
  int64_t BytesOf(NodeId id) const {
    return node(id).shape.num_elements() * SizeOf(node(id).dtype);
  }

  absl::Status CheckDonations() {
    plan_.donated_to.assign(num_outputs(), -1);
    for (const Donation& donation : options_.donations) {
      const ir::Node& from = node(plan_.graph.inputs[donation.input]);
      const ir::Node& to = node(plan_.graph.outputs[donation.output]);
      if (from.dtype != to.dtype || from.shape != to.shape ||
          donation.output < options_.num_checked) {
        return absl::InternalError(
            absl::StrCat("output ", donation.output, " cannot take over input ", donation.input));
      }
      plan_.donated_to[donation.output] = donation.input;
    }
    return absl::OkStatus();
  }

  // The node whose memory a value lies in: a reshape has none of its own.
  void FindRoots() {
    root_.resize(num_nodes());
    for (NodeId id = 0; id < num_nodes(); ++id) {
      root_[id] = node(id).op == OpKind::kReshape ? root_[node(id).operands[0]] : id;
    }
  }

  void MakeSteps() {
    std::vector<int> kernel_of(num_nodes(), -1);
    for (size_t k = 0; k < kernels_.size(); ++k) {
      for (NodeId id : kernels_[k].nodes) kernel_of[id] = static_cast<int>(k);
    }
    // Read by another kernel, directly or through a reshape or a view, or from outside.
    std::vector<char> escapes(num_nodes());
    for (NodeId output : plan_.graph.outputs) escapes[output] = true;
    for (NodeId id = 0; id < num_nodes(); ++id) {
      for (NodeId operand : node(id).operands) {
        if (kernel_of[operand] != kernel_of[id]) escapes[operand] = true;
      }
    }
    for (const KernelGroup& kernel : kernels_) {
      Step step;
      step.kind = kernel.fused ? Step::Kind::kFused : Step::Kind::kNode;
      step.nodes = kernel.nodes;
      const int self = kernel_of[kernel.nodes[0]];
      for (NodeId id : kernel.nodes) {
        for (NodeId operand : node(id).operands) {
          if (kernel_of[operand] == self) continue;
          bool direct = true;
          while (kernel.fused && IsView(node(operand)) && kernel_of[operand] < 0) {
            operand = node(operand).operands[0];
            direct = false;
          }
          if (kernel.fused && Reads(step, operand, direct)) continue;
          step.inputs.push_back({operand, -1, direct});
        }
        if (escapes[id] || !kernel.fused) step.outputs.push_back({id, -1});
      }
      plan_.steps.push_back(std::move(step));
      if (kernel.before_commit) plan_.commit = static_cast<int>(plan_.steps.size());
    }
  }
  static bool Reads(const Step& step, NodeId id, bool direct) {
    return std::any_of(step.inputs.begin(), step.inputs.end(), [&](const Operand& input) {
      return input.node == id && input.direct == direct;
    });
  }

  int AddSlot(Slot::Space space, int index, int64_t bytes) {
    plan_.slots.push_back({space, index, 0, bytes});
    return static_cast<int>(plan_.slots.size()) - 1;
  }

  void PlaceLeaves() {
    slot_of_.assign(num_nodes(), -1);
    for (size_t i = 0; i < plan_.graph.inputs.size(); ++i) {
      const NodeId id = plan_.graph.inputs[i];
      slot_of_[id] = AddSlot(Slot::Space::kArgument, static_cast<int>(i), BytesOf(id));
    }
    for (NodeId id = 0; id < num_nodes(); ++id) {
      if (node(id).op != OpKind::kConstant) continue;
      const int index = static_cast<int>(plan_.constants.size());
      plan_.constants.push_back(std::get<ir::ConstantAttr>(node(id).attr).value);
      slot_of_[id] = AddSlot(Slot::Space::kConstant, index, BytesOf(id));
    }
  }

  // Whether the kernel of step `s` reads the memory of `root` only where it writes the same
  // element at once.
  bool ReadsInStep(const Step& step, NodeId root, NodeId result) const {
    if (step.kind != Step::Kind::kFused) return false;
    for (const Operand& input : step.inputs) {
      if (root_[input.node] != root) continue;
      if (!input.direct || node(input.node).shape != node(result).shape ||
          SizeOf(node(input.node).dtype) != SizeOf(node(result).dtype)) {
        return false;
      }
    }
    return true;
  }

  bool MayOverwrite(NodeId argument, NodeId root, int output) const {
    for (int o = 0; o < num_outputs(); ++o) {
      if (o != output && output_root(o) == argument) return false;
    }
    int made = -1, last_read = -1;
    for (int s = 0; s < static_cast<int>(plan_.steps.size()); ++s) {
      for (const Operand& result : plan_.steps[s].outputs) {
        if (result.node == root) made = s;
      }
      for (const Operand& input : plan_.steps[s].inputs) {
        if (root_[input.node] == argument) last_read = s;
      }
    }
    if (made < plan_.commit || last_read > made) return false;
    return last_read < made || ReadsInStep(plan_.steps[made], argument, root);
  }

  void PlaceOutputs() {
    for (int o = 0; o < num_outputs(); ++o) {
      const NodeId root = output_root(o);
      const int argument = plan_.donated_to[o];
      if (argument >= 0) {
        const NodeId input = plan_.graph.inputs[argument];
        if (root == input) continue;  // It stays what it was.
        if (slot_of_[root] < 0 && MayOverwrite(input, root, o)) {
          slot_of_[root] = slot_of_[input];
        } else {
          late_copies_.push_back(o);
        }
        continue;
      }
      const int slot = AddSlot(Slot::Space::kResult, o, BytesOf(plan_.graph.outputs[o]));
      result_slot_[o] = slot;
      if (slot_of_[root] < 0) {
        slot_of_[root] = slot;
      } else if (o < options_.num_checked) {
        checked_copies_.push_back(o);
      } else {
        result_copies_.push_back(o);
      }
    }
  }

  static Step Copy(Operand from, Operand to) {
    Step step;
    step.kind = Step::Kind::kCopy;
    step.inputs.push_back(from);
    step.outputs.push_back(to);
    return step;
  }

  // Inputs without a slot yet are filled in by FillSlots.
  void AppendCopies() {
    std::vector<Step> checked;
    for (int o : checked_copies_) {
      checked.push_back(Copy({output_root(o), -1}, {plan_.graph.outputs[o], result_slot_[o]}));
    }
    plan_.steps.insert(plan_.steps.begin() + plan_.commit, checked.begin(), checked.end());
    plan_.commit += static_cast<int>(checked.size());
    for (int o : result_copies_) {
      plan_.steps.push_back(Copy({output_root(o), -1}, {plan_.graph.outputs[o], result_slot_[o]}));
    }
    // Arguments that trade places go through the arena.
    std::vector<Step> last;
    for (int o : late_copies_) {
      Operand from{output_root(o), -1};
      if (node(from.node).op == OpKind::kInput) {
        const int slot = AddSlot(Slot::Space::kArena, 0, BytesOf(from.node));
        plan_.steps.push_back(Copy(from, {from.node, slot}));
        from.slot = slot;
      }
      last.push_back(
          Copy(from, {plan_.graph.outputs[o], slot_of_[plan_.graph.inputs[plan_.donated_to[o]]]}));
    }
    plan_.steps.insert(plan_.steps.end(), last.begin(), last.end());
  }

  // Everything else lives in the arena from the step that makes it to the last that reads it. A
  // fused kernel may write over an operand that dies with it.
  void PlaceRest() {
    const int count = static_cast<int>(plan_.steps.size());
    std::vector<int> last_read(num_nodes(), -1);
    for (int s = 0; s < count; ++s) {
      for (const Operand& input : plan_.steps[s].inputs) last_read[root_[input.node]] = s;
    }
    std::vector<Lifetime> blocks;
    std::vector<std::vector<int>> slots_of_block;
    absl::flat_hash_map<NodeId, int> block_of;
    for (int s = 0; s < count; ++s) {
      const Step& step = plan_.steps[s];
      for (const Operand& output : step.outputs) {
        if (step.kind == Step::Kind::kCopy) {
          if (output.slot >= 0 && plan_.slots[output.slot].space == Slot::Space::kArena) {
            blocks.push_back({plan_.slots[output.slot].bytes, s, count - 1});
            slots_of_block.push_back({output.slot});
          }
          continue;
        }
        if (slot_of_[output.node] >= 0) continue;
        const int64_t bytes = BytesOf(output.node);
        slot_of_[output.node] = AddSlot(Slot::Space::kArena, 0, bytes);
        const int last = std::max(s, last_read[output.node]);
        int block = -1;
        for (const Operand& input : step.inputs) {
          const NodeId root = root_[input.node];
          auto it = block_of.find(root);
          if (it == block_of.end() || last_read[root] != s || blocks[it->second].last_step != s ||
              blocks[it->second].bytes != bytes || !ReadsInStep(step, root, output.node)) {
            continue;
          }
          block = it->second;
          break;
        }
        if (block < 0) {
          block = static_cast<int>(blocks.size());
          blocks.push_back({bytes, s, last});
          slots_of_block.emplace_back();
        } else {
          blocks[block].last_step = std::max(s + 1, last);
        }
        slots_of_block[block].push_back(slot_of_[output.node]);
        block_of[output.node] = block;
      }
    }
    const MemoryLayout layout = LayOutMemory(blocks);
    plan_.arena_bytes = layout.total_bytes;
    for (size_t b = 0; b < blocks.size(); ++b) {
      for (int slot : slots_of_block[b]) plan_.slots[slot].offset = layout.offsets[b];
    }
  }

  void FillSlots() {
    for (Step& step : plan_.steps) {
      for (Operand& input : step.inputs) {
        if (input.slot < 0) input.slot = slot_of_[root_[input.node]];
      }
      for (Operand& output : step.outputs) {
        if (output.slot < 0) output.slot = slot_of_[output.node];
      }
    }
  }

  const std::vector<KernelGroup>& kernels_;
  const CompileOptions& options_;
  Plan plan_;
  std::vector<NodeId> root_;
  std::vector<int> slot_of_;  // By root.
  absl::flat_hash_map<int, int> result_slot_;
  std::vector<int> checked_copies_, result_copies_, late_copies_;
};

}  // namespace

absl::StatusOr<Plan> BuildPlan(ir::Graph graph, const std::vector<KernelGroup>& kernels,
                               const CompileOptions& options) {
  return PlanBuilder(std::move(graph), kernels, options).Build();
}

}  // namespace fluxgate::compile
