#include <algorithm>
#include <cstddef>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "engine/backend/cpu/kernels/fused.h"
#include "engine/backend/cpu/step_kernel.h"
#include "engine/backend/cpu/view.h"
#include "engine/base/status_macros.h"

namespace fluxgate::cpu {
namespace {

// Elements of a piece, at least: some ten microseconds of work.
constexpr int64_t kPieceElements = int64_t{1} << 16;
constexpr int64_t kMaxPieces = 16;

class FusedStep : public StepKernel {
 public:
  FusedStep(FusedKernel kernel, size_t inputs, size_t outputs)
      : kernel_(std::move(kernel)), inputs_(inputs), outputs_(outputs) {
    const int64_t count = kernel_.count();
    pieces_ = static_cast<int>(std::clamp<int64_t>(count / kPieceElements, 1, kMaxPieces));
    const int64_t share = (count + pieces_ - 1) / pieces_;
    const int64_t tile = std::max<int64_t>(kernel_.tile(), 1);
    piece_ = (share + tile - 1) / tile * tile;
  }
  std::unique_ptr<StepKernel> Clone() const override { return std::make_unique<FusedStep>(*this); }
  int64_t scratch_bytes() const override { return kernel_.scratch_bytes() * pieces_; }
  absl::Status Run(const void* const* inputs, void* const* outputs, void* scratch) override {
    kernel_.Run({inputs, inputs_}, {outputs, outputs_}, scratch);
    return absl::OkStatus();
  }
  int pieces() const override { return pieces_; }
  void RunPiece(int piece, const void* const* inputs, void* const* outputs,
                void* scratch) override {
    kernel_.RunRange({inputs, inputs_}, {outputs, outputs_},
                     static_cast<std::byte*>(scratch) + piece * kernel_.scratch_bytes(),
                     piece * piece_, std::min((piece + 1) * piece_, kernel_.count()));
  }
  std::vector<BodyCall> Calls() const override { return kernel_.Calls(); }

 private:
  const FusedKernel kernel_;
  const size_t inputs_, outputs_;
  int pieces_;
  int64_t piece_;  // Elements.
};

class ProgramBuilder {
 public:
  ProgramBuilder(const compile::Plan& plan, const compile::Step& step) : plan_(plan), step_(step) {
    program_.shape = node(step.nodes[0]).shape;
  }

  absl::StatusOr<StepProgram> Build() {
    // Inputs come before all results in the numbering, so they are collected first.
    for (ir::NodeId id : step_.nodes) {
      for (ir::NodeId operand : node(id).operands) {
        if (!InStep(operand)) AddInput(operand);
      }
    }
    int32_t next = static_cast<int32_t>(program_.inputs.size());
    for (ir::NodeId id : step_.nodes) {
      FusedInstruction instruction{node(id).op, node(id).dtype};
      for (size_t i = 0; i < node(id).operands.size(); ++i) {
        instruction.operands[i] = value_of_.at(node(id).operands[i]);
      }
      program_.instructions.push_back(instruction);
      value_of_[id] = next++;
    }
    for (const compile::Operand& output : step_.outputs) {
      program_.outputs.push_back({value_of_.at(output.node), Alias(output)});
      result_.output_slots.push_back(output.slot);
    }
    FG_ASSIGN_OR_RETURN(FusedKernel kernel, FusedKernel::Create(program_));
    result_.kernel = std::make_unique<FusedStep>(std::move(kernel), result_.input_slots.size(),
                                                 result_.output_slots.size());
    return std::move(result_);
  }

 private:
  const ir::Node& node(ir::NodeId id) const { return plan_.graph.nodes[id]; }
  bool InStep(ir::NodeId id) const {
    return std::binary_search(step_.nodes.begin(), step_.nodes.end(), id);
  }
  const compile::Operand* Find(ir::NodeId id, bool direct) const {
    for (const compile::Operand& input : step_.inputs) {
      if (input.node == id && input.direct == direct) return &input;
    }
    return nullptr;
  }

  void AddInput(ir::NodeId id) {
    if (value_of_.contains(id)) return;
    FusedInput input{node(id).dtype};
    const compile::Operand* source = Find(id, true);
    if (source == nullptr) {
      std::vector<ir::NodeId> views;
      ir::NodeId base = id;
      for (; source == nullptr; source = Find(base, false)) {
        views.push_back(base);
        base = node(base).operands[0];
      }
      View view = DenseView(node(base).shape);
      for (auto it = views.rbegin(); it != views.rend(); ++it) {
        view = ApplyViewNode(node(*it), view);
      }
      input.strides = view.strides;
      input.offset = view.offset;
    }
    value_of_[id] = static_cast<int32_t>(program_.inputs.size());
    program_.inputs.push_back(std::move(input));
    result_.input_slots.push_back(source->slot);
  }

  // The dense input in whose memory the output lies.
  int32_t Alias(const compile::Operand& output) const {
    const compile::Slot& to = plan_.slots[output.slot];
    for (size_t i = 0; i < program_.inputs.size(); ++i) {
      const compile::Slot& from = plan_.slots[result_.input_slots[i]];
      if (from.space == to.space && from.index == to.index && from.offset == to.offset &&
          program_.inputs[i].strides.empty()) {
        return static_cast<int32_t>(i);
      }
    }
    return -1;
  }

  const compile::Plan& plan_;
  const compile::Step& step_;
  FusedProgram program_;
  StepProgram result_;
  absl::flat_hash_map<ir::NodeId, int32_t> value_of_;
};

}  // namespace

absl::StatusOr<StepProgram> MakeFusedStep(const compile::Plan& plan, const compile::Step& step) {
  return ProgramBuilder(plan, step).Build();
}

}  // namespace fluxgate::cpu
