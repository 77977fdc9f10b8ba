#ifndef FLUXGATE_ENGINE_NN_ARGUMENTS_H_
#define FLUXGATE_ENGINE_NN_ARGUMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/nn/function.h"
#include "engine/value/value.h"

namespace fluxgate::nn {

// Readers of arguments. `what` names the argument in the error: "Dropout's p".

// A number or a traced number (its present value, guarded).
absl::StatusOr<Scalar> NumberArgument(Context& context, const Value& value, absl::string_view what);
absl::StatusOr<double> RealArgument(Context& context, const Value& value, absl::string_view what);
absl::StatusOr<int64_t> IntegerArgument(Context& context, const Value& value,
                                        absl::string_view what);
absl::StatusOr<bool> BoolArgument(const Value& value, absl::string_view what);

// The sizes of an array to make: `f(2, 3)` or `f((2, 3))`.
absl::StatusOr<Shape> ShapeArgument(Context& context, absl::Span<const Value> values,
                                    absl::string_view what);

// The dims to reduce over, 0-based, those past `rank` left out: an integer, a tuple, a range or a
// vector of them; anything else (a colon) means all, as does a null `value` when `all_by_default`.
struct ReductionDims {
  bool all = false;
  std::vector<int> dims;
};
absl::StatusOr<ReductionDims> DimsArgument(Context& context, const Value& value, int rank,
                                           absl::string_view what);

// Arrays and ranges have their shape, numbers rank 0; nothing for other values.
absl::optional<Shape> ShapeOf(const Value& value);
absl::optional<DType> DTypeOfValue(const Value& value);

// Julia's summary: "3×4 Matrix{Float32}", "2-element Vector{Int64}", "a number", …
std::string Summary(const Value& value);
// Julia's size as it is shown: "(3, 4)", "(2,)", "()".
std::string SizeText(const Shape& shape);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_ARGUMENTS_H_
