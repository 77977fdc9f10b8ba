#include "engine/ir/verifier.h"

#include "absl/strings/str_cat.h"
#include "engine/ir/shape_inference.h"

namespace fluxgate::ir {
namespace {

bool HasItsAttr(const Node& node) {
  const Attr& attr = node.attr;
  switch (node.op) {
#define UNARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#define BINARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#include "engine/ir/op.def"
    case OpKind::kCast:
    case OpKind::kSelect:
    case OpKind::kReshape:
    case OpKind::kBroadcast:
      return std::holds_alternative<std::monostate>(attr);
    case OpKind::kInput:
      return std::holds_alternative<InputAttr>(attr);
    case OpKind::kConstant:
      return std::holds_alternative<ConstantAttr>(attr);
    case OpKind::kIota:
      return std::holds_alternative<IotaAttr>(attr);
    case OpKind::kRandom:
      return std::holds_alternative<RandomAttr>(attr);
    case OpKind::kSlice:
    case OpKind::kPadSlice:
    case OpKind::kUpdateSlice:
      return std::holds_alternative<SliceAttr>(attr);
    case OpKind::kConcat:
    case OpKind::kGather:
    case OpKind::kScatterAdd:
    case OpKind::kArgMax:
    case OpKind::kArgMin:
    case OpKind::kCumSum:
      return std::holds_alternative<DimAttr>(attr);
    case OpKind::kPermute:
    case OpKind::kSum:
    case OpKind::kProd:
    case OpKind::kReduceMax:
    case OpKind::kReduceMin:
      return std::holds_alternative<DimsAttr>(attr);
    case OpKind::kMatMul:
      return std::holds_alternative<MatMulAttr>(attr);
  }
  return false;
}

absl::Status VerifyNode(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const int arity = GetOpInfo(node.op).arity;
  const int count = static_cast<int>(node.operands.size());
  if (arity < 0 ? count < 1 : count != arity) {
    return absl::InternalError(absl::StrCat("has ", count, " operands"));
  }
  for (NodeId operand : node.operands) {
    if (operand < 0 || operand >= id) {
      return absl::InternalError(absl::StrCat("uses %", operand, ", which does not come before"));
    }
  }
  if (!HasItsAttr(node)) return absl::InternalError("has another op's attributes");
  if (const auto* input = std::get_if<InputAttr>(&node.attr)) {
    if (input->index < 0 || input->index >= static_cast<int>(graph.inputs.size()) ||
        graph.inputs[input->index] != id) {
      return absl::InternalError("is not the input that it says");
    }
  }
  const absl::StatusOr<Type> expected = InferNode(graph, node);
  if (!expected.ok()) return absl::InternalError(expected.status().message());
  if (expected->dtype != node.dtype || expected->shape != node.shape) {
    return absl::InternalError(absl::StrCat("is ", DTypeName(node.dtype), node.shape.ToString(),
                                            " but should be ", DTypeName(expected->dtype),
                                            expected->shape.ToString()));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status Verify(const Graph& graph) {
  const NodeId size = static_cast<NodeId>(graph.nodes.size());
  for (NodeId id = 0; id < size; ++id) {
    const absl::Status status = VerifyNode(graph, id);
    if (!status.ok()) {
      return absl::InternalError(
          absl::StrCat("%", id, " = ", GetOpInfo(graph.node(id).op).name, " ", status.message()));
    }
  }
  for (NodeId id : graph.inputs) {
    if (id < 0 || id >= size || graph.node(id).op != OpKind::kInput) {
      return absl::InternalError(absl::StrCat("%", id, " is listed as an input but is none"));
    }
  }
  for (NodeId id : graph.outputs) {
    if (id < 0 || id >= size) {
      return absl::InternalError(absl::StrCat("the output %", id, " does not exist"));
    }
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::ir
