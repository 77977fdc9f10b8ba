// round, floor, ceil and trunc: of a number, to an integer type, to some digits.
#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/builtins/numbers.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/elementwise.h"
#include "engine/lang/operations/operators.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

double Rounded(absl::string_view name, double v) {
  if (name == "floor") return std::floor(v);
  if (name == "ceil") return std::ceil(v);
  if (name == "trunc") return std::trunc(v);
  return std::nearbyint(v);
}

// To a count of decimals: through the power of ten, as Julia does.
double ToDecimals(absl::string_view name, double v, int64_t digits) {
  const double power = std::pow(10.0, static_cast<double>(std::abs(digits)));
  const double scaled = digits >= 0 ? v * power : v / power;
  if (!std::isfinite(scaled)) return v;
  const double whole = Rounded(name, scaled);
  return digits >= 0 ? whole / power : whole * power;
}

absl::StatusOr<Value> RoundDigits(Evaluator& eval, absl::string_view name, const Value& x,
                                  absl::optional<int64_t> digits,
                                  absl::optional<int64_t> significant) {
  FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(x));
  const double v = s.AsDouble();
  int64_t decimals = digits.value_or(0);
  if (significant) {
    if (v == 0 || !std::isfinite(v)) return Value(s);
    decimals = *significant - 1 - static_cast<int64_t>(std::floor(std::log10(std::abs(v))));
  }
  if (std::abs(decimals) > 400) return Value(decimals > 0 ? s : Scalar(0.0).ConvertTo(s.dtype()));
  return Value(Scalar(ToDecimals(name, v, decimals)).ConvertTo(s.dtype()));
}

}  // namespace

std::vector<Builtin> RoundingBuiltins() {
  Definitions d;
  for (const Elementwise& row : ElementwiseRows()) {
    if (row.name != "round" && row.name != "floor" && row.name != "ceil" && row.name != "trunc") {
      continue;
    }
    d.Add(std::string(row.name), 1, 2,
          [&row](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            absl::optional<int64_t> digits, significant;
            if (const Value* v = x.Keyword("digits")) {
              FG_ASSIGN_OR_RETURN(digits, ToInteger(eval, *v, "digits"));
            }
            if (const Value* v = x.Keyword("sigdigits")) {
              FG_ASSIGN_OR_RETURN(significant, ToInteger(eval, *v, "sigdigits"));
            }
            const Value& number = x[x.size() - 1];
            if (x.size() == 2 && !x[0].is(Kind::kType)) return MethodError(row.name, x.positional);
            if (!IsNumeric(number)) return MethodError(row.name, x.positional);
            if (digits || significant) {
              return RoundDigits(eval, row.name, number, digits, significant);
            }
            if (x.size() == 1) return CallElementwise(eval, row, {number});
            FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(number));
            FG_ASSIGN_OR_RETURN(const Value whole, CallElementwise(eval, row, {Value(s)}));
            const absl::optional<DType> dtype = DTypeOfType(*x[0].As<Type>());
            if (!dtype) return MethodError(row.name, x.positional);
            FG_RETURN_IF_ERROR(CheckConvertible(eval, whole, *dtype));
            return Value(whole.scalar().ConvertTo(*dtype));
          },
          {"digits", "sigdigits"});
  }
  return d.Take();
}

}  // namespace fluxgate::lang
