// sum, prod, maximum, minimum, extrema, any, all, count, cumsum, cumprod.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/reductions.h"
#include "engine/lang/operations/operators.h"

namespace fluxgate::lang {
namespace {

using ir::OpKind;
using nn::Arguments;

struct Reduction {
  const char* name;
  OpKind op;
  const char* combine;  // of two elements that are no numbers
};
constexpr Reduction kReductions[] = {{"sum", OpKind::kSum, "+"},
                                     {"prod", OpKind::kProd, "*"},
                                     {"maximum", OpKind::kReduceMax, "max"},
                                     {"minimum", OpKind::kReduceMin, "min"}};

bool NeedsElements(OpKind op) { return op == OpKind::kReduceMax || op == OpKind::kReduceMin; }

absl::StatusOr<Value> Combine(Evaluator& eval, const Reduction& r, const Value& a, const Value& b) {
  if (!NeedsElements(r.op)) return BinaryOperator(eval, r.combine, a, b);
  FG_ASSIGN_OR_RETURN(const Value f, eval.Lookup(r.combine));
  return eval.CallWith(f, {a, b}, {});
}

absl::StatusOr<Value> ReduceArray(Evaluator& eval, const Reduction& r, const Value& x,
                                  const absl::optional<std::vector<int>>& dims) {
  const Shape shape = ShapeOf(x);
  if (NeedsElements(r.op) && shape.num_elements() == 0 && !dims) return EmptyReduction();
  std::vector<int> own;
  if (dims) {
    own = OwnDims(*dims, shape.rank());
    if (own.empty()) return CopyOf(eval, x);
    for (const int d : own) {
      if (NeedsElements(r.op) && shape.dim(d) == 0) return EmptyReduction();
    }
  }
  return eval.ops().Apply({x}, [&](absl::Span<const ir::Expr> e) {
    ir::Expr v = e[0];
    // Julia adds and multiplies small integers as Int64.
    if (!NeedsElements(r.op) && v.ok() && !IsFloat(v.dtype())) v = ir::Cast(v, DType::kInt64);
    if (!v.ok() || v.shape().rank() == 0) return v;
    return ir::Expr(v.builder(), v.builder().Reduce(r.op, v.id(), own));
  });
}

absl::StatusOr<Value> FoldElements(Evaluator& eval, const Reduction& r,
                                   const std::vector<Value>& elements, const Value* init) {
  if (elements.empty()) {
    if (init != nullptr) return *init;
    return EmptyReduction();
  }
  Value result = init != nullptr ? *init : elements[0];
  for (size_t i = init != nullptr ? 0 : 1; i < elements.size(); ++i) {
    FG_RETURN_IF_ERROR(eval.Step());
    FG_ASSIGN_OR_RETURN(result, Combine(eval, r, result, elements[i]));
  }
  return result;
}

// What a range of integers gives without its elements; sums wrap, as theirs do.
absl::optional<Value> ReduceRange(OpKind op, const Value& v) {
  const Range* range = v.As<Range>();
  if (range == nullptr || range->length == 0 || IsFloat(range->dtype())) return absl::nullopt;
  const int64_t first = range->At(0).AsInt64(), last = range->At(range->length - 1).AsInt64();
  if (op == OpKind::kReduceMax) return Value::Int(std::max(first, last));
  if (op == OpKind::kReduceMin) return Value::Int(std::min(first, last));
  if (op != OpKind::kSum) return absl::nullopt;
  // Pairs of elements from both ends, or as often the one in the middle.
  const auto n = static_cast<uint64_t>(range->length);
  const uint64_t sum = n % 2 == 0
                           ? n / 2 * (static_cast<uint64_t>(first) + static_cast<uint64_t>(last))
                           : n * static_cast<uint64_t>(range->At(range->length / 2).AsInt64());
  return Value::Int(static_cast<int64_t>(sum));
}

absl::StatusOr<Value> Reduce(Evaluator& eval, const Reduction& r, const Arguments& x) {
  const Value* init = x.Keyword("init");
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  if (x.size() == 1 && !dims && init == nullptr) {
    if (absl::optional<Value> known = ReduceRange(r.op, x[0])) return *std::move(known);
  }
  FG_ASSIGN_OR_RETURN(const Value v,
                      Mapped(eval, x.size() == 2 ? &x[0] : nullptr, x[x.size() - 1]));
  if (IsNumeric(v)) return v;
  if (!IsNumericArray(v)) {
    if (dims) return MethodError(r.name, x.positional);
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
    return FoldElements(eval, r, elements, init);
  }
  if (init != nullptr && LengthOf(v) == 0) return *init;
  FG_ASSIGN_OR_RETURN(Value result, ReduceArray(eval, r, v, dims));
  if (init == nullptr) return result;
  if (dims) {
    return eval.ops().Apply({result, *init}, [&](absl::Span<const ir::Expr> e) {
      const BinaryOp op = r.op == OpKind::kSum ? BinaryOp::kAdd : BinaryOp::kMul;
      if (!NeedsElements(r.op)) return OperatorExpression(op, e[0], e[1]);
      return ir::Apply(r.op == OpKind::kReduceMax ? OpKind::kMax : OpKind::kMin, e[0], e[1]);
    });
  }
  return Combine(eval, r, *init, result);
}

absl::StatusOr<Value> Extrema(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(Value low, Reduce(eval, kReductions[3], x));
  FG_ASSIGN_OR_RETURN(Value high, Reduce(eval, kReductions[2], x));
  if (!low.is(Kind::kArray)) return Tuple::Of({std::move(low), std::move(high)});
  FG_ASSIGN_OR_RETURN(const std::vector<Value> lows, ElementsOf(eval, low));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> highs, ElementsOf(eval, high));
  std::vector<Value> pairs;
  for (size_t i = 0; i < lows.size(); ++i) pairs.push_back(Tuple::Of({lows[i], highs[i]}));
  return CollectElements(eval, std::move(pairs), ShapeOf(low));
}

// any and all stop at the first element that decides.
absl::StatusOr<Value> Quantify(Evaluator& eval, const Arguments& x, bool decisive) {
  const Value* f = x.size() == 2 ? &x[0] : nullptr;
  const Value& collection = x[x.size() - 1];
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  if (dims) {
    FG_ASSIGN_OR_RETURN(const Value v, Mapped(eval, f, collection));
    if (!IsNumericArray(v) || NumericDType(v) != DType::kBool) {
      return MethodError(decisive ? "any" : "all", x.positional);
    }
    const std::vector<int> own = OwnDims(*dims, ShapeOf(v).rank());
    if (own.empty()) return CopyOf(eval, v);
    return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
      const ir::Expr count(e[0].builder(),
                           e[0].builder().Sum(ir::Cast(e[0], DType::kInt64).id(), own));
      int64_t total = 1;
      for (const int d : own) total *= e[0].shape().dim(d);
      const double least = decisive ? 1 : static_cast<double>(total);
      const ir::Expr bound(e[0].builder(), e[0].builder().Scalar(DType::kInt64, least));
      return ir::Apply(OpKind::kLe, bound, count);
    });
  }
  if (f == nullptr && IsNumericArray(collection) && NumericDType(collection) == DType::kBool) {
    FG_ASSIGN_OR_RETURN(const Tensor t, eval.ops().DecideArray(collection));
    for (const bool b : t.data<bool>()) {
      if (b == decisive) return Value::Bool(decisive);
    }
    return Value::Bool(!decisive);
  }
  FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, collection));
  for (Value v;;) {
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&v));
    if (!more) return Value::Bool(!decisive);
    FG_RETURN_IF_ERROR(eval.Step());
    if (f != nullptr) {
      FG_ASSIGN_OR_RETURN(v, Call1(eval, *f, v));
    }
    FG_ASSIGN_OR_RETURN(const bool truth, ToBool(eval, v));
    if (truth == decisive) return Value::Bool(decisive);
  }
}

absl::StatusOr<Value> Count(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  if (x.size() == 2 && x[0].is(Kind::kString)) return MethodError("count", x.positional);
  FG_ASSIGN_OR_RETURN(const Value v,
                      Mapped(eval, x.size() == 2 ? &x[0] : nullptr, x[x.size() - 1]));
  if (LengthOf(v) == 0 && !dims) return Value::Int(0);
  if (v.is_bool()) return Value::Int(v.scalar().AsInt64());
  if (!IsNumericArray(v) || NumericDType(v) != DType::kBool) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
    for (const Value& e : elements) FG_RETURN_IF_ERROR(ToBool(eval, e).status());
    return MethodError("count", x.positional);
  }
  return ReduceArray(eval, kReductions[0], v, dims);
}

absl::StatusOr<int> RunningDim(Evaluator& eval, const Arguments& x, const Value& v) {
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  if (dims && dims->size() == 1) return (*dims)[0];
  if (ShapeOf(v).rank() == 1) return 0;
  return ArgumentError("keyword argument dims must be given for an array of several dims");
}

absl::StatusOr<Value> CumSum(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kTuple)) {
    Value sum;
    std::vector<Value> sums;
    for (const Value& e : x[0].As<Tuple>()->elements) {
      FG_ASSIGN_OR_RETURN(sum, sums.empty() ? absl::StatusOr<Value>(e)
                                            : BinaryOperator(eval, BinaryOp::kAdd, sum, e));
      sums.push_back(sum);
    }
    return Tuple::Of(std::move(sums));
  }
  FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, "cumsum", x[0]));
  FG_ASSIGN_OR_RETURN(const int dim, RunningDim(eval, x, v));
  if (dim >= ShapeOf(v).rank()) return CopyOf(eval, v);
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    ir::Expr w = e[0];
    if (w.ok() && !IsFloat(w.dtype())) w = ir::Cast(w, DType::kInt64);
    return ir::Expr(w.builder(), w.builder().CumSum(w.id(), dim));
  });
}

absl::StatusOr<Value> CumProd(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, "cumprod", x[0]));
  FG_ASSIGN_OR_RETURN(const int dim, RunningDim(eval, x, v));
  const int64_t n = ShapeOf(v).dim(dim);
  if (dim >= ShapeOf(v).rank() || n == 0) return CopyOf(eval, v);
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr w = Widen(e[0]);
    std::vector<ir::NodeId> parts;
    ir::Expr product;
    for (int64_t i = 0; i < n; ++i) {
      const ir::Expr slice = SliceDim(w, dim, i, 1);
      product = i == 0 ? slice : product * slice;
      parts.push_back(product.id());
    }
    return ir::Expr(w.builder(), n == 1 ? parts[0] : w.builder().Concat(parts, dim));
  });
}

}  // namespace

absl::Status EmptyReduction() {
  return ArgumentError(
      "reducing over an empty collection is not allowed; consider supplying `init` to the reducer");
}

std::vector<int> OwnDims(const std::vector<int>& dims, int rank) {
  std::vector<int> own;
  for (const int d : dims) {
    if (d < rank) own.push_back(d);
  }
  return own;
}

absl::StatusOr<Value> Mapped(Evaluator& eval, const Value* f, const Value& collection) {
  FG_ASSIGN_OR_RETURN(Value v, Densify(eval, collection));
  if (f != nullptr && (IsNumericArray(v) || v.is(Kind::kList) || v.is(Kind::kTuple))) {
    FG_ASSIGN_OR_RETURN(v, Broadcast(eval, *f, {v}));
  } else if (f != nullptr ||
             (!IsNumeric(v) && !IsNumericArray(v) && !v.is(Kind::kList) && !v.is(Kind::kTuple))) {
    FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, v));
    std::vector<Value> elements;
    for (Value element;;) {
      FG_ASSIGN_OR_RETURN(const bool more, it->Next(&element));
      if (!more) break;
      FG_RETURN_IF_ERROR(eval.Step());
      if (f != nullptr) {
        FG_ASSIGN_OR_RETURN(element, Call1(eval, *f, element));
      }
      FG_RETURN_IF_ERROR(AddElement(eval, std::move(element), &elements));
    }
    return MakeVector(eval, elements);
  }
  // Numbers of a tuple reduce as those of a vector do.
  if (v.is(Kind::kTuple) && !v.As<Tuple>()->elements.empty()) {
    return MakeVector(eval, v.As<Tuple>()->elements);
  }
  return v;
}

std::vector<Builtin> FoldBuiltins() {
  Definitions d;
  for (const Reduction& r : kReductions) {
    d.Add(r.name, 1, 2, [&r](Evaluator& eval, const Arguments& x) { return Reduce(eval, r, x); },
          {"dims", "init"});
  }
  d.Add("extrema", 1, 2, Extrema, {"dims", "init"});
  for (const bool decisive : {true, false}) {
    d.Add(decisive ? "any" : "all", 1, 2,
          [decisive](Evaluator& eval, const Arguments& x) { return Quantify(eval, x, decisive); },
          {"dims"});
  }
  d.Add("count", 1, 2, Count, {"dims"});
  d.Add("cumsum", 1, 1, CumSum, {"dims"});
  d.Add("cumprod", 1, 1, CumProd, {"dims"});
  return d.Take();
}

std::vector<Builtin> ReductionBuiltins() {
  Definitions d;
  d.Append(FoldBuiltins());
  d.Append(SearchBuiltins());
  d.Append(StatisticsBuiltins());
  return d.Take();
}

}  // namespace fluxgate::lang
