#include "engine/backend/cpu/executable.h"

#include <algorithm>
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
           int64_t results_offset)
      : program_(std::move(program)), memory_(std::move(memory)) {
    const Plan& plan = program_->plan;
    scratch_ = memory_->data() + Aligned(plan.arena_bytes);
    positions_.resize(plan.slots.size());
    size_t table_size = 0;
    for (const StepProgram& step : program_->steps) {
      steps_.push_back({step.kernel->Clone(), table_size, table_size + step.input_slots.size()});
      for (int slot : step.input_slots) positions_[slot].push_back(table_size++);
      for (int slot : step.output_slots) positions_[slot].push_back(table_size++);
    }
    table_.resize(table_size);
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
    const int commit = static_cast<int>(steps_.size()) > program_->plan.commit && Donates()
                           ? program_->plan.commit
                           : static_cast<int>(steps_.size());
    for (int s = 0; s < static_cast<int>(steps_.size()); ++s) {
      if (s <= commit) FG_RETURN_IF_ERROR(token.Check());
      FG_RETURN_IF_ERROR(RunStep(s));
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
    const int commit = program_->plan.commit, end = static_cast<int>(steps_.size());
    Pacer pacer;
    for (int64_t step = 0; step < count; ++step) {
      FG_ASSIGN_OR_RETURN(const bool more, batches.Next(absl::MakeSpan(data_)));
      if (!more) return absl::OkStatus();
      for (size_t k = 0; k < changing_.size(); ++k) {
        SetAddress(changing_[k], const_cast<std::byte*>(data_[k]));
      }
      for (int s = 0; s < commit; ++s) {
        if (pacer.slow()) FG_RETURN_IF_ERROR(token.Check());
        FG_RETURN_IF_ERROR(RunStep(s));
      }
      if (pacer.Due()) FG_RETURN_IF_ERROR(token.Check());
      FG_RETURN_IF_ERROR(losses.Check(checked_));
      for (int s = commit; s < end; ++s) FG_RETURN_IF_ERROR(RunStep(s));
      FG_ASSIGN_OR_RETURN(const bool go_on, losses.StepDone());
      if (!go_on) return absl::OkStatus();
    }
    return absl::OkStatus();
  }

  int64_t bytes() const override { return static_cast<int64_t>(memory_->bytes()); }

 private:
  struct BoundStep {
    std::unique_ptr<StepKernel> kernel;
    size_t inputs, outputs;  // Where its addresses begin in table_.
  };

  bool Donates() const {
    const std::vector<int>& donated = program_->plan.donated_to;
    return std::any_of(donated.begin(), donated.end(), [](int argument) { return argument >= 0; });
  }

  absl::Status RunStep(int s) {
    const BoundStep& step = steps_[s];
    return step.kernel->Run(const_cast<const void* const*>(table_.data() + step.inputs),
                            table_.data() + step.outputs, scratch_);
  }

  void SetAddress(int slot, void* address) {
    for (size_t position : positions_[slot]) table_[position] = address;
  }

  const std::shared_ptr<const Program> program_;
  const std::unique_ptr<HostBuffer> memory_;  // Arena, scratch, checked results.
  std::byte* scratch_ = nullptr;
  std::vector<BoundStep> steps_;
  std::vector<void*> table_;                    // The addresses that the kernels see, step by step.
  std::vector<std::vector<size_t>> positions_;  // Per slot: where its address stands in table_.
  std::vector<int> argument_slots_, result_slots_, changing_;
  std::vector<std::byte*> own_results_;
  std::vector<const std::byte*> checked_, data_;
};

class CpuExecutable : public Executable {
 public:
  explicit CpuExecutable(std::shared_ptr<const Program> program) : program_(std::move(program)) {}

  absl::StatusOr<std::unique_ptr<ExecutableInstance>> NewInstance(
      const std::shared_ptr<MemoryBudget>& budget) const override {
    const Plan& plan = program_->plan;
    const int64_t results_offset = Aligned(plan.arena_bytes) + Aligned(program_->scratch_bytes);
    int64_t bytes = results_offset;
    for (const Slot& slot : plan.slots) {
      if (slot.space == Slot::Space::kResult && plan.num_checked > 0) bytes += Aligned(slot.bytes);
    }
    FG_ASSIGN_OR_RETURN(std::unique_ptr<HostBuffer> memory, HostBuffer::Create(budget, bytes));
    return std::make_unique<Instance>(program_, std::move(memory), results_offset);
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
