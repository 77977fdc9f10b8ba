#include "engine/lang/operations/operators.h"

#include <atomic>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/lang/operations/ranges.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

// What Node::slot keeps of an operator: kUnresolved, kUserOperator, or a BinaryOp.
constexpr int32_t kUnresolved = -1;
constexpr int32_t kUserOperator = 1 << 20;

template <typename T>
bool Arithmetic(BinaryOp op, T a, T b, Value* out) {
  switch (op) {
    case BinaryOp::kAdd:
      *out = Value(Scalar(static_cast<T>(a + b)));
      return true;
    case BinaryOp::kSub:
      *out = Value(Scalar(static_cast<T>(a - b)));
      return true;
    case BinaryOp::kMul:
      *out = Value(Scalar(static_cast<T>(a * b)));
      return true;
    case BinaryOp::kDiv:
      *out = Value(Scalar(static_cast<T>(a / b)));
      return true;
    case BinaryOp::kEq:
      *out = Value::Bool(a == b);
      return true;
    case BinaryOp::kNe:
      *out = Value::Bool(a != b);
      return true;
    case BinaryOp::kLt:
      *out = Value::Bool(a < b);
      return true;
    case BinaryOp::kLe:
      *out = Value::Bool(a <= b);
      return true;
    case BinaryOp::kGt:
      *out = Value::Bool(a > b);
      return true;
    case BinaryOp::kGe:
      *out = Value::Bool(a >= b);
      return true;
    default:
      return false;
  }
}

// The everyday cases, without a call. Integers wrap.
bool FastOperator(BinaryOp op, const Scalar& a, const Scalar& b, Value* out) {
  if (a.dtype() != b.dtype()) return false;
  switch (a.dtype()) {
    case DType::kFloat64:
      return Arithmetic<double>(op, a.AsDouble(), b.AsDouble(), out);
    case DType::kFloat32:
      return Arithmetic<float>(op, static_cast<float>(a.AsDouble()),
                               static_cast<float>(b.AsDouble()), out);
    case DType::kInt64: {
      const int64_t x = a.AsInt64(), y = b.AsInt64();
      const auto ux = static_cast<uint64_t>(x), uy = static_cast<uint64_t>(y);
      switch (op) {
        case BinaryOp::kAdd:
          *out = Value::Int(static_cast<int64_t>(ux + uy));
          return true;
        case BinaryOp::kSub:
          *out = Value::Int(static_cast<int64_t>(ux - uy));
          return true;
        case BinaryOp::kMul:
          *out = Value::Int(static_cast<int64_t>(ux * uy));
          return true;
        case BinaryOp::kDiv:
          *out = Value::Float64(static_cast<double>(x) / static_cast<double>(y));
          return true;
        default:
          return Arithmetic<int64_t>(op, x, y, out);
      }
    }
    default:
      return false;
  }
}

bool MayExtend(const Value& v) {
  return v.is(Kind::kStruct) || v.is(Kind::kType) || v.is(Kind::kFunction);
}

}  // namespace

absl::StatusOr<Value> Machine::FunctionNamed(const std::string& name) {
  const Environment::Cell& cell = environment_.cell(environment_.CellFor(name));
  if (cell.defined) return cell.value;
  if (cell.has_builtin) return cell.builtin;
  return UndefinedVariable(name);
}

absl::StatusOr<Value> Machine::ApplyBinary(absl::string_view op, int32_t* kept, const Value& a,
                                           const Value& b) {
  if (op.size() > 1 && op[0] == '.') {
    FG_ASSIGN_OR_RETURN(const Value f, FunctionNamed(std::string(op.substr(1))));
    FG_RETURN_IF_ERROR(meter_.Step(8));
    return lang::Broadcast(*this, f, {a, b});
  }
  // Copies of a workspace share code, and resolve it to the same on threads of their own.
  const std::atomic_ref<int32_t> resolved(*kept);
  int32_t code = resolved.load(std::memory_order_relaxed);
  if (code == kUnresolved) {
    const auto found = FindBinaryOp(op);
    code = found ? static_cast<int32_t>(*found) : kUserOperator;
    resolved.store(code, std::memory_order_relaxed);
  }
  if (code == kUserOperator) {
    FG_ASSIGN_OR_RETURN(const Value f, FunctionNamed(std::string(op)));
    return CallWith(f, {a, b}, {});
  }
  const auto known = static_cast<BinaryOp>(code);
  if (a.is_number() && b.is_number()) {
    Value result;
    if (FastOperator(known, a.scalar(), b.scalar(), &result)) return result;
    if (known <= BinaryOp::kGe) return NumberOperator(known, a.scalar(), b.scalar());
  }
  if (!extensions_.empty() && (MayExtend(a) || MayExtend(b))) {
    bool found = false;
    absl::StatusOr<Value> result = TryExtension(std::string(op), {a, b}, {}, &found);
    if (found) return result;
    if (known == BinaryOp::kNe) {
      result = TryExtension("==", {a, b}, {}, &found);
      if (found) {
        FG_RETURN_IF_ERROR(result.status());
        FG_ASSIGN_OR_RETURN(const bool equal, ToCondition(*result));
        return Value::Bool(!equal);
      }
    }
  }
  if (known == BinaryOp::kIn || known == BinaryOp::kNotIn) {
    if (const auto* params = b.AsClass<Params>()) {
      return Value::Bool(params->Contains(a) == (known == BinaryOp::kIn));
    }
  }
  if (known == BinaryOp::kIsA) {
    // A rule's name is its constructor and stands for its type.
    if (const nn::Function* row = nn::FunctionOf(b)) {
      return Value::Bool(TypeOf(a)->name == row->name);
    }
  }
  FG_RETURN_IF_ERROR(meter_.Step(4));
  return BinaryOperator(*this, known, a, b);
}

absl::StatusOr<Value> Machine::EvalBinary(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const Value a, Eval(node.child(0), frame));
  const Node& right = node.child(1);
  if (node.name == "^" && right.kind == NodeKind::kLiteral && right.value.is_int() &&
      !a.is(Kind::kStruct)) {
    return LiteralPower(*this, a, right.value.scalar().AsInt64());
  }
  if (node.name == "^" && right.kind == NodeKind::kUnary && right.name == "-" &&
      right.child(0).kind == NodeKind::kLiteral && right.child(0).value.is_int()) {
    return LiteralPower(*this, a, -right.child(0).value.scalar().AsInt64());
  }
  FG_ASSIGN_OR_RETURN(const Value b, Eval(right, frame));
  return ApplyBinary(node.name, &node.slot, a, b);
}

absl::StatusOr<Value> Machine::EvalUnary(const Node& node, Frame& frame) {
  if (node.name == "<:" || node.name == ">:") {
    FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(node, {}, frame));
    return TypeValue(type);
  }
  FG_ASSIGN_OR_RETURN(const Value a, Eval(node.child(0), frame));
  if (node.has(kDotted)) {
    FG_ASSIGN_OR_RETURN(const Value f, FunctionNamed(node.name.substr(1)));
    return lang::Broadcast(*this, f, {a});
  }
  if (a.is_number() && node.name == "-") {
    const Scalar& s = a.scalar();
    if (s.dtype() == DType::kInt64) {
      return Value::Int(static_cast<int64_t>(0 - static_cast<uint64_t>(s.AsInt64())));
    }
    if (s.dtype() == DType::kFloat64) return Value::Float64(-s.AsDouble());
    if (s.dtype() == DType::kFloat32) return Value::Float32(-static_cast<float>(s.AsDouble()));
  }
  if (node.name == "!" && a.is_bool()) return Value::Bool(!a.scalar().AsBool());
  if (node.name == "'" && (a.is(Kind::kFunction) || a.is(Kind::kStruct))) return Derivative(a);
  if (!extensions_.empty() && MayExtend(a)) {
    bool found = false;
    absl::StatusOr<Value> result = TryExtension(node.name, {a}, {}, &found);
    if (found) return result;
  }
  FG_RETURN_IF_ERROR(meter_.Step());
  return UnaryOperator(*this, node.name, a);
}

absl::StatusOr<Value> Machine::EvalComparison(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(Value left, Eval(node.child(0), frame));
  Value result;
  for (size_t i = 0; i < node.names.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value right, Eval(node.child(i + 1), frame));
    if (node.names.size() == 1) return ApplyBinary(node.names[0], &node.slot, left, right);
    int32_t code = kUnresolved;
    FG_ASSIGN_OR_RETURN(Value one, ApplyBinary(node.names[i], &code, left, right));
    if (node.names[i][0] == '.') {
      if (i > 0) {
        FG_ASSIGN_OR_RETURN(const Value both, FunctionNamed("&"));
        FG_ASSIGN_OR_RETURN(one, lang::Broadcast(*this, both, {result, one}));
      }
      result = one;
    } else {
      FG_ASSIGN_OR_RETURN(const bool holds, ToCondition(one));
      if (!holds) return Value::Bool(false);
      result = one;
    }
    left = std::move(right);
  }
  return result;
}

absl::StatusOr<bool> Machine::ToCondition(const Value& value) {
  if (value.is_bool()) return value.scalar().AsBool();
  if (const auto* traced = value.As<Traced>(); traced && traced->dtype() == DType::kBool) {
    FG_ASSIGN_OR_RETURN(const Scalar decided, ops_.Decide(value));
    return decided.AsBool();
  }
  return JuliaError("TypeError", absl::StrCat("non-boolean (", TypeOf(value)->ToString(),
                                              ") used in boolean context"));
}

absl::StatusOr<bool> Machine::EvalCondition(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const Value value, Eval(node, frame));
  absl::StatusOr<bool> condition = ToCondition(value);
  if (!condition.ok()) return Locate(condition.status(), node, frame);
  return condition;
}

absl::StatusOr<Value> Machine::EvalLogical(const Node& node, Frame& frame) {
  const bool is_and = node.kind == NodeKind::kAnd;
  if (node.has(kDotted)) {
    FG_ASSIGN_OR_RETURN(const Value a, Eval(node.child(0), frame));
    FG_ASSIGN_OR_RETURN(const Value b, Eval(node.child(1), frame));
    FG_ASSIGN_OR_RETURN(const Value f, FunctionNamed(is_and ? "&" : "|"));
    return lang::Broadcast(*this, f, {a, b});
  }
  FG_ASSIGN_OR_RETURN(const bool left, EvalCondition(node.child(0), frame));
  if (left != is_and) return Value::Bool(left);
  return Eval(node.child(1), frame);
}

absl::StatusOr<Value> Machine::EvalPair(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const Value a, Eval(node.child(0), frame));
  FG_ASSIGN_OR_RETURN(const Value b, Eval(node.child(1), frame));
  if (!node.has(kDotted)) return Pair::Of(a, b);
  FG_ASSIGN_OR_RETURN(const Value f, FunctionNamed("=>"));
  return lang::Broadcast(*this, f, {a, b});
}

absl::StatusOr<Value> Machine::EvalRange(const Node& node, Frame& frame) {
  Value parts[3];
  const size_t count = node.children.size();
  for (size_t i = 0; i < count; ++i) {
    FG_ASSIGN_OR_RETURN(parts[i], Eval(node.child(i), frame));
  }
  return MakeRange(*this, parts[0], count == 3 ? &parts[1] : nullptr, parts[count - 1]);
}

}  // namespace fluxgate::lang
