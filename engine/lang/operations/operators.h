#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_OPERATORS_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_OPERATORS_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "engine/ir/expr.h"
#include "engine/lang/builtin.h"

namespace fluxgate::lang {

enum class BinaryOp : uint8_t {
  kAdd,
  kSub,
  kMul,
  kDiv,
  kLeftDiv,  // a \ b
  kPow,
  kIDiv,  // ÷
  kRem,   // %
  kMod,
  kFld,
  kCld,
  kAnd,
  kOr,
  kXor,
  kShiftLeft,
  kShiftRight,
  kShiftRightLogical,
  kEq,
  kNe,
  kLt,
  kLe,
  kGt,
  kGe,
  kApprox,
  kNotApprox,
  kIdentical,
  kNotIdentical,
  kIn,
  kNotIn,
  kContains,  // ∋
  kCompose,   // ∘
  kPair,      // =>
  kPipe,      // |>
  kDot,       // ⋅
  kIsA,
  kSubtype,    // <:
  kSupertype,  // >:
};

absl::optional<BinaryOp> FindBinaryOp(absl::string_view text);
absl::string_view BinaryOpText(BinaryOp op);

absl::StatusOr<Value> BinaryOperator(Evaluator& eval, BinaryOp op, const Value& a, const Value& b);

// π as the float that it is beside `others`: Float32 among Float32s. Anything else is itself.
Value AsOperand(const Value& number, absl::Span<const Value> others);

// Two numbers, by Julia's promotion: integers wrap, / gives a float, comparisons are exact.
// REQUIRES: an operator on numbers (kAdd to kGe).
absl::StatusOr<Value> NumberOperator(BinaryOp op, const Scalar& a, const Scalar& b);
// -1, 0, 1, or 2 when one is NaN.
int CompareNumbers(const Scalar& a, const Scalar& b);

// The graph of an elementwise operator (kAdd to kGe but shifts), with Julia's promotion of Bool.
bool HasExpression(BinaryOp op);
ir::Expr OperatorExpression(BinaryOp op, ir::Expr a, ir::Expr b);

// A range times, plus or minus a number, which stays a range; nothing for other operands.
absl::optional<Value> RangeOperator(BinaryOp op, const Value& a, const Value& b);

// x^n with a literal n: a negative one gives 1/x^-n for integers too.
absl::StatusOr<Value> LiteralPower(Evaluator& eval, const Value& base, int64_t exponent);

// Julia's isless order, for sorting: numbers (NaN last), strings, chars, symbols, tuples and
// vectors lexicographically. MethodError for what has no order.
absl::StatusOr<bool> IsLess(Evaluator& eval, const Value& a, const Value& b);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_OPERATORS_H_
