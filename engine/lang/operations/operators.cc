#include "engine/lang/operations/operators.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/constants.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

bool IsArrayLike(const Value& v) { return IsNumericArray(v) || v.is(Kind::kList); }

absl::StatusOr<Value> Elementwise(Evaluator& eval, BinaryOp op, const Value& a, const Value& b) {
  return eval.ops().Apply(
      {a, b}, [op](absl::Span<const ir::Expr> x) { return OperatorExpression(op, x[0], x[1]); });
}

absl::Status CheckSameShape(const Value& a, const Value& b) {
  const Shape x = ShapeOf(a), y = ShapeOf(b);
  if (x == y) return absl::OkStatus();
  const auto axes = [](const Shape& s) {
    std::string text = "(";
    for (int d = 0; d < s.rank(); ++d) {
      absl::StrAppend(&text, d > 0 ? ", " : "", "Base.OneTo(", s.dim(d), ")");
    }
    return text + (s.rank() == 1 ? ",)" : ")");
  };
  int at = 0;
  while (x.dim(at) == y.dim(at) && at < 16) ++at;
  return DimensionMismatch(absl::StrCat("dimensions must match: a has dims ", axes(x),
                                        ", b has dims ", axes(y), ", mismatch at ", at + 1));
}

bool IsRow(const Value& v) { return v.is(Kind::kArray) && v.As<Array>()->row_vector; }

absl::StatusOr<Value> KeepRow(bool row, absl::StatusOr<Value> result) {
  if (row && result.ok() && result->is(Kind::kArray)) result->As<Array>()->row_vector = true;
  return result;
}

// + - * / \ ^ on anything but two plain numbers.
absl::StatusOr<Value> Arithmetic(Evaluator& eval, BinaryOp op, const Value& a, const Value& b) {
  if (IsNumeric(a) && IsNumeric(b)) {
    if (HasExpression(op)) return Elementwise(eval, op, a, b);
    FG_ASSIGN_OR_RETURN(const Scalar x, eval.ops().Decide(a));
    FG_ASSIGN_OR_RETURN(const Scalar y, eval.ops().Decide(b));
    return NumberOperator(op, x, y);
  }
  const bool array_a = IsArrayLike(a), array_b = IsArrayLike(b);
  switch (op) {
    case BinaryOp::kAdd:
    case BinaryOp::kSub:
      if (array_a && array_b) {
        FG_RETURN_IF_ERROR(CheckSameShape(a, b));
        if (IsNumericArray(a) && IsNumericArray(b)) {
          return KeepRow(IsRow(a) && IsRow(b), Elementwise(eval, op, a, b));
        }
        return BroadcastOperator(eval, op, a, b);
      }
      break;
    case BinaryOp::kMul:
    case BinaryOp::kDiv:
    case BinaryOp::kLeftDiv: {
      const bool scales = (array_a && IsNumeric(b) && op != BinaryOp::kLeftDiv) ||
                          (array_b && IsNumeric(a) && op != BinaryOp::kDiv);
      if (scales) {
        if (absl::optional<Value> r = RangeOperator(op, a, b)) return *r;
        if (IsNumericArray(a) || IsNumericArray(b)) {
          return KeepRow(IsRow(a) || IsRow(b), Elementwise(eval, op, a, b));
        }
        return BroadcastOperator(eval, op, a, b);
      }
      FG_ASSIGN_OR_RETURN(const Value x, Densify(eval, a));
      FG_ASSIGN_OR_RETURN(const Value y, Densify(eval, b));
      if (IsNumericArray(x) && IsNumericArray(y)) {
        if (op == BinaryOp::kMul) return MatrixProduct(eval, x, y);
        if (op == BinaryOp::kLeftDiv) return Solve(eval, x, y);
        return RightDivide(eval, x, y);
      }
      break;
    }
    case BinaryOp::kPow:
      if (a.is(Kind::kArray) && IsNumeric(b)) {
        FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, b, "the power of a matrix"));
        return MatrixPower(eval, a, n);
      }
      break;
    default:
      break;
  }
  return MethodError(BinaryOpText(op), {a, b});
}

absl::StatusOr<Value> RepeatText(Evaluator& eval, const std::string& text, int64_t count) {
  if (count < 0) return ArgumentError(absl::StrCat("can't repeat a string ", count, " times"));
  const auto size = static_cast<int64_t>(text.size());
  if (size == 0 || count == 0) return Value::String("");
  if (count > (int64_t{1} << 40) / size) {
    return JuliaError("OutOfMemoryError", "the string would be too long");
  }
  FG_RETURN_IF_ERROR(eval.CheckElements(size * count, 1));
  std::string result;
  result.reserve(size * count);
  for (int64_t i = 0; i < count; ++i) {
    FG_RETURN_IF_ERROR(StepInLoop(eval, i));
    result += text;
  }
  return Value::String(std::move(result));
}

bool IsText(const Value& v) { return v.is(Kind::kString) || v.is(Kind::kChar); }

// Operators on strings and characters; nothing when there is none.
absl::StatusOr<absl::optional<Value>> TextOperator(Evaluator& eval, BinaryOp op, const Value& a,
                                                   const Value& b) {
  using Result = absl::optional<Value>;
  if (op == BinaryOp::kMul && IsText(a) && IsText(b)) {
    std::string text = Print(a), more = Print(b);
    FG_RETURN_IF_ERROR(eval.CheckElements(static_cast<int64_t>(text.size() + more.size()), 2));
    return Result(Value::String(absl::StrCat(text, more)));
  }
  if (op == BinaryOp::kPow && IsText(a) && IsNumeric(b)) {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, b, "the number of repetitions"));
    FG_ASSIGN_OR_RETURN(Value text, RepeatText(eval, Print(a), n));
    return Result(std::move(text));
  }
  if (a.is(Kind::kChar) && b.is(Kind::kChar) && op == BinaryOp::kSub) {
    return Result(Value::Int(a.scalar().AsInt64() - b.scalar().AsInt64()));
  }
  const bool plus = op == BinaryOp::kAdd, minus = op == BinaryOp::kSub;
  if ((plus || minus) && a.is(Kind::kChar) && b.is_int()) {
    const int64_t code = a.scalar().AsInt64() + (plus ? 1 : -1) * b.scalar().AsInt64();
    if (code < 0 || code > 0x10ffff) return ArgumentError("the character does not exist");
    return Result(Value::Char(static_cast<char32_t>(code)));
  }
  if (plus && a.is_int() && b.is(Kind::kChar)) return TextOperator(eval, op, b, a);
  return Result();
}

absl::StatusOr<Value> Compared(Evaluator& eval, BinaryOp op, const Value& a, const Value& b) {
  switch (op) {
    case BinaryOp::kLt:
      break;
    case BinaryOp::kGt:
      return Compared(eval, BinaryOp::kLt, b, a);
    case BinaryOp::kLe: {
      FG_ASSIGN_OR_RETURN(const bool greater, IsLess(eval, b, a));
      return Value::Bool(!greater);
    }
    default: {
      FG_ASSIGN_OR_RETURN(const bool less, IsLess(eval, a, b));
      return Value::Bool(!less);
    }
  }
  FG_ASSIGN_OR_RETURN(const bool less, IsLess(eval, a, b));
  return Value::Bool(less);
}

absl::StatusOr<bool> Contains(Evaluator& eval, const Value& item, const Value& collection) {
  if (const Set* set = collection.As<Set>()) return set->members.Find(item) != nullptr;
  if (const Range* range = collection.As<Range>()) {
    if (!IsNumeric(item)) return false;
    FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(item));
    const double position = (s.AsDouble() - range->start.AsDouble()) / range->step.AsDouble();
    const double nearest = std::round(position);
    if (!(nearest >= 0 && nearest < static_cast<double>(range->length))) return false;
    return CompareNumbers(range->At(static_cast<int64_t>(nearest)), s) == 0;
  }
  if (collection.is(Kind::kString)) {
    if (!item.is(Kind::kChar)) {
      return JuliaError("ErrorException", "use occursin(needle, haystack) for string containment");
    }
    return collection.text().find(Print(item)) != std::string::npos;
  }
  if (collection.is(Kind::kDict) && !item.is(Kind::kPair)) {
    return JuliaError("ErrorException",
                      "AbstractDict collections only contain Pairs;\nEither look for e.g. A=>B "
                      "instead, or use the `keys` or `values`\nfunction if you are looking for a "
                      "key or value respectively.");
  }
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Iterator> it, Iterate(eval, collection));
  for (Value v;;) {
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&v));
    if (!more) return false;
    FG_RETURN_IF_ERROR(eval.Step());
    FG_ASSIGN_OR_RETURN(const bool equal, ValuesEqual(eval, v, item));
    if (equal) return true;
  }
}

absl::StatusOr<Value> Other(Evaluator& eval, BinaryOp op, const Value& a, const Value& b) {
  switch (op) {
    case BinaryOp::kEq:
    case BinaryOp::kNe: {
      if (IsNumeric(a) && IsNumeric(b)) return Elementwise(eval, op, a, b);
      FG_ASSIGN_OR_RETURN(const bool equal, ValuesEqual(eval, a, b));
      return Value::Bool(equal == (op == BinaryOp::kEq));
    }
    case BinaryOp::kLt:
    case BinaryOp::kLe:
    case BinaryOp::kGt:
    case BinaryOp::kGe:
      if (IsNumeric(a) && IsNumeric(b)) return Elementwise(eval, op, a, b);
      if (IsNumericArray(a) || IsNumericArray(b) || a.kind() != b.kind()) {
        return MethodError(BinaryOpText(op), {a, b});
      }
      return Compared(eval, op, a, b);
    case BinaryOp::kApprox:
    case BinaryOp::kNotApprox: {
      FG_ASSIGN_OR_RETURN(const bool close, IsApprox(eval, a, b, absl::nullopt, absl::nullopt));
      return Value::Bool(close == (op == BinaryOp::kApprox));
    }
    case BinaryOp::kIdentical:
      return Value::Bool(a.IdenticalTo(b));
    case BinaryOp::kNotIdentical:
      return Value::Bool(!a.IdenticalTo(b));
    case BinaryOp::kIn:
    case BinaryOp::kNotIn: {
      FG_ASSIGN_OR_RETURN(const bool found, Contains(eval, a, b));
      return Value::Bool(found == (op == BinaryOp::kIn));
    }
    case BinaryOp::kContains: {
      FG_ASSIGN_OR_RETURN(const bool found, Contains(eval, b, a));
      return Value::Bool(found);
    }
    case BinaryOp::kCompose:
      return Composed::Of(a, b);
    case BinaryOp::kPair:
      return Pair::Of(a, b);
    case BinaryOp::kPipe:
      return eval.CallWith(b, {a}, {});
    case BinaryOp::kDot:
      return DotProduct(eval, a, b);
    case BinaryOp::kIsA:
      if (const Type* type = b.As<Type>()) return Value::Bool(IsA(a, *type));
      return JuliaError("TypeError",
                        absl::StrCat("in isa, expected Type, got a value of type ", TypeName(b)));
    case BinaryOp::kSubtype:
    case BinaryOp::kSupertype: {
      const Type *x = a.As<Type>(), *y = b.As<Type>();
      if (x == nullptr || y == nullptr) {
        return JuliaError("TypeError", absl::StrCat("in <:, expected Type, got a value of type ",
                                                    TypeName(x == nullptr ? a : b)));
      }
      return Value::Bool(op == BinaryOp::kSubtype ? IsSubtype(*x, *y) : IsSubtype(*y, *x));
    }
    default: {
      FG_ASSIGN_OR_RETURN(absl::optional<Value> text, TextOperator(eval, op, a, b));
      if (text) return *std::move(text);
      return Arithmetic(eval, op, a, b);
    }
  }
}

}  // namespace

Value AsOperand(const Value& number, absl::Span<const Value> others) {
  if (!number.is_number() || !number.scalar().is_irrational()) return number;
  DType dtype = DType::kFloat64;
  bool first = true;
  for (const Value& other : others) {
    if (!IsNumeric(other) && !IsNumericArray(other)) continue;
    if (other.is_number() && other.scalar().is_irrational()) continue;
    dtype = first ? NumericDType(other) : Promote(dtype, NumericDType(other));
    first = false;
  }
  return Value(number.scalar().ConvertTo(ToFloat(dtype)));
}

absl::optional<Value> RangeOperator(BinaryOp op, const Value& a, const Value& b) {
  const Range* range = a.is(Kind::kRange) ? a.As<Range>() : b.As<Range>();
  if (range == nullptr) return absl::nullopt;
  const Value& other = a.is(Kind::kRange) ? b : a;
  if (!other.is_number() || other.is_bool()) return absl::nullopt;
  const auto apply = [op](const Scalar& x, const Scalar& y) {
    return NumberOperator(op, x, y)->scalar();
  };
  const bool left = a.is(Kind::kRange);
  const Scalar n = other.scalar();
  Scalar start, step = range->step;
  bool unit = false;
  switch (op) {
    case BinaryOp::kAdd:
      start = apply(range->start, n);
      unit = range->unit;
      break;
    case BinaryOp::kSub:
      start = left ? apply(range->start, n) : apply(n, range->start);
      unit = left && range->unit;
      if (!left) step = NumberOperator(BinaryOp::kMul, step, Scalar(int64_t{-1}))->scalar();
      break;
    case BinaryOp::kMul:
      start = apply(range->start, n);
      step = apply(range->step, n);
      break;
    case BinaryOp::kDiv:
      if (!left) return absl::nullopt;
      start = apply(range->start, n);
      step = apply(range->step, n);
      break;
    default:
      return absl::nullopt;
  }
  if (!step.is_float() && step.AsInt64() == 0) return absl::nullopt;
  unit = unit && !start.is_float();
  return Value(std::make_shared<Range>(start, step.ConvertTo(start.dtype()), range->length, unit));
}

absl::StatusOr<Value> BinaryOperator(Evaluator& eval, BinaryOp op, const Value& a, const Value& b) {
  if (a.is_number() && b.is_number() && op <= BinaryOp::kGe) {
    return NumberOperator(op, a.scalar(), b.scalar());
  }
  if (op <= BinaryOp::kNotApprox && ((a.is_number() && a.scalar().is_irrational()) ||
                                     (b.is_number() && b.scalar().is_irrational()))) {
    return BinaryOperator(eval, op, AsOperand(a, {b}), AsOperand(b, {a}));
  }
  if ((a.is(Kind::kOpaque) || b.is(Kind::kOpaque)) && op <= BinaryOp::kEq &&
      (a.AsClass<UniformScaling>() != nullptr || b.AsClass<UniformScaling>() != nullptr)) {
    return ScalingOperator(eval, BinaryOpText(op), a, b);
  }
  const bool missing = a.is(Kind::kMissing) || b.is(Kind::kMissing);
  if (missing && op <= BinaryOp::kNotApprox) return Value::Missing();
  return Other(eval, op, a, b);
}

absl::StatusOr<Value> BinaryOperator(Evaluator& eval, absl::string_view op, const Value& a,
                                     const Value& b) {
  const absl::optional<BinaryOp> known = FindBinaryOp(op);
  if (known) return BinaryOperator(eval, *known, a, b);
  return JuliaError("UndefVarError", absl::StrCat("`", op, "` not defined"));
}

absl::StatusOr<Value> UnaryOperator(Evaluator& eval, absl::string_view op, const Value& a) {
  if (a.is(Kind::kMissing)) return a;
  if (op == "!") {
    if (a.is_bool()) return Value::Bool(!a.scalar().AsBool());
    if (a.is(Kind::kTraced) && NumericDType(a) == DType::kBool) {
      return eval.ops().Apply(
          {a}, [](absl::Span<const ir::Expr> x) { return ir::Apply(ir::OpKind::kNot, x[0]); });
    }
    if (a.is(Kind::kFunction)) {
      const Value f = a;
      return MakeNative("!" + Print(f), 0, -1,
                        [f](Evaluator& e, absl::Span<const Value> x) -> absl::StatusOr<Value> {
                          FG_ASSIGN_OR_RETURN(const Value v, e.CallWith(f, x, {}));
                          return UnaryOperator(e, "!", v);
                        });
    }
    return MethodError(op, {a});
  }
  if (op == "'") return LazyTranspose(eval, "adjoint", a);
  if (op == "-") {
    if (a.is_number()) {
      const Scalar& s = a.scalar();
      if (s.dtype() == DType::kFloat64) return Value(Scalar(-s.AsDouble()));
      if (s.dtype() == DType::kFloat32) return Value(Scalar(static_cast<float>(-s.AsDouble())));
      return NumberOperator(BinaryOp::kSub, Scalar(int64_t{0}).ConvertTo(s.dtype()), s);
    }
    if (const Range* range = a.As<Range>(); range != nullptr && range->dtype() != DType::kBool) {
      if (absl::optional<Value> r = RangeOperator(BinaryOp::kMul, a, Value::Int(-1))) return *r;
    }
    if (IsNumeric(a) || IsNumericArray(a)) {
      return KeepRow(IsRow(a), eval.ops().Apply(
                                   {a}, [](absl::Span<const ir::Expr> x) { return -Widen(x[0]); }));
    }
    if (a.is(Kind::kList)) return BroadcastOperator(eval, BinaryOp::kMul, Value::Int(-1), a);
    if (a.AsClass<UniformScaling>() != nullptr) {
      return ScalingOperator(eval, "*", Value::Int(-1), a);
    }
    return MethodError(op, {a});
  }
  if (op == "+") {
    if (a.is_bool()) return Value::Int(a.scalar().AsInt64());
    if (IsNumeric(a) || IsArrayLike(a)) return a;
    return MethodError(op, {a});
  }
  if (op == "~") {
    if (a.is_bool()) return Value::Bool(!a.scalar().AsBool());
    if (a.is_int()) return NumberOperator(BinaryOp::kXor, a.scalar(), Scalar(int32_t{-1}));
    return MethodError(op, {a});
  }
  if (op == "√" || op == "∛") {
    FG_ASSIGN_OR_RETURN(const Value f, eval.Lookup(op == "√" ? "sqrt" : "cbrt"));
    return eval.CallWith(f, {a}, {});
  }
  return JuliaError("UndefVarError", absl::StrCat("`", op, "` not defined"));
}

absl::StatusOr<Value> LiteralPower(Evaluator& eval, const Value& base, int64_t exponent) {
  if (exponent < 0 && base.is_int()) {
    return NumberOperator(BinaryOp::kPow, base.scalar().ConvertTo(DType::kFloat64),
                          Scalar(exponent));
  }
  return BinaryOperator(eval, BinaryOp::kPow, base, Value::Int(exponent));
}

}  // namespace fluxgate::lang
