#include "engine/autodiff/vjp_rules.h"

namespace fluxgate::autodiff {

using ir::Expr;

void PermuteVjp(VjpRule& rule) {
  const auto& dims = rule.attr<ir::DimsAttr>().dims;
  absl::InlinedVector<int, 4> inverse(dims.size());
  for (size_t d = 0; d < dims.size(); ++d) inverse[dims[d]] = static_cast<int>(d);
  rule.Set(0, {rule.builder(), rule.builder().Permute(rule.ct().id(), inverse)});
}

void SliceVjp(VjpRule& rule) {
  rule.Set(0, {rule.builder(), rule.builder().PadSlice(rule.ct().id(), rule.operand(0).shape(),
                                                       rule.attr<ir::SliceAttr>())});
}

void PadSliceVjp(VjpRule& rule) {
  rule.Set(0, {rule.builder(), rule.builder().Slice(rule.ct().id(), rule.attr<ir::SliceAttr>())});
}

void UpdateSliceVjp(VjpRule& rule) {
  ir::Builder& b = rule.builder();
  const auto& slice = rule.attr<ir::SliceAttr>();
  const ir::NodeId ct = rule.ct().id();
  if (rule.wants(0)) {
    const ir::NodeId zeros = b.Full(rule.ct().dtype(), Shape(slice.count), 0);
    rule.Set(0, {b, b.UpdateSlice(ct, zeros, slice)});
  }
  if (rule.wants(1)) rule.Set(1, {b, b.Slice(ct, slice)});
}

void ConcatVjp(VjpRule& rule) {
  const int dim = rule.attr<ir::DimAttr>().dim;
  int64_t offset = 0;
  for (int i = 0; i < rule.num_operands(); ++i) {
    const Shape part = rule.operand(i).shape();
    if (rule.wants(i)) {
      ir::SliceAttr slice;
      slice.start.assign(static_cast<size_t>(part.rank()), 0);
      slice.start[dim] = offset;
      slice.count.assign(part.dims().begin(), part.dims().end());
      slice.step.assign(static_cast<size_t>(part.rank()), 1);
      rule.Set(i, {rule.builder(), rule.builder().Slice(rule.ct().id(), std::move(slice))});
    }
    offset += part.dim(dim);
  }
}

void GatherVjp(VjpRule& rule) {
  rule.Set(0, {rule.builder(),
               rule.builder().ScatterAdd(rule.ct().id(), rule.operand(1).id(),
                                         rule.operand(0).shape(), rule.attr<ir::DimAttr>().dim)});
}

void ScatterAddVjp(VjpRule& rule) {
  rule.Set(0, {rule.builder(), rule.builder().Gather(rule.ct().id(), rule.operand(1).id(),
                                                     rule.attr<ir::DimAttr>().dim)});
}

}  // namespace fluxgate::autodiff
