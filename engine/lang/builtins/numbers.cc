// Operators and elementwise functions as functions, and the rest of arithmetic.
#include "engine/lang/builtins/numbers.h"

#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/operations/elementwise.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// ==(3) is a function that compares with 3.
absl::StatusOr<Value> FixSecond(const std::string& op, const Value& fixed) {
  return MakeNative(op, 1, 1, [op, fixed](Evaluator& eval, absl::Span<const Value> x) {
    return BinaryOperator(eval, op, x[0], fixed);
  });
}

void AddOperators(Definitions& d) {
  for (const char* op : {"+", "-", "*"}) {
    d.Add(op, 1, -1,
          [op = std::string(op)](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            if (x.size() == 1) {
              if (op == "*") return x[0];
              return UnaryOperator(eval, op, x[0]);
            }
            if (op == "-" && x.size() > 2) return MethodError(op, x.positional);
            Value result = x[0];
            for (size_t i = 1; i < x.size(); ++i) {
              FG_ASSIGN_OR_RETURN(result, BinaryOperator(eval, op, result, x[i]));
            }
            return result;
          });
  }
  for (const char* op : {"/", "\\", "^", "÷", "%", "&", "|", "⊻", "<<", ">>", ">>>", "=>", "|>",
                         "⋅", "isa", "<:", ">:"}) {
    d.Add(op, 2, 2, [op = std::string(op)](Evaluator& eval, const Arguments& x) {
      return BinaryOperator(eval, op, x[0], x[1]);
    });
  }
  d.Add("∘", 1, -1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    Value result = x[x.size() - 1];
    for (size_t i = x.size() - 1; i-- > 0;) result = Composed::Of(x[i], result);
    return result;
  });
  for (const char* op : {"==", "!=", "<", "<=", ">", ">=", "≈", "≉", "===", "!==", "in", "∈", "∉",
                         "∋", "≠", "≤", "≥", "≡", "≢"}) {
    d.Add(op, 1, 2,
          [op = std::string(op)](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            if (x.size() == 1) return FixSecond(op, x[0]);
            return BinaryOperator(eval, op, x[0], x[1]);
          });
  }
  for (const char* op : {"!", "~", "√", "∛", "adjoint"}) {
    d.Add(op, 1, 1, [op = std::string(op)](Evaluator& eval, const Arguments& x) {
      return UnaryOperator(eval, op == "adjoint" ? "'" : op, x[0]);
    });
  }
  d.Add("isequal", 1, 2, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    if (x.size() == 2) return Value::Bool(IsEqualKey(x[0], x[1]));
    const Value fixed = x[0];
    return MakeNative("isequal", 1, 1,
                      [fixed](Evaluator&, absl::Span<const Value> y) -> absl::StatusOr<Value> {
                        return Value::Bool(IsEqualKey(y[0], fixed));
                      });
  });
  d.Add("isless", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const bool less, IsLess(eval, x[0], x[1]));
    return Value::Bool(less);
  });
  d.Add("cmp", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const bool less, IsLess(eval, x[0], x[1]));
    if (less) return Value::Int(-1);
    FG_ASSIGN_OR_RETURN(const bool greater, IsLess(eval, x[1], x[0]));
    return Value::Int(greater ? 1 : 0);
  });
  d.Add("isapprox", 2, 2,
        [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
          absl::optional<double> atol, rtol;
          if (const Value* v = x.Keyword("atol")) {
            FG_ASSIGN_OR_RETURN(atol, ToDouble(eval, *v, "atol"));
          }
          if (const Value* v = x.Keyword("rtol")) {
            FG_ASSIGN_OR_RETURN(rtol, ToDouble(eval, *v, "rtol"));
          }
          FG_ASSIGN_OR_RETURN(const bool close, IsApprox(eval, x[0], x[1], atol, rtol));
          return Value::Bool(close);
        },
        {"atol", "rtol"});
}

// Names whose rows take more than numbers; they are added elsewhere with their wider meaning.
bool HasWiderMeaning(absl::string_view name) {
  return name == "identity" || name == "floor" || name == "ceil" || name == "round" ||
         name == "trunc" || name == "float" || name == "iszero" || name == "isone" ||
         name == "real" || name == "conj" || name == "inv" || name == "max" || name == "min";
}

void AddElementwise(Definitions& d) {
  for (const Elementwise& row : ElementwiseRows()) {
    if (HasWiderMeaning(row.name)) continue;
    d.Add(std::string(row.name), row.min_arguments, row.max_arguments,
          [&row](Evaluator& eval, const Arguments& x) {
            return CallElementwise(eval, row, x.positional);
          });
    if (row.name == "muladd") d.Alias("fma");
  }
}

const Elementwise& Row(absl::string_view name) {
  for (const Elementwise& row : ElementwiseRows()) {
    if (row.name == name) return row;
  }
  return ElementwiseRows()[0];
}

void AddWider(Definitions& d) {
  d.Add("identity", 1, 1,
        [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> { return x[0]; });
  for (const char* name : {"real", "conj"}) {
    d.Add(name, 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> { return x[0]; });
  }
  d.Add("float", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (const Type* type = x[0].As<Type>()) {
      if (const auto dtype = DTypeOfType(*type)) return TypeValue(DTypeType(ToFloat(*dtype)));
    }
    FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, "float", x[0]));
    if (v.is_number()) return Value(v.scalar().ConvertTo(ToFloat(v.scalar().dtype())));
    return eval.ops().Apply({v}, [](absl::Span<const ir::Expr> e) {
      return e[0].ok() ? ir::Cast(e[0], ToFloat(e[0].dtype())) : e[0];
    });
  });
  for (const char* name : {"iszero", "isone"}) {
    d.Add(name, 1, 1,
          [name = std::string(name)](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            if (IsNumeric(x[0])) return CallElementwise(eval, Row(name), {x[0]});
            FG_ASSIGN_OR_RETURN(const Value v, NumericOperand(eval, name, x[0]));
            FG_ASSIGN_OR_RETURN(const Tensor t, eval.ops().DecideArray(v));
            const int64_t rows = t.shape().dim(0);
            for (int64_t i = 0; i < t.num_elements(); ++i) {
              const bool diagonal = name == "isone" && i % rows == i / rows;
              if (t.ElementAsDouble(i) != (diagonal ? 1 : 0)) return Value::Bool(false);
            }
            return Value::Bool(name == "iszero" || t.num_elements() > 0);
          });
  }
  for (const char* name : {"max", "min"}) {
    d.Add(name, 1, -1,
          [name = std::string(name)](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            bool numeric = true;
            for (const Value& v : x.positional) numeric &= IsNumeric(v);
            if (numeric) return CallElementwise(eval, Row(name), x.positional);
            Value best = x[0];
            for (const Value& v : x.positional.subspan(1)) {
              if (v.kind() != best.kind() || IsNumericArray(v))
                return MethodError(name, x.positional);
              FG_ASSIGN_OR_RETURN(const bool less,
                                  name == "max" ? IsLess(eval, best, v) : IsLess(eval, v, best));
              if (less) best = v;
            }
            return best;
          });
  }
  d.Add("minmax", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const bool less, IsLess(eval, x[1], x[0]));
    return Tuple::Of(less ? std::vector<Value>{x[1], x[0]} : std::vector<Value>{x[0], x[1]});
  });
  d.Add("ifelse", 3, 3, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (x[0].is(Kind::kTraced) && IsNumeric(x[1]) && IsNumeric(x[2])) {
      return eval.ops().Apply(
          x.positional, [](absl::Span<const ir::Expr> e) { return ir::Select(e[0], e[1], e[2]); });
    }
    FG_ASSIGN_OR_RETURN(const bool condition, ToBool(eval, x[0]));
    return condition ? x[1] : x[2];
  });
}

}  // namespace

std::vector<Builtin> NumberBuiltins() {
  Definitions d;
  AddOperators(d);
  AddElementwise(d);
  AddWider(d);
  d.Append(RoundingBuiltins());
  d.Append(IntegerBuiltins());
  return d.Take();
}

}  // namespace fluxgate::lang
