// Statistics: mean, std, var, median, quantile, cor, cov.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/reductions.h"
#include "engine/lang/operations/operators.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

int64_t CountAlong(const Shape& shape, const absl::optional<std::vector<int>>& dims) {
  if (!dims) return shape.num_elements();
  int64_t count = 1;
  for (const int d : OwnDims(*dims, shape.rank())) count *= shape.dim(d);
  return count;
}

ir::Expr Float(ir::Expr x) {
  if (!x.ok() || IsFloat(x.dtype())) return x;
  return ir::Cast(x, DType::kFloat64);
}

// Sum over `dims`, which are kept; over everything when they are absent.
ir::Expr SumOver(ir::Expr x, const absl::optional<std::vector<int>>& dims) {
  if (!x.ok() || x.shape().rank() == 0) return x;
  if (!dims) return ir::Sum(x);
  const std::vector<int> own = OwnDims(*dims, x.shape().rank());
  return own.empty() ? x : ir::Sum(x, own);
}

absl::StatusOr<Value> Mean(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  FG_ASSIGN_OR_RETURN(const Value v,
                      Mapped(eval, x.size() == 2 ? &x[0] : nullptr, x[x.size() - 1]));
  if (!IsNumeric(v) && !IsNumericArray(v)) {
    // A mean of vectors, matrices, ...
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
    if (elements.empty()) return EmptyReduction();
    Value sum = elements[0];
    for (size_t i = 1; i < elements.size(); ++i) {
      FG_RETURN_IF_ERROR(eval.Step());
      FG_ASSIGN_OR_RETURN(sum, BinaryOperator(eval, BinaryOp::kAdd, sum, elements[i]));
    }
    return BinaryOperator(eval, BinaryOp::kDiv, sum,
                          Value::Int(static_cast<int64_t>(elements.size())));
  }
  const Shape shape = ShapeOf(v);
  if (shape.num_elements() == 0 && !dims) {
    return Value(Scalar(std::nan("")).ConvertTo(ToFloat(NumericDType(v))));
  }
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr w = Float(e[0]);
    if (!w.ok() || w.shape().rank() == 0) return w;
    if (!dims) return ir::Mean(w);
    const std::vector<int> own = OwnDims(*dims, shape.rank());
    return own.empty() ? w : ir::Mean(w, own);
  });
}

absl::StatusOr<Value> Spread(Evaluator& eval, const Arguments& x, bool root) {
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  FG_ASSIGN_OR_RETURN(const bool corrected, BoolKeyword(eval, x, "corrected", true));
  FG_ASSIGN_OR_RETURN(const Value mapped, Mapped(eval, nullptr, x[0]));
  FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, root ? "std" : "var", mapped));
  std::vector<Value> operands = {v};
  if (const Value* mean = x.Keyword("mean"); mean != nullptr && !mean->is_nothing()) {
    operands.push_back(*mean);
  }
  const double count = static_cast<double>(CountAlong(ShapeOf(v), dims));
  return eval.ops().Apply(operands, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr w = Float(e[0]);
    if (!w.ok()) return w;
    const ir::Expr mean = e.size() > 1 ? e[1] : SumOver(w, dims) / count;
    const ir::Expr difference = w - mean;
    const ir::Expr variance =
        SumOver(difference * difference, dims) / (corrected ? count - 1 : count);
    return root ? ir::Sqrt(variance) : variance;
  });
}

// The value at a fractional position of the sorted elements.
absl::StatusOr<Value> AtFraction(Evaluator& eval, const Value& sorted, double position) {
  const int64_t n = LengthOf(sorted);
  const auto low = std::clamp<int64_t>(static_cast<int64_t>(std::floor(position)), 0, n - 1);
  const int64_t high = std::min(low + 1, n - 1);
  const double share = position - static_cast<double>(low);
  return eval.ops().Apply({sorted}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr w = Float(e[0]);
    const ir::Expr a = ElementExpr(w, low);
    if (share == 0) return a;
    return a + (ElementExpr(w, high) - a) * share;
  });
}

absl::StatusOr<Value> Sorted(Evaluator& eval, absl::string_view name, const Value& given) {
  FG_ASSIGN_OR_RETURN(const Value mapped, Mapped(eval, nullptr, given));
  FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, name, mapped));
  if (!IsNumericArray(v) || LengthOf(v) == 0) {
    if (IsNumeric(v)) return MakeVector(eval, {v});
    return ArgumentError(absl::StrCat(name, " of an empty array is undefined, ", "Float64[]"));
  }
  FG_ASSIGN_OR_RETURN(const std::vector<int64_t> order, SortedOrder(eval, v));
  return PickElements(eval, v, order);
}

absl::StatusOr<Value> Median(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, Sorted(eval, "median", x[0]));
  const int64_t n = LengthOf(v);
  // The mean of the two in the middle, halved first as Julia's `middle` does.
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr w = Float(e[0]);
    const ir::Expr high = ElementExpr(w, n / 2);
    if (n % 2 == 1) return high;
    return ElementExpr(w, n / 2 - 1) / 2.0 + high / 2.0;
  });
}

absl::StatusOr<Value> Quantile(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Value v, Sorted(eval, "quantile", x[0]));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> shares, ElementsOf(eval, x[1]));
  std::vector<Value> quantiles;
  for (const Value& share : shares) {
    FG_ASSIGN_OR_RETURN(const double p, ToDouble(eval, share, "a quantile"));
    if (!(p >= 0 && p <= 1)) return ArgumentError("quantiles must be between 0 and 1");
    FG_ASSIGN_OR_RETURN(Value q, AtFraction(eval, v, p * static_cast<double>(LengthOf(v) - 1)));
    quantiles.push_back(std::move(q));
  }
  if (IsNumeric(x[1])) return quantiles[0];
  return MakeVector(eval, quantiles);
}

// cov and cor of two vectors.
absl::StatusOr<Value> Together(Evaluator& eval, const Arguments& x, bool normalised) {
  FG_ASSIGN_OR_RETURN(const Value a, NumericOperand(eval, normalised ? "cor" : "cov", x[0]));
  FG_ASSIGN_OR_RETURN(const Value b, NumericOperand(eval, normalised ? "cor" : "cov", x[1]));
  if (ShapeOf(a) != ShapeOf(b)) return DimensionMismatch("the arrays have different sizes");
  const double count = static_cast<double>(LengthOf(a));
  return eval.ops().Apply({a, b}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr u = Float(e[0]), v = Float(e[1]);
    const ir::Expr du = u - ir::Mean(u), dv = v - ir::Mean(v);
    if (!normalised) return ir::Sum(du * dv) / (count - 1);
    return ir::Sum(du * dv) / ir::Sqrt(ir::Sum(du * du) * ir::Sum(dv * dv));
  });
}

// A merge sort whose runs are short enough to let the evaluation stop between them.
template <typename Less>
absl::Status StableSort(Evaluator& eval, std::vector<int64_t>& order, Less less) {
  constexpr int64_t kRun = 1 << 13;
  const auto n = static_cast<int64_t>(order.size());
  for (int64_t begin = 0; begin < n; begin += kRun) {
    if (begin > 0) FG_RETURN_IF_ERROR(eval.Step(64));
    std::stable_sort(order.begin() + begin, order.begin() + std::min(begin + kRun, n), less);
  }
  std::vector<int64_t> merged(n > kRun ? n : 0);
  for (int64_t width = kRun; width < n; width *= 2) {
    for (int64_t begin = 0, out = 0; begin < n; begin += 2 * width) {
      int64_t left = begin, right = std::min(begin + width, n);
      const int64_t middle = right, end = std::min(begin + 2 * width, n);
      for (; out < end; ++out) {
        FG_RETURN_IF_ERROR(StepInLoop(eval, out));
        const bool from_right = left == middle || (right < end && less(order[right], order[left]));
        merged[out] = order[from_right ? right++ : left++];
      }
    }
    std::swap(order, merged);
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> SortedOrder(Evaluator& eval, const Value& numbers) {
  FG_ASSIGN_OR_RETURN(const Tensor t, eval.ops().DecideArray(numbers));
  FG_RETURN_IF_ERROR(eval.CheckElements(t.num_elements(), 2 * sizeof(int64_t)));
  std::vector<int64_t> order(t.num_elements());
  std::iota(order.begin(), order.end(), 0);
  FG_RETURN_IF_ERROR(DispatchDType(t.dtype(), [&](auto tag) {
    const auto data = t.data<decltype(tag)>();
    return StableSort(eval, order, [data](int64_t i, int64_t j) {
      // NaN, which is not itself, comes last.
      return data[i] < data[j] || (data[j] != data[j] && data[i] == data[i]);
    });
  }));
  return order;
}

std::vector<Builtin> StatisticsBuiltins() {
  Definitions d("Statistics");
  d.Add("mean", 1, 2, Mean, {"dims"});
  d.Add("std", 1, 1, [](Evaluator& eval, const Arguments& x) { return Spread(eval, x, true); },
        {"dims", "corrected", "mean"});
  d.Add("var", 1, 1, [](Evaluator& eval, const Arguments& x) { return Spread(eval, x, false); },
        {"dims", "corrected", "mean"});
  d.Add("median", 1, 1, Median);
  d.Add("quantile", 2, 2, Quantile);
  d.Add("cov", 2, 2, [](Evaluator& eval, const Arguments& x) { return Together(eval, x, false); });
  d.Add("cor", 2, 2, [](Evaluator& eval, const Arguments& x) { return Together(eval, x, true); });
  return d.Take();
}

}  // namespace fluxgate::lang
