#include "engine/ir/builder.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/ir/hash.h"
#include "engine/ir/shape_inference.h"

namespace fluxgate::ir {
namespace {

// The name of the Julia function, where it differs from the op's.
absl::string_view JuliaName(OpKind op) {
  if (op == OpKind::kNot) return "!";
  if (op == OpKind::kAnd) return "&";
  if (op == OpKind::kOr) return "|";
  if (op == OpKind::kXor) return "xor";
  return GetOpInfo(op).name;
}

// What Julia computes for two Bools, where that is a Bool again.
OpKind LogicalForm(OpKind op) {
  if (op == OpKind::kMul || op == OpKind::kMin) return OpKind::kAnd;
  if (op == OpKind::kMax) return OpKind::kOr;
  return op;
}

// Integers and Bools are their own absolute value (Bool), sign (Bool) and rounding.
bool IsIdentity(OpKind op, DType dtype) {
  switch (op) {
    case OpKind::kFloor:
    case OpKind::kCeil:
    case OpKind::kRound:
    case OpKind::kTrunc:
      return !IsFloat(dtype);
    case OpKind::kAbs:
    case OpKind::kSign:
      return dtype == DType::kBool;
    default:
      return false;
  }
}

}  // namespace

NodeId Builder::Fail(absl::Status status) {
  if (status_.ok()) status_ = std::move(status);
  return kNoNode;
}

NodeId Builder::Append(Node node) {
  if (num_nodes() >= options_.max_nodes) {
    return Fail(absl::ResourceExhaustedError(
        absl::StrCat("the graph has more than ", options_.max_nodes, " nodes")));
  }
  const NodeId id = static_cast<NodeId>(graph_.nodes.size());
  uint64_t hash = 0;
  if (node.op != OpKind::kInput && node.op != OpKind::kBarrier) {
    hash = HashNode(node);
    if (table_.size() < 2 * (graph_.nodes.size() + 1)) GrowTable();
    size_t slot = hash & (table_.size() - 1);
    while (table_[slot] != kNoNode) {
      const NodeId other = table_[slot];
      if (hashes_[other] == hash && SameNode(graph_.nodes[other], node)) return other;
      slot = (slot + 1) & (table_.size() - 1);
    }
    table_[slot] = id;
  }
  hashes_.push_back(hash);
  graph_.nodes.push_back(std::move(node));
  return id;
}

void Builder::GrowTable() {
  constexpr size_t kFirst = 64;
  table_.assign(std::max(kFirst, 2 * table_.size()), kNoNode);
  for (NodeId id = 0; id < static_cast<NodeId>(graph_.nodes.size()); ++id) {
    const OpKind op = graph_.nodes[id].op;
    if (op == OpKind::kInput || op == OpKind::kBarrier) continue;
    size_t slot = hashes_[id] & (table_.size() - 1);
    while (table_[slot] != kNoNode) slot = (slot + 1) & (table_.size() - 1);
    table_[slot] = id;
  }
}

NodeId Builder::AppendShaped(OpKind op, DType dtype, absl::StatusOr<Shape> shape,
                             absl::InlinedVector<NodeId, 3> operands, Attr attr) {
  if (!shape.ok()) return Fail(std::move(shape).status());
  return Append(Node{op, dtype, *std::move(shape), std::move(operands), std::move(attr)});
}

// ---- Leaves -------------------------------------------------------------------------------------

NodeId Builder::Input(DType dtype, Shape shape) {
  const int index = static_cast<int>(graph_.inputs.size());
  const NodeId id = Append(Node{OpKind::kInput, dtype, std::move(shape), {}, InputAttr{index}});
  if (id != kNoNode) graph_.inputs.push_back(id);
  return id;
}

NodeId Builder::Constant(Tensor value) {
  const DType dtype = value.dtype();
  Shape shape = value.shape();
  return Append(
      Node{OpKind::kConstant, dtype, std::move(shape), {}, ConstantAttr{std::move(value)}});
}

NodeId Builder::Scalar(DType dtype, double value) {
  return Constant(Tensor::ScalarOf(dtype, value));
}

NodeId Builder::Full(DType dtype, Shape shape, double value) {
  return BroadcastTo(Scalar(dtype, value), std::move(shape));
}

NodeId Builder::Iota(DType dtype, Shape shape, int dim) {
  if (dim < 0 || dim >= shape.rank() || dtype == DType::kBool) {
    return Fail(absl::InvalidArgumentError(absl::StrCat("ArgumentError: iota of ", DTypeName(dtype),
                                                        " along dimension ", dim + 1, " of size ",
                                                        shape.ToString())));
  }
  return Append(Node{OpKind::kIota, dtype, std::move(shape), {}, IotaAttr{dim}});
}

NodeId Builder::Random(DType dtype, Shape shape, NodeId key, RandomAttr attr) {
  if (key == kNoNode) return kNoNode;
  if (this->dtype(key) != DType::kInt64 || this->shape(key) != Shape({2}) || !IsFloat(dtype)) {
    return Fail(absl::InvalidArgumentError(
        absl::StrCat("ArgumentError: random numbers of ", DTypeName(dtype),
                     " need a float type and a key of two Int64")));
  }
  return Append(Node{OpKind::kRandom, dtype, std::move(shape), {key}, attr});
}

// ---- Elementwise --------------------------------------------------------------------------------

NodeId Builder::Unary(OpKind op, NodeId x) {
  if (x == kNoNode) return kNoNode;
  const DType given = dtype(x);
  if (IsIdentity(op, given)) return x;
  const absl::optional<DType> operand = OperandDType(op, given);
  if (!operand.has_value()) {
    return Fail(absl::InvalidArgumentError(absl::StrCat(
        "MethodError: no method matching ", JuliaName(op), "(::", DTypeName(given), ")")));
  }
  // No value of an integer is special.
  if (op == OpKind::kIsNan || op == OpKind::kIsInf || op == OpKind::kIsFinite) {
    if (!IsFloat(given)) return Full(DType::kBool, shape(x), op == OpKind::kIsFinite ? 1 : 0);
  }
  x = Cast(x, *operand);
  if (x == kNoNode) return kNoNode;
  const Node& inner = graph_.nodes[x];
  if (op == inner.op && (op == OpKind::kNeg || op == OpKind::kNot)) return inner.operands[0];
  if (op == inner.op && op == OpKind::kStopGradient) return x;
  return Append(Node{op, ResultDType(op, *operand), inner.shape, {x}, {}});
}

NodeId Builder::Binary(OpKind op, NodeId a, NodeId b) {
  if (a == kNoNode || b == kNoNode) return kNoNode;
  const DType promoted = Promote(dtype(a), dtype(b));
  if (promoted == DType::kBool) op = LogicalForm(op);
  const absl::optional<DType> operand = OperandDType(op, promoted);
  if (!operand.has_value()) {
    return Fail(absl::InvalidArgumentError(absl::StrCat("MethodError: no method matching ",
                                                        JuliaName(op), "(::", DTypeName(dtype(a)),
                                                        ", ::", DTypeName(dtype(b)), ")")));
  }
  a = Cast(a, *operand);
  b = Cast(b, *operand);
  if (a == kNoNode || b == kNoNode) return kNoNode;
  if (shape(a) != shape(b)) {
    const absl::StatusOr<Shape> common = BroadcastShapes(shape(a), shape(b));
    if (!common.ok()) return Fail(common.status());
    a = Spread(a, *common);
    b = Spread(b, *common);
    if (a == kNoNode || b == kNoNode) return kNoNode;
  }
  // x * 1 and x / 1 are x, bit for bit.
  if ((op == OpKind::kMul || op == OpKind::kDiv) && IsUniform(b, 1)) return a;
  if (op == OpKind::kMul && IsUniform(a, 1)) return b;
  return Append(Node{op, ResultDType(op, *operand), graph_.nodes[a].shape, {a, b}, {}});
}

NodeId Builder::Select(NodeId condition, NodeId a, NodeId b) {
  if (condition == kNoNode || a == kNoNode || b == kNoNode) return kNoNode;
  if (dtype(condition) != DType::kBool) {
    return Fail(absl::InvalidArgumentError(absl::StrCat(
        "TypeError: non-boolean (", DTypeName(dtype(condition)), ") used in boolean context")));
  }
  const DType promoted = Promote(dtype(a), dtype(b));
  a = Cast(a, promoted);
  b = Cast(b, promoted);
  if (a == kNoNode || b == kNoNode) return kNoNode;
  absl::StatusOr<Shape> common = BroadcastShapes(shape(a), shape(b));
  if (common.ok()) common = BroadcastShapes(*common, shape(condition));
  if (!common.ok()) return Fail(common.status());
  condition = Spread(condition, *common);
  a = Spread(a, *common);
  b = Spread(b, *common);
  if (condition == kNoNode || a == kNoNode || b == kNoNode) return kNoNode;
  if (a == b) return a;
  return Append(Node{OpKind::kSelect, promoted, *std::move(common), {condition, a, b}, {}});
}

const Tensor* Builder::ConstantScalar(NodeId id) const {
  const Node& node = graph_.nodes[id];
  if (node.op != OpKind::kConstant || node.shape.rank() != 0) return nullptr;
  return &std::get<ConstantAttr>(node.attr).value;
}

NodeId Builder::Cast(NodeId x, DType dtype) {
  if (x == kNoNode || this->dtype(x) == dtype) return x;
  // A number in the text takes its final type at once. Float to integer stays an op: what it does
  // out of range is the kernel's business.
  if (const Tensor* number = ConstantScalar(x)) {
    if (number->dtype() == DType::kInt64 && dtype == DType::kFloat32) {
      return Constant(Tensor::Scalar(static_cast<float>(number->ElementAsInt64(0))));
    }
    if (IsFloat(dtype)) return Constant(Tensor::ScalarOf(dtype, number->ElementAsDouble(0)));
  }
  return Append(Node{OpKind::kCast, dtype, shape(x), {x}, {}});
}

absl::StatusOr<Graph> Builder::Finish(absl::Span<const NodeId> outputs) const {
  if (!status_.ok()) return status_;
  for (NodeId id : outputs) {
    if (id < 0 || id >= num_nodes()) return absl::InternalError("an output of a graph is no node");
  }
  Graph graph = graph_;
  graph.outputs.assign(outputs.begin(), outputs.end());
  return graph;
}

}  // namespace fluxgate::ir
