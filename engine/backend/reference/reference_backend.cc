#include "engine/backend/reference/reference_backend.h"

#include <cstring>
#include <utility>

#include "engine/backend/host_buffer.h"
#include "engine/base/status_macros.h"
#include "engine/ir/interpreter.h"

namespace fluxgate {
namespace {

using Tensors = std::vector<Tensor>;

class ReferenceInstance : public ExecutableInstance {
 public:
  explicit ReferenceInstance(std::shared_ptr<const compile::Plan> plan) : plan_(std::move(plan)) {}

  absl::Status Run(absl::Span<Buffer* const> arguments, absl::Span<Buffer* const> results,
                   const CancellationToken& token) override {
    FG_ASSIGN_OR_RETURN(Tensors inputs, ReadInputs(arguments, {}));
    FG_ASSIGN_OR_RETURN(Tensors outputs, ir::Evaluate(plan_->graph, inputs, token));
    for (size_t o = 0; o < outputs.size(); ++o) {
      Buffer* to = plan_->donated_to[o] >= 0 ? arguments[plan_->donated_to[o]] : results[o];
      std::memcpy(to->host(), outputs[o].raw(), outputs[o].bytes());
    }
    return absl::OkStatus();
  }

  absl::Status RunSteps(int64_t count, CarriedState& state, BatchSource& batches, LossSink& losses,
                        const CancellationToken& token) override {
    size_t changing = 0;
    for (Buffer* argument : state.arguments) changing += argument == nullptr;
    std::vector<const std::byte*> data(changing);
    for (int64_t step = 0; step < count; ++step) {
      FG_ASSIGN_OR_RETURN(const bool more, batches.Next(absl::MakeSpan(data)));
      if (!more) break;
      FG_ASSIGN_OR_RETURN(Tensors inputs, ReadInputs(state.arguments, data));
      FG_ASSIGN_OR_RETURN(Tensors outputs, ir::Evaluate(plan_->graph, inputs, token));
      FG_RETURN_IF_ERROR(token.Check());
      std::vector<const std::byte*> checked;
      for (int o = 0; o < plan_->num_checked; ++o) checked.push_back(outputs[o].raw());
      FG_RETURN_IF_ERROR(losses.Check(checked));
      for (size_t o = plan_->num_checked; o < outputs.size(); ++o) {
        std::memcpy(state.arguments[plan_->donated_to[o]]->host(), outputs[o].raw(),
                    outputs[o].bytes());
      }
      FG_ASSIGN_OR_RETURN(const bool go_on, losses.StepDone());
      if (!go_on) break;
    }
    return absl::OkStatus();
  }

  int64_t bytes() const override { return 0; }

 private:
  absl::StatusOr<Tensors> ReadInputs(absl::Span<Buffer* const> arguments,
                                     absl::Span<const std::byte* const> data) const {
    Tensors inputs;
    size_t next = 0;
    for (size_t i = 0; i < plan_->graph.inputs.size(); ++i) {
      const ir::Node& node = plan_->graph.node(plan_->graph.inputs[i]);
      FG_ASSIGN_OR_RETURN(Tensor input, Tensor::Create(node.dtype, node.shape));
      const std::byte* from = arguments[i] != nullptr ? arguments[i]->host() : data[next++];
      if (input.bytes() > 0) std::memcpy(input.mutable_raw(), from, input.bytes());
      inputs.push_back(std::move(input));
    }
    return inputs;
  }

  const std::shared_ptr<const compile::Plan> plan_;
};

class ReferenceExecutable : public Executable {
 public:
  explicit ReferenceExecutable(compile::Plan plan)
      : plan_(std::make_shared<const compile::Plan>(std::move(plan))) {}
  absl::StatusOr<std::unique_ptr<ExecutableInstance>> NewInstance(
      const std::shared_ptr<MemoryBudget>& budget, Crew* crew) const override {
    return std::make_unique<ReferenceInstance>(plan_);
  }
  int64_t bytes() const override { return plan_->bytes(); }

 private:
  const std::shared_ptr<const compile::Plan> plan_;
};

class ReferenceBackend : public Backend {
 public:
  const DeviceInfo& info() const override { return info_; }
  bool Supports(ir::OpKind op, DType dtype) const override { return true; }
  absl::StatusOr<std::unique_ptr<Buffer>> Allocate(const std::shared_ptr<MemoryBudget>& budget,
                                                   size_t bytes) override {
    return HostBuffer::Create(budget, bytes);
  }
  absl::Status CopyIn(absl::Span<const std::byte> host, Buffer& device) override {
    return CopyIntoHostBuffer(host, device);
  }
  absl::Status CopyOut(Buffer& device, absl::Span<std::byte> host) override {
    return CopyOutOfHostBuffer(device, host);
  }
  absl::StatusOr<std::shared_ptr<const Executable>> Load(compile::Plan plan) override {
    return std::make_shared<ReferenceExecutable>(std::move(plan));
  }
  absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                      absl::Span<const Tensor> operands) override {
    return ir::EvaluateNode(node, operands);
  }

 private:
  const DeviceInfo info_{"reference", "the interpreter, for tests"};
};

}  // namespace

std::unique_ptr<Backend> NewReferenceBackend() { return std::make_unique<ReferenceBackend>(); }

}  // namespace fluxgate
