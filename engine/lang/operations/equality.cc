// Julia's ==, isless and isapprox.
#include <cmath>

#include "absl/container/flat_hash_set.h"
#include "engine/base/status_macros.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {
namespace {

bool IsSequence(const Value& v) {
  return v.is(Kind::kArray) || v.is(Kind::kRange) || v.is(Kind::kList);
}

bool SameElements(const Tensor& a, const Tensor& b) {
  for (int64_t i = 0; i < a.num_elements(); ++i) {
    if (CompareNumbers(Scalar::FromTensor(a, i), Scalar::FromTensor(b, i)) != 0) return false;
  }
  return true;
}

using Work = std::vector<std::pair<Value, Value>>;

void PushAll(const std::vector<Value>& a, const std::vector<Value>& b, Work& work) {
  // Backwards, so that the first elements are compared first.
  for (size_t i = a.size(); i-- > 0;) work.emplace_back(a[i], b[i]);
}

// Compares everything but components, which it adds to `work`.
absl::StatusOr<bool> HeadsEqual(Evaluator& eval, const Value& a, const Value& b, Work& work) {
  if (IsNumeric(a) && IsNumeric(b)) {
    FG_ASSIGN_OR_RETURN(const Scalar x, eval.ops().Decide(a));
    FG_ASSIGN_OR_RETURN(const Scalar y, eval.ops().Decide(b));
    return CompareNumbers(x, y) == 0;
  }
  if (IsSequence(a) && IsSequence(b)) {
    if (ShapeOf(a) != ShapeOf(b)) return false;
    if (!a.is(Kind::kList) && !b.is(Kind::kList)) {
      FG_ASSIGN_OR_RETURN(const Tensor x, eval.ops().DecideArray(a));
      FG_ASSIGN_OR_RETURN(const Tensor y, eval.ops().DecideArray(b));
      return SameElements(x, y);
    }
    FG_ASSIGN_OR_RETURN(const std::vector<Value> x, ElementsOf(eval, a));
    FG_ASSIGN_OR_RETURN(const std::vector<Value> y, ElementsOf(eval, b));
    PushAll(x, y, work);
    return true;
  }
  if (a.kind() != b.kind()) return false;
  switch (a.kind()) {
    case Kind::kTuple:
      if (a.As<Tuple>()->elements.size() != b.As<Tuple>()->elements.size()) return false;
      PushAll(a.As<Tuple>()->elements, b.As<Tuple>()->elements, work);
      return true;
    case Kind::kNamedTuple:
      if (a.As<NamedTuple>()->names != b.As<NamedTuple>()->names) return false;
      PushAll(a.As<NamedTuple>()->values, b.As<NamedTuple>()->values, work);
      return true;
    case Kind::kPair:
      work.emplace_back(a.As<Pair>()->second, b.As<Pair>()->second);
      work.emplace_back(a.As<Pair>()->first, b.As<Pair>()->first);
      return true;
    case Kind::kDict: {
      const Dict &x = *a.As<Dict>(), &y = *b.As<Dict>();
      if (x.size() != y.size()) return false;
      for (auto& [key, value] : x.Entries()) {
        const Value* other = y.Find(key);
        if (other == nullptr) return false;
        work.emplace_back(value, *other);
      }
      return true;
    }
    case Kind::kSet: {
      const Dict &x = a.As<Set>()->members, &y = b.As<Set>()->members;
      if (x.size() != y.size()) return false;
      for (auto& [key, value] : x.Entries()) {
        if (y.Find(key) == nullptr) return false;
      }
      return true;
    }
    case Kind::kType: {
      const Type &x = *a.As<Type>(), &y = *b.As<Type>();
      return IsSubtype(x, y) && IsSubtype(y, x);
    }
    default:
      return a.IdenticalTo(b);
  }
}

// -1, 0 or 1 of two values that contain no others.
absl::StatusOr<int> Order(Evaluator& eval, const Value& a, const Value& b) {
  if (IsNumeric(a) && IsNumeric(b)) {
    FG_ASSIGN_OR_RETURN(const Scalar x, eval.ops().Decide(a));
    FG_ASSIGN_OR_RETURN(const Scalar y, eval.ops().Decide(b));
    const int order = CompareNumbers(x, y);
    if (order == 0 && x.is_float() && y.is_float()) {
      return static_cast<int>(std::signbit(y.AsDouble())) -
             static_cast<int>(std::signbit(x.AsDouble()));
    }
    if (order != 2) return order;
    const bool nan_x = x.is_float() && std::isnan(x.AsDouble());
    const bool nan_y = y.is_float() && std::isnan(y.AsDouble());
    return static_cast<int>(nan_x) - static_cast<int>(nan_y);
  }
  if (a.kind() == b.kind()) {
    if (a.is(Kind::kString) || a.is(Kind::kSymbol)) {
      const int order = a.text().compare(b.text());
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    if (a.is(Kind::kChar)) {
      return a.character() < b.character() ? -1 : a.character() > b.character() ? 1 : 0;
    }
  }
  return MethodError("isless", {a, b});
}

bool IsOrderedSequence(const Value& v) {
  return IsSequence(v) || v.is(Kind::kTuple) || v.is(Kind::kPair);
}

absl::StatusOr<Value> ConcreteDifference(Evaluator& eval, const Value& a, const Value& b) {
  FG_ASSIGN_OR_RETURN(const Value x, Densify(eval, a));
  FG_ASSIGN_OR_RETURN(const Value y, Densify(eval, b));
  return BinaryOperator(eval, BinaryOp::kSub, x, y);
}

double DefaultTolerance(DType a, DType b) {
  if (a == DType::kFloat32 || b == DType::kFloat32) return std::sqrt(1.1920929e-7);
  if (a == DType::kFloat64 || b == DType::kFloat64) return std::sqrt(2.220446049250313e-16);
  return 0;
}

}  // namespace

absl::StatusOr<bool> ValuesEqual(Evaluator& eval, const Value& left, const Value& right) {
  Work work = {{left, right}};
  absl::flat_hash_set<std::pair<const Object*, const Object*>> seen;
  for (int64_t steps = 1; !work.empty(); ++steps) {
    const auto [a, b] = std::move(work.back());
    work.pop_back();
    if (steps % 1024 == 0) FG_RETURN_IF_ERROR(eval.Step());
    if (a.object() != nullptr && b.object() != nullptr && !IsNumeric(a) && !IsNumericArray(a) &&
        !seen.emplace(a.object().get(), b.object().get()).second) {
      continue;
    }
    FG_ASSIGN_OR_RETURN(const bool equal, HeadsEqual(eval, a, b, work));
    if (!equal) return false;
  }
  return true;
}

absl::StatusOr<bool> IsLess(Evaluator& eval, const Value& left, const Value& right) {
  Work work = {{left, right}};
  for (int64_t steps = 1; !work.empty(); ++steps) {
    const auto [a, b] = std::move(work.back());
    work.pop_back();
    if (steps % 1024 == 0) FG_RETURN_IF_ERROR(eval.Step());
    if (!IsOrderedSequence(a) || !IsOrderedSequence(b)) {
      FG_ASSIGN_OR_RETURN(const int order, Order(eval, a, b));
      if (order != 0) return order < 0;
      continue;
    }
    if (work.size() > 100'000) return ArgumentError("the values are nested too deeply to compare");
    FG_ASSIGN_OR_RETURN(std::vector<Value> x, ElementsOf(eval, a));
    FG_ASSIGN_OR_RETURN(std::vector<Value> y, ElementsOf(eval, b));
    // The shorter one is less when all that both have is equal.
    if (x.size() != y.size()) {
      const size_t common = std::min(x.size(), y.size());
      work.emplace_back(Value::Int(x.size() < y.size() ? 0 : 1),
                        Value::Int(x.size() < y.size() ? 1 : 0));
      x.resize(common);
      y.resize(common);
    }
    PushAll(x, y, work);
  }
  return false;
}

absl::StatusOr<bool> IsApprox(Evaluator& eval, const Value& a, const Value& b,
                              absl::optional<double> atol, absl::optional<double> rtol) {
  FG_ASSIGN_OR_RETURN(const Value x, Densify(eval, a));
  FG_ASSIGN_OR_RETURN(const Value y, Densify(eval, b));
  const bool numbers = IsNumeric(x) && IsNumeric(y);
  if (!numbers && !(IsNumericArray(x) && IsNumericArray(y))) return MethodError("isapprox", {a, b});
  const double absolute = atol.value_or(0);
  const double relative =
      rtol.value_or(absolute > 0 ? 0 : DefaultTolerance(NumericDType(x), NumericDType(y)));
  if (numbers) {
    FG_ASSIGN_OR_RETURN(const Scalar p, eval.ops().Decide(x));
    FG_ASSIGN_OR_RETURN(const Scalar q, eval.ops().Decide(y));
    if (CompareNumbers(p, q) == 0) return true;
    const double u = p.AsDouble(), v = q.AsDouble();
    return std::isfinite(u) && std::isfinite(v) &&
           std::abs(u - v) <= std::max(absolute, relative * std::max(std::abs(u), std::abs(v)));
  }
  FG_ASSIGN_OR_RETURN(const Value difference, ConcreteDifference(eval, x, y));
  const auto norm = [&](const Value& v) -> absl::StatusOr<double> {
    FG_ASSIGN_OR_RETURN(const Value n, Norm(eval, v, 2));
    return ToDouble(eval, n, "the norm");
  };
  FG_ASSIGN_OR_RETURN(const double d, norm(difference));
  FG_ASSIGN_OR_RETURN(const double nx, norm(x));
  FG_ASSIGN_OR_RETURN(const double ny, norm(y));
  if (!std::isfinite(d)) return ValuesEqual(eval, x, y);
  return d <= std::max(absolute, relative * std::max(nx, ny));
}

}  // namespace fluxgate::lang
