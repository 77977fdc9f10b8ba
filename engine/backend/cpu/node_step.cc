#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/backend/cpu/kernels/matmul.h"
#include "engine/backend/cpu/kernels/reduce.h"
#include "engine/backend/cpu/step_kernel.h"
#include "engine/base/status_macros.h"
#include "engine/kernels/gather.h"
#include "engine/kernels/matmul.h"
#include "engine/kernels/random.h"
#include "engine/kernels/scan.h"
#include "engine/kernels/strided_copy.h"

namespace fluxgate::cpu {
namespace {

using ir::Node;
using ir::OpKind;

class GemmStep : public StepKernel {
 public:
  explicit GemmStep(GemmPlan plan) : plan_(std::move(plan)) {}
  std::unique_ptr<StepKernel> Clone() const override { return std::make_unique<GemmStep>(*this); }
  int64_t scratch_bytes() const override { return plan_.scratch_bytes(); }
  absl::Status Run(const void* const* inputs, void* const* outputs, void* scratch) override {
    plan_.Run(inputs[0], inputs[1], outputs[0], scratch);
    return absl::OkStatus();
  }
  int pieces() const override { return plan_.pieces(); }
  void Begin(const void* const* inputs, void* scratch) override { plan_.Begin(inputs[0], scratch); }
  void RunPiece(int piece, const void* const* inputs, void* const* outputs,
                void* scratch) override {
    plan_.RunPiece(piece, inputs[0], inputs[1], outputs[0], scratch);
  }

 private:
  GemmPlan plan_;
};

class ReduceStep : public StepKernel {
 public:
  explicit ReduceStep(ReduceKernel kernel) : kernel_(std::move(kernel)) {}
  std::unique_ptr<StepKernel> Clone() const override { return std::make_unique<ReduceStep>(*this); }
  absl::Status Run(const void* const* inputs, void* const* outputs, void* scratch) override {
    kernel_.Run(inputs[0], outputs[0]);
    return absl::OkStatus();
  }
  std::vector<BodyCall> Calls() const override {
    using Place = BodyCall::Place;
    const auto body = [](void* to, const void* a, const void*, const void* kernel, int64_t) {
      static_cast<const ReduceKernel*>(kernel)->Run(a, to);
    };
    const Place from{Place::Of::kInput};
    return {{body, {Place::Of::kOutput}, from, from, {Place::Of::kObject, 0, 0, &kernel_}, 1}};
  }

 private:
  const ReduceKernel kernel_;
};

class CopyStep : public StepKernel {
 public:
  explicit CopyStep(int64_t bytes) : bytes_(bytes) {}
  std::unique_ptr<StepKernel> Clone() const override { return std::make_unique<CopyStep>(*this); }
  absl::Status Run(const void* const* inputs, void* const* outputs, void* scratch) override {
    if (bytes_ > 0) std::memmove(outputs[0], inputs[0], bytes_);
    return absl::OkStatus();
  }

 private:
  const int64_t bytes_;
};

kernels::SliceSpan SpanOf(const ir::SliceAttr& slice) {
  return {slice.start, slice.count, slice.step};
}

// The ops whose bodies are the plain ones of engine/kernels.
class PlainStep : public StepKernel {
 public:
  PlainStep(Node node, std::vector<OperandType> operands)
      : node_(std::move(node)), operands_(std::move(operands)) {}
  std::unique_ptr<StepKernel> Clone() const override { return std::make_unique<PlainStep>(*this); }

  absl::Status Run(const void* const* inputs, void* const* outputs, void* scratch) override {
    void* const out = outputs[0];
    const int64_t size = SizeOf(node_.dtype);
    switch (node_.op) {
      case OpKind::kIota:
        kernels::Iota(node_.dtype, node_.shape, std::get<ir::IotaAttr>(node_.attr).dim, out);
        return absl::OkStatus();
      case OpKind::kRandom: {
        const auto& random = std::get<ir::RandomAttr>(node_.attr);
        kernels::Random(random.distribution == ir::RandomAttr::Distribution::kNormal
                            ? kernels::RandomKind::kNormal
                            : kernels::RandomKind::kUniform,
                        node_.dtype, static_cast<const int64_t*>(inputs[0]), random.draw,
                        node_.shape.num_elements(), out);
        return absl::OkStatus();
      }
      case OpKind::kReshape:
        if (bytes() > 0) std::memcpy(out, inputs[0], bytes());
        return absl::OkStatus();
      case OpKind::kBroadcast:
        kernels::BroadcastTo(size, shape(0), inputs[0], node_.shape, out);
        return absl::OkStatus();
      case OpKind::kPermute:
        kernels::Permute(size, shape(0), inputs[0], std::get<ir::DimsAttr>(node_.attr).dims, out);
        return absl::OkStatus();
      case OpKind::kSlice:
        kernels::Slice(size, shape(0), inputs[0], SpanOf(std::get<ir::SliceAttr>(node_.attr)), out);
        return absl::OkStatus();
      case OpKind::kPadSlice:
        if (bytes() > 0) std::memset(out, 0, bytes());
        kernels::WriteSlice(size, inputs[0], SpanOf(std::get<ir::SliceAttr>(node_.attr)),
                            node_.shape, out);
        return absl::OkStatus();
      case OpKind::kUpdateSlice:
        if (bytes() > 0) std::memcpy(out, inputs[0], bytes());
        kernels::WriteSlice(size, inputs[1], SpanOf(std::get<ir::SliceAttr>(node_.attr)),
                            node_.shape, out);
        return absl::OkStatus();
      case OpKind::kConcat: {
        const int dim = std::get<ir::DimAttr>(node_.attr).dim;
        int64_t start = 0;
        for (size_t i = 0; i < operands_.size(); ++i) {
          kernels::WriteAlong(size, dim, start, operands_[i].shape, inputs[i], node_.shape, out);
          start += operands_[i].shape.dim(dim);
        }
        return absl::OkStatus();
      }
      case OpKind::kGather:
        return kernels::Gather(size, shape(0), inputs[0], std::get<ir::DimAttr>(node_.attr).dim,
                               Indices(inputs[1]), out);
      case OpKind::kScatterAdd:
        return kernels::ScatterAdd(node_.dtype, node_.shape, inputs[0],
                                   std::get<ir::DimAttr>(node_.attr).dim, Indices(inputs[1]), out);
      case OpKind::kArgMax:
      case OpKind::kArgMin:
        kernels::ArgReduce(node_.op == OpKind::kArgMax, operands_[0].dtype, shape(0),
                           std::get<ir::DimAttr>(node_.attr).dim, inputs[0],
                           static_cast<int64_t*>(out));
        return absl::OkStatus();
      case OpKind::kCumSum:
        kernels::CumSum(node_.dtype, shape(0), std::get<ir::DimAttr>(node_.attr).dim, inputs[0],
                        out);
        return absl::OkStatus();
      case OpKind::kMatMul:
        MultiplyIntegers(inputs, out);
        return absl::OkStatus();
      default:  // MakeNodeKernel lets nothing else through.
        return absl::InternalError(absl::StrCat("no kernel for ", ir::GetOpInfo(node_.op).name));
    }
  }

  static bool Has(OpKind op) {
    switch (op) {
      case OpKind::kIota:
      case OpKind::kRandom:
      case OpKind::kReshape:
      case OpKind::kBroadcast:
      case OpKind::kPermute:
      case OpKind::kSlice:
      case OpKind::kPadSlice:
      case OpKind::kUpdateSlice:
      case OpKind::kConcat:
      case OpKind::kGather:
      case OpKind::kScatterAdd:
      case OpKind::kArgMax:
      case OpKind::kArgMin:
      case OpKind::kCumSum:
      case OpKind::kMatMul:
        return true;
      default:  // Leaves, and ops with kernels of their own.
        return false;
    }
  }

 private:
  const Shape& shape(int operand) const { return operands_[operand].shape; }
  int64_t bytes() const { return node_.shape.num_elements() * SizeOf(node_.dtype); }
  absl::Span<const int64_t> Indices(const void* indices) const {
    return {static_cast<const int64_t*>(indices), static_cast<size_t>(shape(1).num_elements())};
  }

  void MultiplyIntegers(const void* const* inputs, void* out) const {
    const auto& attr = std::get<ir::MatMulAttr>(node_.attr);
    const kernels::MatMulShape product{node_.shape.dim(0), node_.shape.dim(1),
                                       shape(0).dim(attr.transpose_a ? 0 : 1), attr.transpose_a,
                                       attr.transpose_b};
    const int64_t size = SizeOf(node_.dtype);
    const int64_t step_a = shape(0).dim(2) == 1 ? 0 : product.m * product.k * size;
    const int64_t step_b = shape(1).dim(2) == 1 ? 0 : product.k * product.n * size;
    for (int64_t b = 0; b < node_.shape.dim(2); ++b) {
      kernels::MatMul(node_.dtype, product, static_cast<const std::byte*>(inputs[0]) + b * step_a,
                      static_cast<const std::byte*>(inputs[1]) + b * step_b,
                      static_cast<std::byte*>(out) + b * product.m * product.n * size);
    }
  }

  const Node node_;
  const std::vector<OperandType> operands_;
};

absl::StatusOr<std::unique_ptr<StepKernel>> MakeGemm(const Node& node, const OperandType& a,
                                                     const OperandType& b) {
  const auto& attr = std::get<ir::MatMulAttr>(node.attr);
  GemmShape shape{node.dtype, node.shape.dim(0), node.shape.dim(1)};
  shape.k = a.shape.dim(attr.transpose_a ? 0 : 1);
  shape.transpose_a = attr.transpose_a;
  shape.transpose_b = attr.transpose_b;
  shape.batch = node.shape.dim(2);
  shape.share_a = a.shape.dim(2) != shape.batch;
  shape.share_b = b.shape.dim(2) != shape.batch;
  FG_ASSIGN_OR_RETURN(GemmPlan plan, GemmPlan::Create(shape));
  return std::make_unique<GemmStep>(std::move(plan));
}

}  // namespace

absl::StatusOr<std::unique_ptr<StepKernel>> MakeNodeKernel(const Node& node,
                                                           absl::Span<const OperandType> operands) {
  switch (node.op) {
    case OpKind::kSum:
    case OpKind::kProd:
    case OpKind::kReduceMax:
    case OpKind::kReduceMin: {
      FG_ASSIGN_OR_RETURN(ReduceKernel kernel,
                          ReduceKernel::Create(node.op, operands[0].dtype, operands[0].shape,
                                               std::get<ir::DimsAttr>(node.attr).dims));
      return std::make_unique<ReduceStep>(std::move(kernel));
    }
    case OpKind::kMatMul:
      if (IsFloat(node.dtype)) return MakeGemm(node, operands[0], operands[1]);
      break;
    default:  // Plain, or refused below.
      break;
  }
  if (!PlainStep::Has(node.op)) {
    return absl::InternalError(absl::StrCat("no kernel for ", ir::GetOpInfo(node.op).name));
  }
  return std::make_unique<PlainStep>(node,
                                     std::vector<OperandType>(operands.begin(), operands.end()));
}

absl::StatusOr<StepProgram> MakeNodeStep(const compile::Plan& plan, const compile::Step& step) {
  StepProgram result;
  for (const compile::Operand& input : step.inputs) result.input_slots.push_back(input.slot);
  for (const compile::Operand& output : step.outputs) result.output_slots.push_back(output.slot);
  if (step.kind == compile::Step::Kind::kCopy) {
    result.kernel = std::make_unique<CopyStep>(plan.slots[result.output_slots[0]].bytes);
    return result;
  }
  const Node& node = plan.graph.nodes[step.nodes[0]];
  std::vector<OperandType> operands;
  for (ir::NodeId id : node.operands) {
    operands.push_back({plan.graph.nodes[id].dtype, plan.graph.nodes[id].shape});
  }
  FG_ASSIGN_OR_RETURN(result.kernel, MakeNodeKernel(node, operands));
  return result;
}

absl::StatusOr<StepProgram> MakeStep(const compile::Plan& plan, const compile::Step& step) {
  return step.kind == compile::Step::Kind::kFused ? MakeFusedStep(plan, step)
                                                  : MakeNodeStep(plan, step);
}

}  // namespace fluxgate::cpu
