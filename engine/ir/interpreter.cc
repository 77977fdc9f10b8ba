#include "engine/ir/interpreter.h"

#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/ir/elementwise.h"
#include "engine/kernels/gather.h"
#include "engine/kernels/matmul.h"
#include "engine/kernels/random.h"
#include "engine/kernels/reduce.h"
#include "engine/kernels/scan.h"
#include "engine/kernels/strided_copy.h"

namespace fluxgate::ir {
namespace {

using Operands = absl::Span<const OperandView>;

absl::Span<const int64_t> IndicesOf(const OperandView& view) {
  return absl::Span<const int64_t>(static_cast<const int64_t*>(view.data),
                                   static_cast<size_t>(view.shape->num_elements()));
}

void EvaluateReduce(kernels::ReduceKind kind, const Node& node, Operands operands, void* result) {
  kernels::Reduce(kind, node.dtype, *operands[0].shape, std::get<DimsAttr>(node.attr).dims,
                  operands[0].data, result);
}

// A batch dim of 1 serves every matrix of the other operand.
void EvaluateMatMul(const Node& node, Operands operands, void* result) {
  const auto& attr = std::get<MatMulAttr>(node.attr);
  const Shape& a = *operands[0].shape;
  const Shape& b = *operands[1].shape;
  const kernels::MatMulShape shape{node.shape.dim(0), node.shape.dim(1),
                                   a.dim(attr.transpose_a ? 0 : 1), attr.transpose_a,
                                   attr.transpose_b};
  const int64_t size = SizeOf(node.dtype);
  const int64_t a_step = a.dim(2) == 1 ? 0 : a.dim(0) * a.dim(1) * size;
  const int64_t b_step = b.dim(2) == 1 ? 0 : b.dim(0) * b.dim(1) * size;
  const auto* x = static_cast<const std::byte*>(operands[0].data);
  const auto* y = static_cast<const std::byte*>(operands[1].data);
  auto* z = static_cast<std::byte*>(result);
  for (int64_t i = 0; i < node.shape.dim(2); ++i) {
    kernels::MatMul(node.dtype, shape, x + i * a_step, y + i * b_step,
                    z + i * shape.m * shape.n * size);
  }
}

void EvaluateRandom(const Node& node, Operands operands, void* result) {
  const auto& attr = std::get<RandomAttr>(node.attr);
  const auto kind = attr.distribution == RandomAttr::Distribution::kUniform
                        ? kernels::RandomKind::kUniform
                        : kernels::RandomKind::kNormal;
  kernels::Random(kind, node.dtype, static_cast<const int64_t*>(operands[0].data), attr.draw,
                  node.shape.num_elements(), result);
}

kernels::SliceSpan SpanOf(const SliceAttr& slice) { return {slice.start, slice.count, slice.step}; }

}  // namespace

absl::Status EvaluateNodeInto(const Node& node, Operands operands, void* result) {
  const int64_t size = SizeOf(node.dtype);
  const int64_t count = node.shape.num_elements();
  const auto bytes = static_cast<size_t>(count * size);
  switch (node.op) {
#define UNARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#include "engine/ir/op.def"
    return ApplyElementwise(node.op, operands[0].dtype, count, operands[0].data, nullptr, result);
#define BINARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#include "engine/ir/op.def"
    return ApplyElementwise(node.op, operands[0].dtype, count, operands[0].data, operands[1].data,
                            result);

    case OpKind::kInput:
    case OpKind::kConstant:
      return absl::InternalError("inputs and constants are not computed");
    case OpKind::kIota:
      kernels::Iota(node.dtype, node.shape, std::get<IotaAttr>(node.attr).dim, result);
      return absl::OkStatus();
    case OpKind::kRandom:
      EvaluateRandom(node, operands, result);
      return absl::OkStatus();

    case OpKind::kCast:
      ApplyCast(operands[0].dtype, node.dtype, count, operands[0].data, result);
      return absl::OkStatus();
    case OpKind::kSelect:
      ApplySelect(size, count, operands[0].data, operands[1].data, operands[2].data, result);
      return absl::OkStatus();

    case OpKind::kReshape:
      std::memcpy(result, operands[0].data, bytes);
      return absl::OkStatus();
    case OpKind::kBroadcast:
      kernels::BroadcastTo(size, *operands[0].shape, operands[0].data, node.shape, result);
      return absl::OkStatus();
    case OpKind::kPermute:
      kernels::Permute(size, *operands[0].shape, operands[0].data,
                       std::get<DimsAttr>(node.attr).dims, result);
      return absl::OkStatus();
    case OpKind::kSlice:
      kernels::Slice(size, *operands[0].shape, operands[0].data,
                     SpanOf(std::get<SliceAttr>(node.attr)), result);
      return absl::OkStatus();
    case OpKind::kPadSlice:
      std::memset(result, 0, bytes);
      kernels::WriteSlice(size, operands[0].data, SpanOf(std::get<SliceAttr>(node.attr)),
                          node.shape, result);
      return absl::OkStatus();
    case OpKind::kUpdateSlice:
      std::memcpy(result, operands[0].data, bytes);
      kernels::WriteSlice(size, operands[1].data, SpanOf(std::get<SliceAttr>(node.attr)),
                          node.shape, result);
      return absl::OkStatus();
    case OpKind::kConcat: {
      const int dim = std::get<DimAttr>(node.attr).dim;
      int64_t start = 0;
      for (const OperandView& part : operands) {
        kernels::WriteAlong(size, dim, start, *part.shape, part.data, node.shape, result);
        start += part.shape->dim(dim);
      }
      return absl::OkStatus();
    }
    case OpKind::kGather:
      return kernels::Gather(size, *operands[0].shape, operands[0].data,
                             std::get<DimAttr>(node.attr).dim, IndicesOf(operands[1]), result);
    case OpKind::kScatterAdd:
      return kernels::ScatterAdd(node.dtype, node.shape, operands[0].data,
                                 std::get<DimAttr>(node.attr).dim, IndicesOf(operands[1]), result);

    case OpKind::kSum:
      EvaluateReduce(kernels::ReduceKind::kSum, node, operands, result);
      return absl::OkStatus();
    case OpKind::kProd:
      EvaluateReduce(kernels::ReduceKind::kProd, node, operands, result);
      return absl::OkStatus();
    case OpKind::kReduceMax:
      EvaluateReduce(kernels::ReduceKind::kMax, node, operands, result);
      return absl::OkStatus();
    case OpKind::kReduceMin:
      EvaluateReduce(kernels::ReduceKind::kMin, node, operands, result);
      return absl::OkStatus();
    case OpKind::kArgMax:
    case OpKind::kArgMin:
      kernels::ArgReduce(node.op == OpKind::kArgMax, operands[0].dtype, *operands[0].shape,
                         std::get<DimAttr>(node.attr).dim, operands[0].data,
                         static_cast<int64_t*>(result));
      return absl::OkStatus();
    case OpKind::kCumSum:
      kernels::CumSum(node.dtype, node.shape, std::get<DimAttr>(node.attr).dim, operands[0].data,
                      result);
      return absl::OkStatus();

    case OpKind::kMatMul:
      EvaluateMatMul(node, operands, result);
      return absl::OkStatus();
  }
  return absl::InternalError("unknown op");
}

absl::StatusOr<Tensor> EvaluateNode(const Node& node, absl::Span<const Tensor> operands) {
  if (node.op == OpKind::kConstant) return std::get<ConstantAttr>(node.attr).value;
  if (node.op == OpKind::kReshape) return operands[0].Reshaped(node.shape);
  if (node.op == OpKind::kBarrier || node.op == OpKind::kStopGradient) return operands[0];
  FG_ASSIGN_OR_RETURN(Tensor result, Tensor::Create(node.dtype, node.shape));
  absl::InlinedVector<OperandView, 3> views;
  for (const Tensor& t : operands) views.push_back({t.dtype(), &t.shape(), t.raw()});
  FG_RETURN_IF_ERROR(EvaluateNodeInto(node, views, result.mutable_raw()));
  return result;
}

absl::StatusOr<std::vector<Tensor>> Evaluate(const Graph& graph, absl::Span<const Tensor> inputs,
                                             const CancellationToken& token) {
  if (inputs.size() != graph.inputs.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the graph takes ", graph.inputs.size(), " inputs, got ", inputs.size()));
  }
  const auto size = static_cast<NodeId>(graph.nodes.size());
  std::vector<NodeId> last_use(graph.nodes.size(), kNoNode);
  for (NodeId id = 0; id < size; ++id) {
    for (NodeId operand : graph.node(id).operands) last_use[operand] = id;
  }
  for (NodeId output : graph.outputs) last_use[output] = size;

  std::vector<Tensor> values(graph.nodes.size());
  for (NodeId id = 0; id < size; ++id) {
    const Node& node = graph.node(id);
    if (node.op == OpKind::kInput) {
      const int index = std::get<InputAttr>(node.attr).index;
      const Tensor& input = inputs[index];
      if (input.dtype() != node.dtype || input.shape() != node.shape) {
        return absl::InvalidArgumentError(
            absl::StrCat("input ", index + 1, " is ", DTypeName(input.dtype()), " of size ",
                         input.shape().ToString(), ", expected ", DTypeName(node.dtype),
                         " of size ", node.shape.ToString()));
      }
      values[id] = input;
      continue;
    }
    if (last_use[id] == kNoNode) continue;
    FG_RETURN_IF_ERROR(token.Check());
    absl::InlinedVector<Tensor, 3> operands;
    for (NodeId operand : node.operands) operands.push_back(values[operand]);
    FG_ASSIGN_OR_RETURN(values[id], EvaluateNode(node, operands));
    for (NodeId operand : node.operands) {
      if (last_use[operand] == id) values[operand] = Tensor();
    }
  }
  std::vector<Tensor> outputs;
  outputs.reserve(graph.outputs.size());
  for (NodeId output : graph.outputs) outputs.push_back(values[output]);
  return outputs;
}

}  // namespace fluxgate::ir
