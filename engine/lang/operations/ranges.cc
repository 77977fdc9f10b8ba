#include "engine/lang/operations/ranges.h"

#include <cmath>

#include "absl/numeric/int128.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"

namespace fluxgate::lang {
namespace {

// How many of start, start + step, ... do not pass stop.
absl::StatusOr<int64_t> FloatLength(double start, double step, double stop, DType dtype) {
  double n[3], d[3];
  double steps;
  if (AsFraction(start, dtype, &n[0], &d[0]) && AsFraction(step, dtype, &n[1], &d[1]) &&
      AsFraction(stop, dtype, &n[2], &d[2])) {
    // (stop - start) / step over a common denominator, in whole numbers.
    const double numerator = (n[2] * d[0] - n[0] * d[2]) * d[1];
    const double denominator = n[1] * d[0] * d[2];
    steps = std::floor(numerator / denominator);
    // Whole numbers past 2^53 are rounded; the quotient of the floats is as good then.
    if (std::abs(numerator) > 9e15 || std::abs(denominator) > 9e15) {
      steps = std::floor((stop - start) / step * (1 + 1e-15));
    }
  } else {
    steps = std::floor((stop - start) / step * (1 + 2e-16));
  }
  if (!(steps >= 0)) return 0;
  if (steps > 9e15) return ArgumentError("the range is too long");
  return static_cast<int64_t>(steps) + 1;
}

absl::StatusOr<Value> Characters(Evaluator& eval, const Value& start, int64_t step,
                                 const Value& stop) {
  std::vector<Value> characters;
  const int64_t last = stop.scalar().AsInt64();
  for (int64_t c = start.scalar().AsInt64(); step > 0 ? c <= last : c >= last; c += step) {
    characters.push_back(Value::Char(static_cast<char32_t>(c)));
  }
  FG_RETURN_IF_ERROR(eval.CheckElements(static_cast<int64_t>(characters.size())));
  return List::Of(std::move(characters));
}

}  // namespace

absl::StatusOr<Value> MakeRange(Evaluator& eval, const Value& start, const Value* step,
                                const Value& stop) {
  if (start.is(Kind::kChar) && stop.is(Kind::kChar)) {
    int64_t by = 1;
    if (step != nullptr) {
      FG_ASSIGN_OR_RETURN(by, ToInteger(eval, *step, "the step"));
      if (by == 0) return ArgumentError("step cannot be zero");
    }
    return Characters(eval, start, by, stop);
  }
  if (!IsNumeric(start) || !IsNumeric(stop) || (step != nullptr && !IsNumeric(*step))) {
    if (step == nullptr) return MethodError(":", {start, stop});
    return MethodError(":", {start, *step, stop});
  }
  FG_ASSIGN_OR_RETURN(const Scalar a, eval.ops().Decide(start));
  FG_ASSIGN_OR_RETURN(const Scalar b, eval.ops().Decide(stop));
  Scalar s(int64_t{1});
  DType dtype = Promote(a.dtype(), b.dtype());
  if (step != nullptr) {
    FG_ASSIGN_OR_RETURN(s, eval.ops().Decide(*step));
    dtype = Promote(dtype, s.dtype());
  }
  if (dtype == DType::kBool) dtype = DType::kInt64;
  if (s.AsDouble() == 0) return ArgumentError("step cannot be zero");
  const bool unit = step == nullptr;
  int64_t length = 0;
  if (IsFloat(dtype)) {
    if (!std::isfinite(a.AsDouble()) || !std::isfinite(b.AsDouble()) ||
        !std::isfinite(s.AsDouble())) {
      return ArgumentError("start, step and stop of a range must be finite");
    }
    FG_ASSIGN_OR_RETURN(length, FloatLength(a.AsDouble(), s.AsDouble(), b.AsDouble(), dtype));
  } else {
    const absl::int128 distance = static_cast<absl::int128>(b.AsInt64()) - a.AsInt64();
    const absl::int128 count = distance / s.AsInt64() + 1;
    const bool empty = s.AsInt64() > 0 ? distance < 0 : distance > 0;
    if (!empty) {
      if (count > std::numeric_limits<int64_t>::max()) {
        return ArgumentError("the range is too long");
      }
      length = static_cast<int64_t>(count);
    }
  }
  return Value(std::make_shared<Range>(a.ConvertTo(dtype), s.ConvertTo(dtype), length,
                                       unit && !IsFloat(dtype)));
}

absl::StatusOr<Value> MakeSpacedRange(Evaluator& eval, const Value& start, const Value& stop,
                                      int64_t length) {
  if (!IsNumeric(start) || !IsNumeric(stop)) return MethodError("range", {start, stop});
  FG_ASSIGN_OR_RETURN(const Scalar a, eval.ops().Decide(start));
  FG_ASSIGN_OR_RETURN(const Scalar b, eval.ops().Decide(stop));
  if (length < 0) {
    return ArgumentError(absl::StrCat("range(", Repr(start), ", stop=", Repr(stop),
                                      ", length=", length, "): negative length"));
  }
  const DType dtype = ToFloat(Promote(a.dtype(), b.dtype()));
  if (length == 1 && CompareNumbers(a, b) != 0) {
    return ArgumentError("range of length 1 has endpoints that differ");
  }
  const double x = a.AsDouble(), y = b.AsDouble();
  double step = length > 1 ? (y - x) / static_cast<double>(length - 1) : 0;
  double n[2], d[2];
  if (length > 1 && AsFraction(x, dtype, &n[0], &d[0]) && AsFraction(y, dtype, &n[1], &d[1])) {
    step = (n[1] * d[0] - n[0] * d[1]) / (d[0] * d[1] * static_cast<double>(length - 1));
  }
  return Value(
      std::make_shared<Range>(a.ConvertTo(dtype), Scalar(step).ConvertTo(dtype), length, false));
}

}  // namespace fluxgate::lang
