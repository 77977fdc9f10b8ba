#include <cmath>
#include <utility>

#include "absl/types/optional.h"
#include "engine/compile/passes.h"
#include "engine/compile/rewriter.h"

namespace fluxgate::compile {
namespace {

using ir::Node;
using ir::NodeId;
using ir::OpKind;

class Simplifier {
 public:
  explicit Simplifier(const ir::Graph& graph) : graph_(graph), rewriter_(graph) {}

  ir::Graph Run() {
    for (NodeId id = 0; id < static_cast<NodeId>(graph_.nodes.size()); ++id) {
      Node node = rewriter_.Mapped(id);
      NodeId same = Same(node);
      rewriter_.Replace(id,
                        same != ir::kNoNode ? same : rewriter_.Append(Cheaper(std::move(node))));
    }
    return rewriter_.Finish();
  }

 private:
  const Node& At(NodeId id) const { return rewriter_.node(id); }

  // The number that every element of `id` has, when it is known.
  absl::optional<double> Uniform(NodeId id) const {
    const Node* node = &At(id);
    while (node->op == OpKind::kBroadcast || node->op == OpKind::kReshape) {
      node = &At(node->operands[0]);
    }
    if (node->op != OpKind::kConstant) return absl::nullopt;
    const Tensor& value = std::get<ir::ConstantAttr>(node->attr).value;
    if (value.num_elements() != 1) return absl::nullopt;
    if (!IsFloat(value.dtype())) return static_cast<double>(value.ElementAsInt64(0));
    return value.ElementAsDouble(0);
  }
  bool Is(NodeId id, double number) const {
    const absl::optional<double> uniform = Uniform(id);
    return uniform.has_value() && *uniform == number &&
           std::signbit(*uniform) == std::signbit(number);
  }

  // An existing node that equals `node` bit for bit, or kNoNode.
  NodeId Same(const Node& node) const {
    const auto& x = node.operands;
    switch (node.op) {
      case OpKind::kAdd:
        // x + 0 turns -0 into 0, so of the floats only -0 is neutral.
        if (IsNeutralZero(node.dtype, x[1])) return x[0];
        if (IsNeutralZero(node.dtype, x[0])) return x[1];
        return ir::kNoNode;
      case OpKind::kSub:
        // x - 0 keeps -0 (and x - (-0) does not).
        return Is(x[1], 0.0) ? x[0] : ir::kNoNode;
      case OpKind::kMul:
        // Exact; -1 is not among them, since it keeps the sign of a NaN and Neg does not.
        if (Is(x[1], 1.0)) return x[0];
        if (Is(x[0], 1.0)) return x[1];
        return ir::kNoNode;
      case OpKind::kDiv:
        return Is(x[1], 1.0) ? x[0] : ir::kNoNode;
      case OpKind::kNeg:
      case OpKind::kNot:
        // Two flips of the sign bit; two complements.
        return At(x[0]).op == node.op ? At(x[0]).operands[0] : ir::kNoNode;
      case OpKind::kAbs:
      case OpKind::kFloor:
      case OpKind::kCeil:
      case OpKind::kRound:
      case OpKind::kTrunc:
        return At(x[0]).op == node.op ? x[0] : ir::kNoNode;  // Idempotent.
      case OpKind::kMax:
      case OpKind::kMin:
      case OpKind::kAnd:
      case OpKind::kOr:
        return x[0] == x[1] ? x[0] : ir::kNoNode;  // Also for NaN: max(NaN, NaN) is NaN.
      case OpKind::kSelect:
        if (x[1] == x[2]) return x[1];
        if (Is(x[0], 1.0)) return x[1];
        if (Is(x[0], 0.0)) return x[2];
        return ir::kNoNode;
      case OpKind::kCast:
        return SameCast(node);
      case OpKind::kReshape:
      case OpKind::kBroadcast:
        return At(x[0]).shape == node.shape ? x[0] : ir::kNoNode;
      case OpKind::kPermute: {
        const auto& dims = std::get<ir::DimsAttr>(node.attr).dims;
        for (size_t d = 0; d < dims.size(); ++d) {
          if (dims[d] != static_cast<int>(d)) return ir::kNoNode;
        }
        return x[0];
      }
      case OpKind::kSlice: {
        const auto& slice = std::get<ir::SliceAttr>(node.attr);
        if (At(x[0]).shape != node.shape) return ir::kNoNode;
        for (size_t d = 0; d < slice.start.size(); ++d) {
          if (slice.start[d] != 0 || slice.step[d] != 1) return ir::kNoNode;
        }
        return x[0];
      }
      case OpKind::kConcat:
        return x.size() == 1 ? x[0] : ir::kNoNode;
      default:  // No rule: an op is never wrong for lacking one.
        return ir::kNoNode;
    }
  }

  bool IsNeutralZero(DType dtype, NodeId id) const {
    return IsFloat(dtype) ? Is(id, -0.0) : Is(id, 0.0);
  }

  // A cast to the same dtype, or back from a wider one that held every value.
  NodeId SameCast(const Node& node) const {
    const Node& operand = At(node.operands[0]);
    if (operand.dtype == node.dtype) return node.operands[0];
    if (operand.op != OpKind::kCast) return ir::kNoNode;
    const NodeId origin = operand.operands[0];
    const DType narrow = At(origin).dtype, wide = operand.dtype;
    const bool lossless = (narrow == DType::kFloat32 && wide == DType::kFloat64) ||
                          (narrow == DType::kInt32 && wide == DType::kInt64) ||
                          (narrow == DType::kInt32 && wide == DType::kFloat64) ||
                          narrow == DType::kBool;
    return narrow == node.dtype && lossless ? origin : ir::kNoNode;
  }

  // The same value for less work.
  Node Cheaper(Node node) {
    auto& x = node.operands;
    switch (node.op) {
      case OpKind::kAbs:
        if (At(x[0]).op == OpKind::kNeg) x[0] = At(x[0]).operands[0];
        return node;
      case OpKind::kReshape:
        if (At(x[0]).op == OpKind::kReshape) x[0] = At(x[0]).operands[0];
        return node;
      case OpKind::kBroadcast:
        if (At(x[0]).op == OpKind::kBroadcast) x[0] = At(x[0]).operands[0];
        return node;
      case OpKind::kPermute: {
        if (At(x[0]).op != OpKind::kPermute) return node;
        auto& dims = std::get<ir::DimsAttr>(node.attr).dims;
        const auto& inner = std::get<ir::DimsAttr>(At(x[0]).attr).dims;
        for (int& d : dims) d = inner[d];
        x[0] = At(x[0]).operands[0];
        return node;
      }
      case OpKind::kDiv:
        return DivideByPowerOfTwo(std::move(node));
      default:
        return node;
    }
  }

  // x / 2^k and x * 2^-k round the same real number, as long as 2^-k is a normal float.
  Node DivideByPowerOfTwo(Node node) {
    const absl::optional<double> divisor = Uniform(node.operands[1]);
    if (!divisor.has_value() || !IsFloat(node.dtype)) return node;
    int exponent = 0;
    if (std::abs(std::frexp(*divisor, &exponent)) != 0.5 || std::abs(exponent) > 100) return node;
    NodeId factor =
        rewriter_.Append(Node{OpKind::kConstant,
                              node.dtype,
                              Shape(),
                              {},
                              ir::ConstantAttr{Tensor::ScalarOf(node.dtype, 1.0 / *divisor)}});
    if (node.shape.rank() != 0) {
      factor = rewriter_.Append(Node{OpKind::kBroadcast, node.dtype, node.shape, {factor}, {}});
    }
    node.op = OpKind::kMul;
    node.operands[1] = factor;
    return node;
  }

  const ir::Graph& graph_;
  Rewriter rewriter_;
};

}  // namespace

ir::Graph Simplify(const ir::Graph& graph) { return Simplifier(graph).Run(); }

}  // namespace fluxgate::compile
