#include "engine/nn/arguments.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/nn/errors.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::nn {
namespace {

// The elements of a tuple, list, integer array or range of integers; nothing for other values.
using OptionalValues = absl::optional<std::vector<Value>>;
absl::StatusOr<OptionalValues> Elements(Context& context, const Value& value) {
  if (const auto* tuple = value.As<Tuple>()) return OptionalValues(tuple->elements);
  if (const auto* list = value.As<List>()) return OptionalValues(list->elements);
  if (value.is(Kind::kRange) || value.is(Kind::kArray)) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, context.ops().DecideArray(value));
    std::vector<Value> elements;
    elements.reserve(tensor.num_elements());
    for (int64_t i = 0; i < tensor.num_elements(); ++i) {
      elements.push_back(Value(Scalar::FromTensor(tensor, i)));
    }
    return OptionalValues(std::move(elements));
  }
  return OptionalValues();
}

}  // namespace

absl::StatusOr<Scalar> NumberArgument(Context& context, const Value& value,
                                      absl::string_view what) {
  if (!value.is(Kind::kNumber) && !value.is(Kind::kTraced)) {
    return Error("TypeError", what, " must be a number, not ", Summary(value));
  }
  return context.ops().Decide(value);
}

absl::StatusOr<double> RealArgument(Context& context, const Value& value, absl::string_view what) {
  FG_ASSIGN_OR_RETURN(Scalar scalar, NumberArgument(context, value, what));
  return scalar.AsDouble();
}

absl::StatusOr<int64_t> IntegerArgument(Context& context, const Value& value,
                                        absl::string_view what) {
  FG_ASSIGN_OR_RETURN(Scalar scalar, NumberArgument(context, value, what));
  if (scalar.is_float()) {
    return Error("TypeError", what, " must be an integer, not ", scalar.AsDouble());
  }
  return scalar.AsInt64();
}

absl::StatusOr<bool> BoolArgument(const Value& value, absl::string_view what) {
  if (!value.is_bool()) {
    return Error("TypeError", what, " must be true or false, not ", Summary(value));
  }
  return value.scalar().AsBool();
}

absl::StatusOr<Shape> ShapeArgument(Context& context, absl::Span<const Value> values,
                                    absl::string_view what) {
  std::vector<Value> sizes(values.begin(), values.end());
  if (sizes.size() == 1) {
    if (const auto* tuple = sizes[0].As<Tuple>()) {
      std::vector<Value> elements = tuple->elements;
      sizes = std::move(elements);
    }
  }
  std::vector<int64_t> dims;
  for (const Value& size : sizes) {
    FG_ASSIGN_OR_RETURN(int64_t dim, IntegerArgument(context, size, what));
    dims.push_back(dim);
  }
  return Shape::Create(dims);
}

absl::StatusOr<ReductionDims> DimsArgument(Context& context, const Value& value, int rank,
                                           absl::string_view what) {
  std::vector<Value> given;
  if (value.is(Kind::kNumber) || value.is(Kind::kTraced)) {
    given.push_back(value);
  } else {
    FG_ASSIGN_OR_RETURN(OptionalValues elements, Elements(context, value));
    if (!elements.has_value()) return ReductionDims{true, {}};
    given = *std::move(elements);
  }
  ReductionDims result;
  for (const Value& v : given) {
    FG_ASSIGN_OR_RETURN(int64_t dim, IntegerArgument(context, v, what));
    if (dim < 1) {
      return Error("ArgumentError", what, ": region dimension(s) must be ≥ 1, got ", dim);
    }
    if (dim <= rank) result.dims.push_back(static_cast<int>(dim - 1));
  }
  std::sort(result.dims.begin(), result.dims.end());
  result.dims.erase(std::unique(result.dims.begin(), result.dims.end()), result.dims.end());
  return result;
}

absl::optional<Shape> ShapeOf(const Value& value) {
  if (const auto* array = value.As<Array>()) return array->shape();
  if (const auto* range = value.As<Range>()) return Shape({range->length});
  if (value.is(Kind::kNumber) || value.is(Kind::kTraced)) return Shape();
  return absl::nullopt;
}

absl::optional<DType> DTypeOfValue(const Value& value) {
  if (const auto* array = value.As<Array>()) return array->dtype();
  if (const auto* range = value.As<Range>()) return range->dtype();
  if (const auto* traced = value.As<Traced>()) return traced->dtype();
  if (value.is_number()) return value.scalar().dtype();
  return absl::nullopt;
}

std::string SizeText(const Shape& shape) {
  return absl::StrCat("(", absl::StrJoin(shape.dims(), ", "), shape.rank() == 1 ? ",)" : ")");
}

std::string Summary(const Value& value) {
  const absl::optional<Shape> shape = ShapeOf(value);
  const absl::optional<DType> dtype = DTypeOfValue(value);
  if (shape.has_value() && dtype.has_value()) {
    const absl::string_view element = DTypeName(*dtype);
    switch (shape->rank()) {
      case 0:
        return absl::StrCat("a number of type ", element);
      case 1:
        return absl::StrCat(shape->dim(0), "-element Vector{", element, "}");
      case 2:
        return absl::StrCat(absl::StrJoin(shape->dims(), "×"), " Matrix{", element, "}");
      default:
        return absl::StrCat(absl::StrJoin(shape->dims(), "×"), " Array{", element, ", ",
                            shape->rank(), "}");
    }
  }
  switch (value.kind()) {
    case Kind::kNothing:
      return "nothing";
    case Kind::kString:
      return "a String";
    case Kind::kSymbol:
      return "a Symbol";
    case Kind::kChar:
      return "a Char";
    case Kind::kTuple:
      return "a Tuple";
    case Kind::kNamedTuple:
      return "a NamedTuple";
    case Kind::kPair:
      return "a Pair";
    case Kind::kList:
      return "a Vector of values that are not all numbers";
    case Kind::kFunction:
      return "a function";
    case Kind::kType:
      return "a type";
    default:
      return "a value of another type";
  }
}

}  // namespace fluxgate::nn
