#include "engine/lang/operations/elementwise.h"

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/operations/elementwise_rows.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

const absl::flat_hash_map<absl::string_view, const Elementwise*>& RowsByName() {
  static const auto* const map = [] {
    auto* rows = new absl::flat_hash_map<absl::string_view, const Elementwise*>;
    for (const Elementwise& row : ElementwiseRows()) rows->emplace(row.name, &row);
    return rows;
  }();
  return *map;
}

absl::optional<Emitter> OperatorEmitter(absl::string_view name, size_t count) {
  if (count == 1) {
    if (name == "-") return Emitter([](absl::Span<const ir::Expr> x) { return -Widen(x[0]); });
    if (name == "+") return Emitter([](absl::Span<const ir::Expr> x) { return Widen(x[0]); });
    if (name == "!") {
      return Emitter(
          [](absl::Span<const ir::Expr> x) { return ir::Apply(ir::OpKind::kNot, x[0]); });
    }
    return absl::nullopt;
  }
  const absl::optional<BinaryOp> op = FindBinaryOp(name);
  if (!op || !HasExpression(*op)) return absl::nullopt;
  // +(a, b, c) and *(a, b, c) fold; the others take two.
  if (count > 2 && *op != BinaryOp::kAdd && *op != BinaryOp::kMul) return absl::nullopt;
  return Emitter([op = *op](absl::Span<const ir::Expr> x) {
    ir::Expr result = OperatorExpression(op, x[0], x[1]);
    for (size_t i = 2; i < x.size(); ++i) result = OperatorExpression(op, result, x[i]);
    return result;
  });
}

}  // namespace

absl::Span<const Elementwise> ElementwiseRows() {
  static const auto* const rows = [] {
    auto* all = new std::vector<Elementwise>(MathRows());
    for (const Elementwise& row : NumberRows()) all->push_back(row);
    return all;
  }();
  return *rows;
}

const Elementwise* FindElementwise(const Value& f) {
  const auto* native = f.AsClass<NativeFunction>();
  if (native == nullptr || native->builtin.package != "Base") return nullptr;
  const auto it = RowsByName().find(native->builtin.name);
  return it == RowsByName().end() ? nullptr : it->second;
}

absl::optional<Emitter> FindEmitter(const Value& f, size_t count) {
  if (count == 0) return absl::nullopt;
  if (const nn::Function* row = nn::FunctionOf(f)) {
    if (row->emit == nullptr || !row->elementwise) return absl::nullopt;
    if (static_cast<int>(count) < row->min_arguments ||
        (row->max_arguments >= 0 && static_cast<int>(count) > row->max_arguments)) {
      return absl::nullopt;
    }
    // A value with keywords bound is called through them.
    const auto* value = f.AsClass<nn::FunctionValue>();
    if (value != nullptr && !value->keywords.empty()) return absl::nullopt;
    return Emitter(row->emit);
  }
  const auto* native = f.AsClass<NativeFunction>();
  if (native == nullptr || native->builtin.package != "Base") return absl::nullopt;
  const auto it = RowsByName().find(native->builtin.name);
  if (it == RowsByName().end()) return OperatorEmitter(native->builtin.name, count);
  const Elementwise& row = *it->second;
  const int n = static_cast<int>(count);
  if (n < row.min_arguments || (row.max_arguments >= 0 && n > row.max_arguments)) {
    return absl::nullopt;
  }
  return Emitter(row.emit);
}

absl::Status DomainError(absl::string_view function, const Scalar& x) {
  const std::string with = absl::StrCat("with ", Repr(Value(x)), ":\n");
  if (function == "sin" || function == "cos" || function == "tan") {
    return JuliaError("DomainError",
                      absl::StrCat(with, function, "(x) is only defined for finite x."));
  }
  if (function == "asin" || function == "acos" || function == "atanh") {
    return JuliaError("DomainError",
                      absl::StrCat(with, function, "(x) is not defined for |x| > 1."));
  }
  if (function == "acosh") {
    return JuliaError("DomainError", absl::StrCat(with, "acosh(x) is only defined for x ≥ 1."));
  }
  const absl::string_view argument =
      function == "log1p" ? "a real argument < -1" : "a negative real argument";
  return JuliaError("DomainError",
                    absl::StrCat(with, function, " was called with ", argument,
                                 " but will only return a complex result if called with a complex "
                                 "argument. Try ",
                                 function, "(Complex(x))."));
}

absl::StatusOr<Value> CallElementwise(Evaluator& eval, const Elementwise& row,
                                      absl::Span<const Value> arguments) {
  bool traced = false;
  absl::InlinedVector<Scalar, 4> numbers;
  for (const Value& v : arguments) {
    if (!IsNumeric(v)) {
      if (v.is(Kind::kMissing)) return v;
      return MethodError(row.name, arguments);
    }
    if (v.is(Kind::kTraced)) {
      traced = true;
    } else {
      numbers.push_back(v.scalar());
    }
  }
  if (!traced) {
    if (row.in_domain != nullptr && !row.in_domain(numbers[0].AsDouble())) {
      return DomainError(row.name, numbers[0]);
    }
    return row.number(numbers);
  }
  return eval.ops().Apply(arguments, row.emit);
}

}  // namespace fluxgate::lang
