#include "engine/backend/cpu/cpu_backend.h"

#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/backend/cpu/executable.h"
#include "engine/backend/cpu/kernels/cpu_level.h"
#include "engine/backend/cpu/kernels/fused.h"
#include "engine/backend/cpu/kernels/matmul.h"
#include "engine/backend/cpu/step_kernel.h"
#include "engine/backend/host_buffer.h"
#include "engine/base/status_macros.h"
#include "engine/compile/fusion.h"
#include "engine/ir/interpreter.h"

namespace fluxgate {
namespace {

// Below so many elements the interpreter's scalar bodies, which give the same bits, beat setting up
// a kernel.
constexpr int64_t kSmall = 256;

absl::StatusOr<Tensor> EvaluateElementwise(const ir::Node& node,
                                           absl::Span<const Tensor> operands) {
  cpu::FusedProgram program;
  program.shape = node.shape;
  cpu::FusedInstruction instruction{node.op, node.dtype};
  std::vector<const void*> inputs;
  for (size_t i = 0; i < operands.size(); ++i) {
    instruction.operands[i] = static_cast<int32_t>(i);
    program.inputs.push_back({operands[i].dtype(), {}, 0});
    inputs.push_back(operands[i].raw());
  }
  program.instructions.push_back(instruction);
  program.outputs.push_back({static_cast<int32_t>(operands.size()), -1});
  FG_ASSIGN_OR_RETURN(cpu::FusedKernel kernel, cpu::FusedKernel::Create(program));
  FG_ASSIGN_OR_RETURN(Tensor result, Tensor::Create(node.dtype, node.shape));
  FG_ASSIGN_OR_RETURN(auto scratch, HostBuffer::Create(nullptr, kernel.scratch_bytes()));
  void* output = result.mutable_raw();
  kernel.Run(inputs, {&output, 1}, scratch->data());
  return result;
}

absl::StatusOr<Tensor> EvaluateWithKernel(const ir::Node& node, absl::Span<const Tensor> operands) {
  std::vector<cpu::OperandType> types;
  std::vector<const void*> inputs;
  for (const Tensor& operand : operands) {
    types.push_back({operand.dtype(), operand.shape()});
    inputs.push_back(operand.raw());
  }
  FG_ASSIGN_OR_RETURN(std::unique_ptr<cpu::StepKernel> kernel, cpu::MakeNodeKernel(node, types));
  FG_ASSIGN_OR_RETURN(Tensor result, Tensor::Create(node.dtype, node.shape));
  FG_ASSIGN_OR_RETURN(auto scratch, HostBuffer::Create(nullptr, kernel->scratch_bytes()));
  void* output = result.mutable_raw();
  FG_RETURN_IF_ERROR(kernel->Run(inputs.data(), &output, scratch->data()));
  return result;
}

class CpuBackend : public Backend {
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
    return cpu::LoadPlan(std::move(plan));
  }

  absl::StatusOr<Tensor> EvaluateNode(const ir::Node& node,
                                      absl::Span<const Tensor> operands) override {
    if (node.op == ir::OpKind::kMatMul && IsFloat(node.dtype)) {
      return EvaluateWithKernel(node, operands);
    }
    int64_t elements = node.shape.num_elements();
    for (const Tensor& operand : operands) elements = std::max(elements, operand.num_elements());
    if (elements > kSmall) {
      if (compile::IsFusible(node)) return EvaluateElementwise(node, operands);
      switch (node.op) {
        case ir::OpKind::kSum:
        case ir::OpKind::kProd:
        case ir::OpKind::kReduceMax:
        case ir::OpKind::kReduceMin:
          return EvaluateWithKernel(node, operands);
        default:  // The plain bodies are the interpreter's.
          break;
      }
    }
    return ir::EvaluateNode(node, operands);
  }

 private:
  const DeviceInfo info_{"cpu", absl::StrCat(cpu::CpuLevelName(cpu::BestLevel()), ", ",
                                             std::thread::hardware_concurrency(), " cores")};
};

}  // namespace

std::unique_ptr<Backend> NewCpuBackend() { return std::make_unique<CpuBackend>(); }

}  // namespace fluxgate
