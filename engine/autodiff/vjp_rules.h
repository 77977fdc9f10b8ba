#ifndef FLUXGATE_ENGINE_AUTODIFF_VJP_RULES_H_
#define FLUXGATE_ENGINE_AUTODIFF_VJP_RULES_H_

#include "absl/container/inlined_vector.h"
#include "engine/ir/expr.h"

namespace fluxgate::autodiff {

// One application of an op's rule: it reads the node and the cotangent of its value, and sets the
// cotangents of those operands that are wanted. What is not set is zero.
class VjpRule {
 public:
  // `wanted` has an entry for each operand; a wanted operand is a float.
  VjpRule(ir::Builder& builder, ir::NodeId id, ir::NodeId cotangent,
          absl::InlinedVector<bool, 3> wanted);

  // Appends the rule's nodes.
  void Apply();

  ir::NodeId cotangent(int operand) const { return cotangents_[operand]; }

  // ---- For the rules ----
  ir::Builder& builder() { return builder_; }
  const ir::Node& node() const { return node_; }
  template <typename T>
  const T& attr() const {
    return std::get<T>(node_.attr);
  }
  int num_operands() const { return static_cast<int>(node_.operands.size()); }
  ir::Expr operand(int i) const { return {builder_, node_.operands[i]}; }
  ir::Expr value() const { return {builder_, id_}; }
  ir::Expr ct() const { return {builder_, ct_}; }
  bool wants(int i) const { return wanted_[i]; }
  void Set(int i, ir::Expr cotangent);
  // A derivative that is zero almost everywhere, yet there: floor(x) has a gradient.
  void SetZero(int i);

 private:
  ir::Builder& builder_;
  const ir::Node node_;  // A copy: the builder's own may move as nodes are appended.
  const ir::NodeId id_;
  const ir::NodeId ct_;
  const absl::InlinedVector<bool, 3> wanted_;
  absl::InlinedVector<ir::NodeId, 3> cotangents_;
};

// ---- The rules of SHAPED ops, by family ----
void SliceVjp(VjpRule& rule);
void PadSliceVjp(VjpRule& rule);
void UpdateSliceVjp(VjpRule& rule);
void PermuteVjp(VjpRule& rule);
void ConcatVjp(VjpRule& rule);
void GatherVjp(VjpRule& rule);
void ScatterAddVjp(VjpRule& rule);
void ProdVjp(VjpRule& rule);
// ReduceMax and ReduceMin: all of the cotangent goes to the first extreme element.
void ExtremumVjp(VjpRule& rule, ir::OpKind arg_op);
void CumSumVjp(VjpRule& rule);
void MatMulVjp(VjpRule& rule);

}  // namespace fluxgate::autodiff

#endif  // FLUXGATE_ENGINE_AUTODIFF_VJP_RULES_H_
