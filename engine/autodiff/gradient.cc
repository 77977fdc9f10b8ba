#include "engine/autodiff/gradient.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/autodiff/vjp_rules.h"
#include "engine/base/status_macros.h"

namespace fluxgate::autodiff {

using ir::Builder;
using ir::kNoNode;
using ir::NodeId;
using ir::OpKind;

namespace {

absl::Status CheckNodes(const Builder& builder, absl::Span<const NodeId> nodes,
                        absl::string_view role) {
  for (NodeId id : nodes) {
    if (id < 0 || id >= builder.num_nodes()) {
      return absl::InvalidArgumentError(absl::StrCat("gradient: one of the ", role, " is no node"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckMatch(const Builder& builder, absl::Span<const NodeId> values,
                        absl::Span<const NodeId> companions) {
  if (values.size() != companions.size()) {
    return absl::InvalidArgumentError(
        absl::StrCat("gradient: ", companions.size(), " vectors for ", values.size(), " values"));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (builder.dtype(values[i]) != builder.dtype(companions[i]) ||
        builder.shape(values[i]) != builder.shape(companions[i])) {
      return absl::InvalidArgumentError(absl::StrCat(
          "DimensionMismatch: the value is ", DTypeName(builder.dtype(values[i])),
          builder.shape(values[i]).ToString(), " but its cotangent or tangent ",
          DTypeName(builder.dtype(companions[i])), builder.shape(companions[i]).ToString()));
    }
  }
  return absl::OkStatus();
}

// Nodes first..last, of which only those matter through which `wrt` reaches an output.
class ReverseWalk {
 public:
  ReverseWalk(Builder& builder, NodeId first, NodeId last)
      : builder_(builder),
        first_(first),
        depends_(static_cast<size_t>(last - first + 1), 0),
        cotangents_(depends_.size(), kNoNode) {}

  void MarkDependents(absl::Span<const NodeId> wrt) {
    for (NodeId id : wrt) {
      if (Inside(id) && IsFloat(builder_.dtype(id))) depends_[id - first_] = 1;
    }
    for (NodeId id = first_; id < End(); ++id) {
      const ir::Node& node = builder_.node(id);
      if (!IsFloat(node.dtype) || node.op == OpKind::kStopGradient) continue;
      for (NodeId operand : node.operands) {
        if (Depends(operand)) depends_[id - first_] = 1;
      }
    }
  }

  // The first cotangent stands as it is: adding it to a zero would turn -0.0 into 0.0.
  void Accumulate(NodeId id, NodeId cotangent) {
    if (cotangent == kNoNode || !Depends(id)) return;
    NodeId& sum = cotangents_[id - first_];
    sum = sum == kNoNode ? cotangent : builder_.Binary(OpKind::kAdd, sum, cotangent);
  }

  void Run() {
    for (NodeId id = End(); id-- > first_ && builder_.status().ok();) {
      const NodeId cotangent = cotangents_[id - first_];
      if (cotangent == kNoNode) continue;
      const auto operands = builder_.node(id).operands;
      absl::InlinedVector<bool, 3> wanted(operands.size());
      bool any = false;
      for (size_t i = 0; i < operands.size(); ++i) {
        wanted[i] = Depends(operands[i]);
        any = any || wanted[i];
      }
      if (!any) continue;
      VjpRule rule(builder_, id, cotangent, std::move(wanted));
      rule.Apply();
      for (size_t i = 0; i < operands.size(); ++i) {
        Accumulate(operands[i], rule.cotangent(static_cast<int>(i)));
      }
    }
  }

  NodeId cotangent(NodeId id) const { return Inside(id) ? cotangents_[id - first_] : kNoNode; }

 private:
  NodeId End() const { return first_ + static_cast<NodeId>(depends_.size()); }
  bool Inside(NodeId id) const { return id >= first_ && id < End(); }
  bool Depends(NodeId id) const { return Inside(id) && depends_[id - first_] != 0; }

  Builder& builder_;
  const NodeId first_;
  std::vector<char> depends_;
  std::vector<NodeId> cotangents_;
};

}  // namespace

absl::StatusOr<std::vector<NodeId>> Vjp(Builder& builder, absl::Span<const NodeId> outputs,
                                        absl::Span<const NodeId> cotangents,
                                        absl::Span<const NodeId> wrt) {
  FG_RETURN_IF_ERROR(builder.status());
  FG_RETURN_IF_ERROR(CheckNodes(builder, outputs, "outputs"));
  FG_RETURN_IF_ERROR(CheckNodes(builder, cotangents, "cotangents"));
  FG_RETURN_IF_ERROR(CheckNodes(builder, wrt, "arguments"));
  FG_RETURN_IF_ERROR(CheckMatch(builder, outputs, cotangents));
  std::vector<NodeId> result(wrt.size(), kNoNode);
  if (outputs.empty() || wrt.empty()) return result;
  const NodeId first = *std::min_element(wrt.begin(), wrt.end());
  const NodeId last = *std::max_element(outputs.begin(), outputs.end());
  if (first > last) return result;

  ReverseWalk walk(builder, first, last);
  walk.MarkDependents(wrt);
  for (size_t i = 0; i < outputs.size(); ++i) walk.Accumulate(outputs[i], cotangents[i]);
  walk.Run();
  FG_RETURN_IF_ERROR(builder.status());
  for (size_t i = 0; i < wrt.size(); ++i) result[i] = walk.cotangent(wrt[i]);
  return result;
}

absl::StatusOr<std::vector<NodeId>> Gradient(Builder& builder, NodeId output,
                                             absl::Span<const NodeId> wrt) {
  FG_RETURN_IF_ERROR(builder.status());
  FG_RETURN_IF_ERROR(CheckNodes(builder, {output}, "outputs"));
  const Shape shape = builder.shape(output);
  if (shape.num_elements() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("Output should be scalar; gradients are not defined for an output of size ",
                     shape.ToString()));
  }
  return Vjp(builder, {output}, {builder.Full(builder.dtype(output), shape, 1)}, wrt);
}

// Reverse mode twice: the cotangent u ↦ uᵀJ is linear, and its own transpose is v ↦ Jv. The
// nodes that compute uᵀJ itself stay behind unused, and the passes drop them.
absl::StatusOr<std::vector<NodeId>> Jvp(Builder& builder, absl::Span<const NodeId> outputs,
                                        absl::Span<const NodeId> wrt,
                                        absl::Span<const NodeId> tangents) {
  FG_RETURN_IF_ERROR(builder.status());
  FG_RETURN_IF_ERROR(CheckNodes(builder, outputs, "outputs"));
  FG_RETURN_IF_ERROR(CheckNodes(builder, wrt, "arguments"));
  FG_RETURN_IF_ERROR(CheckNodes(builder, tangents, "tangents"));
  FG_RETURN_IF_ERROR(CheckMatch(builder, wrt, tangents));
  std::vector<NodeId> probes;
  for (NodeId output : outputs) {
    const NodeId zero = builder.Full(builder.dtype(output), builder.shape(output), 0);
    probes.push_back(builder.Unary(OpKind::kBarrier, zero));
  }
  FG_ASSIGN_OR_RETURN(const std::vector<NodeId> transposed, Vjp(builder, outputs, probes, wrt));
  std::vector<NodeId> reached, reached_tangents;
  for (size_t i = 0; i < wrt.size(); ++i) {
    if (transposed[i] == kNoNode) continue;
    reached.push_back(transposed[i]);
    reached_tangents.push_back(tangents[i]);
  }
  return Vjp(builder, reached, reached_tangents, probes);
}

}  // namespace fluxgate::autodiff
