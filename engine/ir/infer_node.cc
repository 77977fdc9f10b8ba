#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/ir/shape_inference.h"

namespace fluxgate::ir {
namespace {

absl::Status Invalid(const Node& node, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(GetOpInfo(node.op).name, ": ", what));
}

absl::StatusOr<Type> InferElementwise(const Graph& graph, const Node& node) {
  const Node& first = graph.node(node.operands[0]);
  for (NodeId id : node.operands) {
    const Node& operand = graph.node(id);
    if (operand.dtype != first.dtype || operand.shape != first.shape) {
      return Invalid(node, "operands of different dtype or shape");
    }
  }
  if (OperandDType(node.op, first.dtype) != first.dtype) {
    return Invalid(node, absl::StrCat("no kernel for ", DTypeName(first.dtype)));
  }
  return Type{ResultDType(node.op, first.dtype), first.shape};
}

absl::Status CheckIndices(const Node& node, const Node& indices) {
  if (indices.dtype == DType::kInt64 && indices.shape.rank() == 1) return absl::OkStatus();
  return Invalid(node, "indices must be a vector of Int64");
}

}  // namespace

absl::StatusOr<Type> InferNode(const Graph& graph, const Node& node) {
  const auto operand = [&](int i) -> const Node& { return graph.node(node.operands[i]); };
  const auto typed = [](DType dtype, absl::StatusOr<Shape> shape) -> absl::StatusOr<Type> {
    if (!shape.ok()) return shape.status();
    return Type{dtype, *std::move(shape)};
  };
  const Type itself{node.dtype, node.shape};
  switch (node.op) {
#define UNARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#define BINARY(name, text, result, lo, hi, smooth) case OpKind::k##name:
#include "engine/ir/op.def"
    return InferElementwise(graph, node);

    case OpKind::kInput:
      return itself;
    case OpKind::kConstant: {
      const Tensor& value = std::get<ConstantAttr>(node.attr).value;
      return Type{value.dtype(), value.shape()};
    }
    case OpKind::kIota: {
      const int dim = std::get<IotaAttr>(node.attr).dim;
      if (dim < 0 || dim >= node.shape.rank()) return Invalid(node, "dim out of range");
      if (node.dtype == DType::kBool) return Invalid(node, "Bool cannot count");
      return itself;
    }
    case OpKind::kRandom:
      if (operand(0).dtype != DType::kInt64 || operand(0).shape != Shape({2})) {
        return Invalid(node, "the key must be Int64[2]");
      }
      if (!IsFloat(node.dtype)) return Invalid(node, "draws are floats");
      return itself;

    case OpKind::kCast:
      return Type{node.dtype, operand(0).shape};
    case OpKind::kSelect:
      if (operand(0).dtype != DType::kBool || operand(1).dtype != operand(2).dtype ||
          operand(0).shape != operand(1).shape || operand(1).shape != operand(2).shape) {
        return Invalid(node, "needs a Bool condition and two operands alike, all of one shape");
      }
      return Type{operand(1).dtype, operand(1).shape};

    case OpKind::kReshape:
      FG_RETURN_IF_ERROR(CheckReshape(operand(0).shape, node.shape));
      return Type{operand(0).dtype, node.shape};
    case OpKind::kBroadcast:
      FG_RETURN_IF_ERROR(CheckBroadcastTo(operand(0).shape, node.shape));
      return Type{operand(0).dtype, node.shape};
    case OpKind::kPermute:
      return typed(operand(0).dtype,
                   InferPermute(operand(0).shape, std::get<DimsAttr>(node.attr).dims));
    case OpKind::kSlice: {
      const SliceAttr& slice = std::get<SliceAttr>(node.attr);
      FG_RETURN_IF_ERROR(CheckSlice(operand(0).shape, slice));
      return Type{operand(0).dtype, Shape(slice.count)};
    }
    case OpKind::kPadSlice: {
      const SliceAttr& slice = std::get<SliceAttr>(node.attr);
      FG_RETURN_IF_ERROR(CheckSlice(node.shape, slice));
      if (operand(0).shape.dims() != absl::MakeConstSpan(slice.count)) {
        return Invalid(node, "the operand is not the slice's size");
      }
      return Type{operand(0).dtype, node.shape};
    }
    case OpKind::kUpdateSlice: {
      const SliceAttr& slice = std::get<SliceAttr>(node.attr);
      FG_RETURN_IF_ERROR(CheckSlice(operand(0).shape, slice));
      if (operand(1).shape.dims() != absl::MakeConstSpan(slice.count) ||
          operand(1).dtype != operand(0).dtype) {
        return Invalid(node, "the values are not of the slice's size and dtype");
      }
      return Type{operand(0).dtype, operand(0).shape};
    }
    case OpKind::kConcat: {
      const int dim = std::get<DimAttr>(node.attr).dim;
      std::vector<Shape> shapes;
      for (NodeId id : node.operands) {
        const Node& part = graph.node(id);
        if (part.dtype != operand(0).dtype || part.shape.rank() != operand(0).shape.rank()) {
          return Invalid(node, "operands of different dtype or rank");
        }
        shapes.push_back(part.shape);
      }
      if (dim < 0 || dim >= operand(0).shape.rank()) return Invalid(node, "dim out of range");
      return typed(operand(0).dtype, InferConcat(shapes, dim));
    }
    case OpKind::kGather:
      FG_RETURN_IF_ERROR(CheckIndices(node, operand(1)));
      return typed(operand(0).dtype, WithDim(operand(0).shape, std::get<DimAttr>(node.attr).dim,
                                             operand(1).shape.dim(0)));
    case OpKind::kScatterAdd: {
      FG_RETURN_IF_ERROR(CheckIndices(node, operand(1)));
      const int dim = std::get<DimAttr>(node.attr).dim;
      FG_ASSIGN_OR_RETURN(Shape values, WithDim(node.shape, dim, operand(1).shape.dim(0)));
      if (values != operand(0).shape) return Invalid(node, "values and indices do not match");
      if (operand(0).dtype == DType::kBool) return Invalid(node, "Bool cannot be added up");
      return Type{operand(0).dtype, node.shape};
    }

    case OpKind::kSum:
    case OpKind::kProd:
    case OpKind::kReduceMax:
    case OpKind::kReduceMin:
      if (operand(0).dtype == DType::kBool) return Invalid(node, "Bool has no such reduction");
      return typed(operand(0).dtype,
                   InferReduce(operand(0).shape, std::get<DimsAttr>(node.attr).dims));
    case OpKind::kArgMax:
    case OpKind::kArgMin:
      return typed(DType::kInt64,
                   InferReduce(operand(0).shape, {std::get<DimAttr>(node.attr).dim}));
    case OpKind::kCumSum: {
      const int dim = std::get<DimAttr>(node.attr).dim;
      if (dim < 0 || dim >= operand(0).shape.rank()) return Invalid(node, "dim out of range");
      return Type{operand(0).dtype, operand(0).shape};
    }

    case OpKind::kMatMul:
      if (operand(0).dtype != operand(1).dtype || operand(0).dtype == DType::kBool) {
        return Invalid(node, "operands of different dtype, or Bool");
      }
      return typed(operand(0).dtype, InferMatMul(operand(0).shape, operand(1).shape,
                                                 std::get<MatMulAttr>(node.attr)));
  }
  return Invalid(node, "unknown op");
}

}  // namespace fluxgate::ir
