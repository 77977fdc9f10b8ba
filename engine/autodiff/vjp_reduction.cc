#include <algorithm>

#include "engine/autodiff/vjp_rules.h"

namespace fluxgate::autodiff {

using ir::Builder;
using ir::Expr;
using ir::NodeId;
using ir::OpKind;

namespace {

// An array seen as a matrix whose columns are what a reduction over `dims` folds.
class Columns {
 public:
  Columns(const Shape& shape, absl::Span<const int> dims) {
    order_.assign(dims.begin(), dims.end());
    for (int d = 0; d < shape.rank(); ++d) {
      if (std::find(dims.begin(), dims.end(), d) == dims.end()) order_.push_back(d);
    }
    Dims permuted;
    int64_t rows = 1, columns = 1;
    for (size_t i = 0; i < order_.size(); ++i) {
      permuted.push_back(shape.dim(order_[i]));
      (i < dims.size() ? rows : columns) *= permuted.back();
    }
    permuted_ = Shape(std::move(permuted));
    matrix_ = Shape({rows, columns});
  }

  const Shape& matrix() const { return matrix_; }

  Expr From(Expr x) const {
    Builder& b = x.builder();
    return {b, b.Reshape(b.Permute(x.id(), order_), matrix_)};
  }
  // The row that the reduction's result is.
  Expr Row(Expr reduced) const { return Reshape(reduced, Shape({1, matrix_.dim(1)})); }
  Expr Back(Expr matrix) const {
    Builder& b = matrix.builder();
    absl::InlinedVector<int, 4> inverse(order_.size());
    for (size_t d = 0; d < order_.size(); ++d) inverse[order_[d]] = static_cast<int>(d);
    return {b, b.Permute(b.Reshape(matrix.id(), permuted_), inverse)};
  }

 private:
  absl::InlinedVector<int, 4> order_;
  Shape permuted_, matrix_;
};

Expr Rows(Expr matrix, int64_t start, int64_t count) {
  ir::SliceAttr slice{{start, 0}, {count, matrix.shape().dim(1)}, {1, 1}};
  return {matrix.builder(), matrix.builder().Slice(matrix.id(), std::move(slice))};
}

// For each element the product of the others in its column. It multiplies along a tree and never
// divides, so it holds, to any order, where elements are zero.
Expr ProductOfOthers(Expr x) {
  if (!x.ok()) return x;
  const int64_t n = x.shape().dim(0), half = n / 2;
  if (n <= 1) return BroadcastTo(x.Number(1), x.shape());
  Builder& b = x.builder();
  const Expr low = Rows(x, 0, half), high = Rows(x, half, half);
  absl::InlinedVector<NodeId, 2> pairs = {(low * high).id()};
  if (n % 2 == 1) pairs.push_back(Rows(x, n - 1, 1).id());
  const Expr others = ProductOfOthers({b, b.Concat(pairs, 0)});
  if (!others.ok()) return others;
  const Expr paired = Rows(others, 0, half);
  absl::InlinedVector<NodeId, 3> parts = {(paired * high).id(), (paired * low).id()};
  if (n % 2 == 1) parts.push_back(Rows(others, half, 1).id());
  return {b, b.Concat(parts, 0)};
}

}  // namespace

void ProdVjp(VjpRule& rule) {
  const Expr x = rule.operand(0);
  const Columns columns(x.shape(), rule.attr<ir::DimsAttr>().dims);
  const Expr others = ProductOfOthers(columns.From(x));
  rule.Set(0, columns.Back(columns.Row(rule.ct()) * others));
}

void ExtremumVjp(VjpRule& rule, OpKind arg_op) {
  Builder& b = rule.builder();
  const Expr x = rule.operand(0);
  const Columns columns(x.shape(), rule.attr<ir::DimsAttr>().dims);
  const NodeId first = b.ArgReduce(arg_op, columns.From(x).id(), 0);
  const Expr row(b, b.Iota(DType::kInt64, columns.matrix(), 0));
  const Expr chosen = Apply(OpKind::kEq, row, {b, first});
  rule.Set(0, columns.Back(Select(chosen, columns.Row(rule.ct()), rule.ct().Number(0))));
}

void CumSumVjp(VjpRule& rule) {
  Builder& b = rule.builder();
  const int dim = rule.attr<ir::DimAttr>().dim;
  const Shape shape = rule.ct().shape();
  if (shape.dim(dim) == 0) return rule.Set(0, rule.ct());
  const auto rank = static_cast<size_t>(shape.rank());
  ir::SliceAttr reverse;
  reverse.start.assign(rank, 0);
  reverse.start[dim] = shape.dim(dim) - 1;
  reverse.count.assign(shape.dims().begin(), shape.dims().end());
  reverse.step.assign(rank, 1);
  reverse.step[dim] = -1;
  const NodeId reversed = b.Slice(rule.ct().id(), reverse);
  rule.Set(0, {b, b.Slice(b.CumSum(reversed, dim), reverse)});
}

}  // namespace fluxgate::autodiff
