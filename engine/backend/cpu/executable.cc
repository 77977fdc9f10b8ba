#include "engine/backend/cpu/executable.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "engine/backend/cpu/step_kernel.h"
#include "engine/backend/float_mode.h"
#include "engine/backend/host_buffer.h"
#include "engine/base/pacer.h"
#include "engine/base/status_macros.h"
#include "engine/compile/memory_plan.h"

namespace fluxgate::cpu {
namespace {

using compile::Plan;
using compile::Slot;

struct Program {
  Plan plan;
  std::vector<StepProgram> steps;
  int64_t scratch_bytes = 0;
};

int64_t Aligned(int64_t bytes) {
  return (bytes + compile::kArenaAlignment - 1) / compile::kArenaAlignment *
         compile::kArenaAlignment;
}

class Instance : public ExecutableInstance {
 public:
  Instance(std::shared_ptr<const Program> program, std::unique_ptr<HostBuffer> memory,
           int64_t results_offset, Crew* crew)
      : program_(std::move(program)), memory_(std::move(memory)), crew_(crew) {
    const Plan& plan = program_->plan;
    scratch_ = memory_->data() + Aligned(plan.arena_bytes);
    positions_.resize(plan.slots.size());
    for (const StepProgram& step : program_->steps) AddStep(step);
    BindPositions();
    argument_slots_.assign(plan.graph.inputs.size(), -1);
    result_slots_.assign(plan.graph.outputs.size(), -1);
    own_results_.assign(plan.graph.outputs.size(), nullptr);
    std::byte* next_result = memory_->data() + results_offset;
    for (int s = 0; s < static_cast<int>(plan.slots.size()); ++s) {
      const Slot& slot = plan.slots[s];
      switch (slot.space) {
        case Slot::Space::kArena:
          SetAddress(s, memory_->data() + slot.offset);
          break;
        case Slot::Space::kArgument:
          argument_slots_[slot.index] = s;
          break;
        case Slot::Space::kResult:
          result_slots_[slot.index] = s;
          if (plan.num_checked > 0) {
            own_results_[slot.index] = next_result;
            next_result += Aligned(slot.bytes);
          }
          break;
        case Slot::Space::kConstant:
          SetAddress(s, const_cast<std::byte*>(plan.constants[slot.index].raw()));
          break;
      }
    }
    for (int o = 0; o < plan.num_checked; ++o) checked_.push_back(own_results_[o]);
  }

  absl::Status Run(absl::Span<Buffer* const> arguments, absl::Span<Buffer* const> results,
                   const CancellationToken& token) override {
    for (size_t i = 0; i < arguments.size(); ++i) {
      SetAddress(argument_slots_[i], arguments[i]->host());
    }
    for (size_t o = 0; o < result_slots_.size(); ++o) {
      if (result_slots_[o] >= 0) SetAddress(result_slots_[o], results[o]->host());
    }
    const ScopedFloatMode mode(program_->plan.flush_denormals);
    const size_t commit = Donates() ? commit_ : ops_.size();
    for (size_t i = 0; i < ops_.size(); ++i) {
      if (i <= commit) FG_RETURN_IF_ERROR(token.Check());
      FG_RETURN_IF_ERROR(RunOp(ops_[i], i < commit ? &token : nullptr));
    }
    return absl::OkStatus();
  }

  absl::Status RunSteps(int64_t count, CarriedState& state, BatchSource& batches, LossSink& losses,
                        const CancellationToken& token) override {
    changing_.clear();
    for (size_t i = 0; i < state.arguments.size(); ++i) {
      if (state.arguments[i] == nullptr) {
        changing_.push_back(argument_slots_[i]);
      } else {
        SetAddress(argument_slots_[i], state.arguments[i]->host());
      }
    }
    data_.assign(changing_.size(), nullptr);
    for (size_t o = 0; o < result_slots_.size(); ++o) {
      if (result_slots_[o] >= 0) SetAddress(result_slots_[o], own_results_[o]);
    }
    const ScopedFloatMode mode(program_->plan.flush_denormals);
    const Op* const begin = ops_.data();
    const Op* const commit = begin + commit_;
    const Op* const end = begin + ops_.size();
    Pacer pacer;
    for (int64_t step = 0; step < count; ++step) {
      FG_ASSIGN_OR_RETURN(const bool more, batches.Next(absl::MakeSpan(data_)));
      if (!more) return absl::OkStatus();
      for (size_t k = 0; k < changing_.size(); ++k) {
        SetAddress(changing_[k], const_cast<std::byte*>(data_[k]));
      }
      const bool slow = pacer.slow();
      for (const Op* op = begin; op != commit; ++op) {
        if (slow) FG_RETURN_IF_ERROR(token.Check());
        FG_RETURN_IF_ERROR(RunOp(*op, &token));
      }
      if (pacer.Due()) FG_RETURN_IF_ERROR(token.Check());
      FG_RETURN_IF_ERROR(losses.Check(checked_));
      for (const Op* op = commit; op != end; ++op) FG_RETURN_IF_ERROR(RunOp(*op, nullptr));
      FG_ASSIGN_OR_RETURN(const bool go_on, losses.StepDone());
      if (!go_on) return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  int64_t bytes() const override { return static_cast<int64_t>(memory_->bytes()); }

 private:
  // A call to make: a body on its operands, or a kernel on its rows of table_.
  struct Op {
    BodyCall::Body body = nullptr;
    int64_t count = 0;
    void* at[4] = {};  // to, a, b, c
    StepKernel* kernel = nullptr;
    size_t inputs = 0, outputs = 0;
    int pieces = 1;
  };
  // A place that holds the address of a slot, `offset` bytes on.
  struct Position {
    void** where;
    int64_t offset;
  };

  void AddStep(const StepProgram& step) {
    kernels_.push_back(step.kernel->Clone());
    StepKernel* const kernel = kernels_.back().get();
    const std::vector<BodyCall> calls = kernel->Calls();
    for (const BodyCall& call : calls) {
      Op op;
      op.body = call.body;
      op.count = call.count;
      const BodyCall::Place* places[] = {&call.to, &call.a, &call.b, &call.c};
      for (int i = 0; i < 4; ++i) Place(step, *places[i], i, op);
      ops_.push_back(op);
    }
    if (calls.empty()) {
      Op op;
      op.kernel = kernel;
      op.pieces = kernel->pieces();
      op.inputs = table_.size();
      op.outputs = op.inputs + step.input_slots.size();
      for (int slot : step.input_slots) AddToTable(slot);
      for (int slot : step.output_slots) AddToTable(slot);
      ops_.push_back(op);
    }
    if (kernels_.size() == static_cast<size_t>(program_->plan.commit)) commit_ = ops_.size();
  }

  void AddToTable(int slot) {
    in_table_.push_back({slot, table_.size()});
    table_.push_back(nullptr);
  }

  void Place(const StepProgram& step, const BodyCall::Place& place, int operand, Op& op) {
    using Of = BodyCall::Place::Of;
    switch (place.of) {
      case Of::kScratch:
        op.at[operand] = scratch_ + place.offset;
        break;
      case Of::kObject:
        op.at[operand] = const_cast<void*>(place.object);
        break;
      case Of::kInput:
        in_ops_.push_back({step.input_slots[place.index], ops_.size(), operand, place.offset});
        break;
      case Of::kOutput:
        in_ops_.push_back({step.output_slots[place.index], ops_.size(), operand, place.offset});
        break;
    }
  }

  // Once ops_ and table_ stay where they are.
  void BindPositions() {
    for (const auto& [slot, index] : in_table_) positions_[slot].push_back({&table_[index], 0});
    for (const InOps& use : in_ops_) {
      positions_[use.slot].push_back({&ops_[use.op].at[use.operand], use.offset});
    }
    in_table_.clear();
    in_ops_.clear();
  }

  bool Donates() const {
    const std::vector<int>& donated = program_->plan.donated_to;
    return std::any_of(donated.begin(), donated.end(), [](int argument) { return argument >= 0; });
  }

  // A large kernel stops between its pieces when `token`, which may be null, fires.
  absl::Status RunOp(const Op& op, const CancellationToken* token) {
    if (op.body != nullptr) {
      op.body(op.at[0], op.at[1], op.at[2], op.at[3], op.count);
      return absl::OkStatus();
    }
    const void* const* const inputs = table_.data() + op.inputs;
    void* const* const outputs = table_.data() + op.outputs;
    if (op.pieces == 1) return op.kernel->Run(inputs, outputs, scratch_);
    op.kernel->Begin(inputs, scratch_);
    std::atomic<bool> stopped{false};
    const auto run_piece = [&](int piece) {
      if (token != nullptr && !token->Check().ok()) stopped.store(true, std::memory_order_relaxed);
      if (stopped.load(std::memory_order_relaxed)) return;
      const ScopedFloatMode mode(program_->plan.flush_denormals);
      op.kernel->RunPiece(piece, inputs, outputs, scratch_);
    };
    if (crew_ != nullptr) {
      crew_->Run(op.pieces, run_piece);
    } else {
      for (int piece = 0; piece < op.pieces; ++piece) run_piece(piece);
    }
    return stopped.load(std::memory_order_relaxed) ? token->Check() : absl::OkStatus();
  }

  void SetAddress(int slot, void* address) {
    for (const Position& position : positions_[slot]) {
      *position.where = static_cast<std::byte*>(address) + position.offset;
    }
  }

  struct InOps {
    int slot;
    size_t op;
    int operand;
    int64_t offset;
  };

  const std::shared_ptr<const Program> program_;
  const std::unique_ptr<HostBuffer> memory_;  // Arena, scratch, checked results.
  Crew* const crew_;                          // May be null.
  std::byte* scratch_ = nullptr;
  std::vector<std::unique_ptr<StepKernel>> kernels_;
  std::vector<Op> ops_;
  size_t commit_ = 0;                             // ops_[0, commit_) come before the commit.
  std::vector<void*> table_;                      // The addresses that kernels see.
  std::vector<std::vector<Position>> positions_;  // Per slot.
  std::vector<std::pair<int, size_t>> in_table_;  // Slots to bind, while the ops are made.
  std::vector<InOps> in_ops_;
  std::vector<int> argument_slots_, result_slots_, changing_;
  std::vector<std::byte*> own_results_;
  std::vector<const std::byte*> checked_, data_;
};

class CpuExecutable : public Executable {
 public:
  explicit CpuExecutable(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  absl::StatusOr<std::unique_ptr<ExecutableInstance>> NewInstance(
      const std::shared_ptr<MemoryBudget>& budget, Crew* crew) const override {
    const Plan& plan = program_->plan;
    const int64_t results_offset = Aligned(plan.arena_bytes) + Aligned(program_->scratch_bytes);
    int64_t bytes = results_offset;
    for (const Slot& slot : plan.slots) {
      if (slot.space == Slot::Space::kResult && plan.num_checked > 0) bytes += Aligned(slot.bytes);
    }
    FG_ASSIGN_OR_RETURN(std::unique_ptr<HostBuffer> memory, HostBuffer::Create(budget, bytes));
    return std::make_unique<Instance>(program_, std::move(memory), results_offset, crew);
  }

  int64_t bytes() const override { return program_->plan.bytes(); }

 private:
  const std::shared_ptr<const Program> program_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Executable>> LoadPlan(compile::Plan plan) {
  auto program = std::make_shared<Program>();
  program->plan = std::move(plan);
  for (const compile::Step& step : program->plan.steps) {
    FG_ASSIGN_OR_RETURN(StepProgram loaded, MakeStep(program->plan, step));
    program->scratch_bytes = std::max(program->scratch_bytes, loaded.kernel->scratch_bytes());
    program->steps.push_back(std::move(loaded));
  }
  return std::make_shared<CpuExecutable>(std::move(program));
}

}  // namespace fluxgate::cpu
