// Operators on two plain numbers, and their graphs.
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using ir::OpKind;

struct Row {
  absl::string_view text;
  BinaryOp op;
};
constexpr Row kRows[] = {
    {"+", BinaryOp::kAdd},
    {"-", BinaryOp::kSub},
    {"*", BinaryOp::kMul},
    {"/", BinaryOp::kDiv},
    {"\\", BinaryOp::kLeftDiv},
    {"^", BinaryOp::kPow},
    {"÷", BinaryOp::kIDiv},
    {"%", BinaryOp::kRem},
    {"mod", BinaryOp::kMod},
    {"fld", BinaryOp::kFld},
    {"cld", BinaryOp::kCld},
    {"&", BinaryOp::kAnd},
    {"|", BinaryOp::kOr},
    {"⊻", BinaryOp::kXor},
    {"<<", BinaryOp::kShiftLeft},
    {">>", BinaryOp::kShiftRight},
    {">>>", BinaryOp::kShiftRightLogical},
    {"==", BinaryOp::kEq},
    {"!=", BinaryOp::kNe},
    {"<", BinaryOp::kLt},
    {"<=", BinaryOp::kLe},
    {">", BinaryOp::kGt},
    {">=", BinaryOp::kGe},
    {"≈", BinaryOp::kApprox},
    {"≉", BinaryOp::kNotApprox},
    {"===", BinaryOp::kIdentical},
    {"!==", BinaryOp::kNotIdentical},
    {"in", BinaryOp::kIn},
    {"∉", BinaryOp::kNotIn},
    {"∋", BinaryOp::kContains},
    {"∘", BinaryOp::kCompose},
    {"=>", BinaryOp::kPair},
    {"|>", BinaryOp::kPipe},
    {"⋅", BinaryOp::kDot},
    {"isa", BinaryOp::kIsA},
    {"<:", BinaryOp::kSubtype},
    {">:", BinaryOp::kSupertype},
    // Other spellings of the above.
    {"∈", BinaryOp::kIn},
    {"≠", BinaryOp::kNe},
    {"≤", BinaryOp::kLe},
    {"≥", BinaryOp::kGe},
    {"≡", BinaryOp::kIdentical},
    {"≢", BinaryOp::kNotIdentical},
    {"xor", BinaryOp::kXor},
    {"div", BinaryOp::kIDiv},
    {"rem", BinaryOp::kRem},
};

absl::Status DivideError() { return JuliaError("DivideError", "integer division error"); }

// Integers of `dtype`, which wrap.
Value Wrapped(uint64_t bits, DType dtype) {
  const Scalar wide(static_cast<int64_t>(bits));
  return Value(dtype == DType::kInt32 ? wide.ConvertTo(DType::kInt32) : wide);
}

uint64_t PowerOf(uint64_t base, uint64_t exponent) {
  uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1, base *= base) {
    if (exponent & 1) result *= base;
  }
  return result;
}

absl::StatusOr<Value> IntegerPower(int64_t x, int64_t n, DType dtype) {
  if (n >= 0) return Wrapped(PowerOf(x, n), dtype);
  if (x == 1) return Wrapped(1, dtype);
  if (x == -1) return Wrapped(n % 2 == 0 ? 1 : -1, dtype);
  return JuliaError("DomainError",
                    absl::StrCat("with ", n, ":\nCannot raise an integer x to a negative power ", n,
                                 ".\nConvert input to float."));
}

int64_t FloorDiv(int64_t a, int64_t b) {
  const int64_t q = a / b;
  return (a % b != 0 && (a < 0) != (b < 0)) ? q - 1 : q;
}

absl::StatusOr<Value> IntegerOperator(BinaryOp op, int64_t a, int64_t b, DType dtype) {
  const auto ua = static_cast<uint64_t>(a), ub = static_cast<uint64_t>(b);
  const auto divide = [&](auto f) -> absl::StatusOr<Value> {
    // The one quotient that does not fit is an error in Julia too.
    if (b == 0 || (b == -1 && a == std::numeric_limits<int64_t>::min())) return DivideError();
    return Wrapped(static_cast<uint64_t>(f()), dtype);
  };
  switch (op) {
    case BinaryOp::kAdd:
      return Wrapped(ua + ub, dtype);
    case BinaryOp::kSub:
      return Wrapped(ua - ub, dtype);
    case BinaryOp::kMul:
      return Wrapped(ua * ub, dtype);
    case BinaryOp::kIDiv:
      return divide([&] { return a / b; });
    case BinaryOp::kFld:
      return divide([&] { return FloorDiv(a, b); });
    case BinaryOp::kCld:
      return divide([&] { return -FloorDiv(-a, b); });
    case BinaryOp::kRem:
      return b == -1 ? Wrapped(0, dtype) : divide([&] { return a % b; });
    case BinaryOp::kMod:
      return b == -1 ? Wrapped(0, dtype) : divide([&] { return a - FloorDiv(a, b) * b; });
    case BinaryOp::kAnd:
      return Wrapped(ua & ub, dtype);
    case BinaryOp::kOr:
      return Wrapped(ua | ub, dtype);
    case BinaryOp::kXor:
      return Wrapped(ua ^ ub, dtype);
    default:
      return absl::InternalError("not an integer operator");
  }
}

// A shift by a negative count goes the other way, by too many bits gives 0 (or the sign).
Value Shift(BinaryOp op, int64_t a, int64_t n, DType dtype) {
  if (n < 0) {
    op = op == BinaryOp::kShiftLeft ? BinaryOp::kShiftRight : BinaryOp::kShiftLeft;
    n = n == std::numeric_limits<int64_t>::min() ? std::numeric_limits<int64_t>::max() : -n;
  }
  const int64_t bits = dtype == DType::kInt32 ? 32 : 64;
  if (op == BinaryOp::kShiftRight) return Wrapped(a >> std::min<int64_t>(n, bits - 1), dtype);
  if (n >= bits) return Wrapped(0, dtype);
  const uint64_t value = static_cast<uint64_t>(a) & (bits == 32 ? 0xffffffffull : ~0ull);
  return Wrapped(op == BinaryOp::kShiftLeft ? value << n : value >> n, dtype);
}

template <typename T>
T FloatMod(T x, T y) {
  const T r = std::fmod(x, y);
  if (r == 0) return std::copysign(r, y);
  return (r > 0) != (y > 0) ? r + y : r;
}

template <typename T>
absl::StatusOr<Value> FloatOperator(BinaryOp op, T a, T b) {
  switch (op) {
    case BinaryOp::kAdd:
      return Value(Scalar(a + b));
    case BinaryOp::kSub:
      return Value(Scalar(a - b));
    case BinaryOp::kMul:
      return Value(Scalar(a * b));
    case BinaryOp::kDiv:
      return Value(Scalar(a / b));
    case BinaryOp::kLeftDiv:
      return Value(Scalar(b / a));
    case BinaryOp::kPow:
      // As x * x, which is rounded correctly; the library's pow nearly always is.
      if (b == 2) return Value(Scalar(a * a));
      if (b == 3) return Value(Scalar(a * a * a));
      if (a < 0 && b != std::floor(b)) {
        return JuliaError(
            "DomainError",
            absl::StrCat("with ", Repr(Value(Scalar(a))),
                         ":\nExponentiation yielding a complex result requires a complex "
                         "argument.\nReplace x^y with (x+0im)^y, Complex(x)^y, or similar."));
      }
      return Value(
          Scalar(static_cast<T>(std::pow(static_cast<double>(a), static_cast<double>(b)))));
    case BinaryOp::kIDiv:
      return Value(Scalar(std::trunc((a - std::fmod(a, b)) / b)));
    case BinaryOp::kFld:
      return Value(Scalar(std::floor(a / b)));
    case BinaryOp::kCld:
      return Value(Scalar(std::ceil(a / b)));
    case BinaryOp::kRem:
      return Value(Scalar(std::fmod(a, b)));
    case BinaryOp::kMod:
      return Value(Scalar(FloatMod(a, b)));
    default:
      return MethodError(BinaryOpText(op), {Value(Scalar(a)), Value(Scalar(b))});
  }
}

int CompareExact(double f, int64_t i) {
  if (std::isnan(f)) return 2;
  if (f >= 9223372036854775808.0) return 1;
  if (f < -9223372036854775808.0) return -1;
  const double whole = std::floor(f);
  const auto w = static_cast<int64_t>(whole);
  if (w != i) return w < i ? -1 : 1;
  return f > whole ? 1 : 0;
}

bool Compared(BinaryOp op, int order) {
  switch (op) {
    case BinaryOp::kEq:
      return order == 0;
    case BinaryOp::kNe:
      return order != 0;
    case BinaryOp::kLt:
      return order == -1;
    case BinaryOp::kLe:
      return order == -1 || order == 0;
    case BinaryOp::kGt:
      return order == 1;
    default:
      return order == 1 || order == 0;
  }
}

// The value of an integer constant, as in x .^ 2.
absl::optional<int64_t> IntegerConstant(const ir::Expr& x) {
  const ir::Node& node = x.builder().node(x.id());
  if (node.op != OpKind::kConstant || node.shape.num_elements() != 1 || !IsInteger(node.dtype)) {
    return absl::nullopt;
  }
  return std::get<ir::ConstantAttr>(node.attr).value.ElementAsInt64(0);
}

ir::Expr PowerExpression(ir::Expr a, ir::Expr b) {
  const absl::optional<int64_t> n = IntegerConstant(b);
  if (n && a.shape().rank() >= b.shape().rank()) {
    if (*n == 1) return Widen(a);
    if (*n == 2) return Widen(a) * Widen(a);
    if (*n == 3) return Widen(a) * Widen(a) * Widen(a);
    if (*n < 0) {
      const ir::Expr inverse = 1.0 / a;
      return *n == -1 ? inverse : ir::Pow(inverse, ir::Cast(b, inverse.dtype()) * -1.0);
    }
  }
  return ir::Apply(OpKind::kPow, Widen(a), Widen(b));
}

}  // namespace

absl::optional<BinaryOp> FindBinaryOp(absl::string_view text) {
  static const auto* const ops = [] {
    auto* map = new absl::flat_hash_map<absl::string_view, BinaryOp>;
    for (const Row& row : kRows) map->emplace(row.text, row.op);
    return map;
  }();
  if (text.size() == 1) {
    switch (text[0]) {
      case '+':
        return BinaryOp::kAdd;
      case '-':
        return BinaryOp::kSub;
      case '*':
        return BinaryOp::kMul;
      case '/':
        return BinaryOp::kDiv;
      case '<':
        return BinaryOp::kLt;
      case '>':
        return BinaryOp::kGt;
      default:
        break;
    }
  }
  const auto it = ops->find(text);
  return it == ops->end() ? absl::nullopt : absl::make_optional(it->second);
}

absl::string_view BinaryOpText(BinaryOp op) {
  for (const Row& row : kRows) {
    if (row.op == op) return row.text;
  }
  return "?";
}

int CompareNumbers(const Scalar& a, const Scalar& b) {
  if (!a.is_float() && !b.is_float()) {
    const int64_t x = a.AsInt64(), y = b.AsInt64();
    return x < y ? -1 : x > y ? 1 : 0;
  }
  if (a.is_float() && b.is_float()) {
    const double x = a.AsDouble(), y = b.AsDouble();
    return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
  }
  if (a.is_float()) return CompareExact(a.AsDouble(), b.AsInt64());
  const int order = CompareExact(b.AsDouble(), a.AsInt64());
  return order == 2 ? 2 : -order;
}

absl::StatusOr<Value> NumberOperator(BinaryOp op, const Scalar& a, const Scalar& b) {
  // π takes the precision of what it meets: 2f0 * π is a Float32.
  if (a.is_irrational() && b.dtype() == DType::kFloat32) {
    return NumberOperator(op, a.ConvertTo(DType::kFloat32), b);
  }
  if (b.is_irrational() && a.dtype() == DType::kFloat32) {
    return NumberOperator(op, a, b.ConvertTo(DType::kFloat32));
  }
  if (op >= BinaryOp::kEq) return Value::Bool(Compared(op, CompareNumbers(a, b)));
  const DType dtype = Promote(a.dtype(), b.dtype());
  if (op >= BinaryOp::kShiftLeft) {
    if (IsFloat(dtype)) return MethodError(BinaryOpText(op), {Value(a), Value(b)});
    return Shift(op, a.AsInt64(), b.AsInt64(),
                 a.dtype() == DType::kBool ? DType::kInt64 : a.dtype());
  }
  if (dtype == DType::kFloat64) return FloatOperator(op, a.AsDouble(), b.AsDouble());
  if (dtype == DType::kFloat32) {
    return FloatOperator(op, static_cast<float>(a.AsDouble()), static_cast<float>(b.AsDouble()));
  }
  if (op == BinaryOp::kDiv || op == BinaryOp::kLeftDiv) {
    return FloatOperator(op, a.AsDouble(), b.AsDouble());
  }
  if (op == BinaryOp::kPow) {
    const DType base = a.dtype() == DType::kBool ? DType::kInt64 : a.dtype();
    return IntegerPower(a.AsInt64(), b.AsInt64(), base);
  }
  if (dtype == DType::kBool) {
    const bool x = a.AsBool(), y = b.AsBool();
    if (op == BinaryOp::kMul || op == BinaryOp::kAnd) return Value::Bool(x && y);
    if (op == BinaryOp::kOr) return Value::Bool(x || y);
    if (op == BinaryOp::kXor) return Value::Bool(x != y);
    return IntegerOperator(op, x, y, DType::kInt64);
  }
  return IntegerOperator(op, a.AsInt64(), b.AsInt64(), dtype);
}

bool HasExpression(BinaryOp op) {
  return op <= BinaryOp::kXor || (op >= BinaryOp::kEq && op <= BinaryOp::kGe);
}

ir::Expr OperatorExpression(BinaryOp op, ir::Expr a, ir::Expr b) {
  if (!a.ok()) return a;
  if (!b.ok()) return b;
  const auto arithmetic = [&](OpKind kind) { return ir::Apply(kind, Widen(a), Widen(b)); };
  switch (op) {
    case BinaryOp::kAdd:
      return arithmetic(OpKind::kAdd);
    case BinaryOp::kSub:
      return arithmetic(OpKind::kSub);
    case BinaryOp::kMul:
      if (a.dtype() == DType::kBool && b.dtype() == DType::kBool) {
        return ir::Apply(OpKind::kAnd, a, b);
      }
      return arithmetic(OpKind::kMul);
    case BinaryOp::kDiv:
      return arithmetic(OpKind::kDiv);
    case BinaryOp::kLeftDiv:
      return ir::Apply(OpKind::kDiv, Widen(b), Widen(a));
    case BinaryOp::kPow:
      return PowerExpression(a, b);
    case BinaryOp::kIDiv:
      return arithmetic(OpKind::kIDiv);
    case BinaryOp::kRem:
      return arithmetic(OpKind::kRem);
    case BinaryOp::kMod:
      return arithmetic(OpKind::kMod);
    case BinaryOp::kFld:
      if (IsFloat(Promote(a.dtype(), b.dtype()))) {
        return ir::Apply(OpKind::kFloor, arithmetic(OpKind::kDiv));
      }
      return ir::Apply(OpKind::kIDiv, Widen(a) - ir::Apply(OpKind::kMod, Widen(a), Widen(b)),
                       Widen(b));
    case BinaryOp::kCld:
      if (IsFloat(Promote(a.dtype(), b.dtype()))) {
        return ir::Apply(OpKind::kCeil, arithmetic(OpKind::kDiv));
      }
      return -OperatorExpression(BinaryOp::kFld, -Widen(a), b);
    case BinaryOp::kAnd:
      return ir::Apply(OpKind::kAnd, a, b);
    case BinaryOp::kOr:
      return ir::Apply(OpKind::kOr, a, b);
    case BinaryOp::kXor:
      return ir::Apply(OpKind::kXor, a, b);
    case BinaryOp::kEq:
      return ir::Apply(OpKind::kEq, a, b);
    case BinaryOp::kNe:
      return ir::Apply(OpKind::kNe, a, b);
    case BinaryOp::kLt:
      return ir::Apply(OpKind::kLt, a, b);
    case BinaryOp::kLe:
      return ir::Apply(OpKind::kLe, a, b);
    case BinaryOp::kGt:
      return ir::Apply(OpKind::kLt, b, a);
    case BinaryOp::kGe:
      return ir::Apply(OpKind::kLe, b, a);
    default:
      return {a.builder(), a.builder().Fail(absl::InternalError("not an elementwise operator"))};
  }
}

}  // namespace fluxgate::lang
