#include "engine/lang/builtins/definition.h"

#include "absl/strings/str_cat.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {

absl::StatusOr<int> DimArgument(Evaluator& eval, const Value& v) {
  FG_ASSIGN_OR_RETURN(const int64_t d, ToInteger(eval, v, "a dimension"));
  if (d < 1 || d > Shape::kMaxRank) {
    return ArgumentError(
        absl::StrCat("dimension must be 1 ≤ dims ≤ ", Shape::kMaxRank, ", got ", d));
  }
  return static_cast<int>(d - 1);
}

absl::StatusOr<absl::optional<std::vector<int>>> DimsKeyword(Evaluator& eval,
                                                             const nn::Arguments& arguments) {
  const Value* given = arguments.Keyword("dims");
  if (given == nullptr || IsColon(*given)) return absl::optional<std::vector<int>>();
  std::vector<int> dims;
  FG_ASSIGN_OR_RETURN(const std::vector<Value> values, ElementsOf(eval, *given));
  for (const Value& v : values) {
    FG_ASSIGN_OR_RETURN(const int d, DimArgument(eval, v));
    dims.push_back(d);
  }
  return absl::make_optional(std::move(dims));
}

absl::StatusOr<bool> BoolKeyword(Evaluator& eval, const nn::Arguments& arguments,
                                 absl::string_view name, bool otherwise) {
  const Value* given = arguments.Keyword(name);
  return given == nullptr ? otherwise : ToBool(eval, *given);
}

absl::StatusOr<Shape> ShapeArgument(Evaluator& eval, absl::Span<const Value> sizes) {
  std::vector<Value> opened;
  if (sizes.size() == 1 && sizes[0].is(Kind::kTuple)) {
    opened = sizes[0].As<Tuple>()->elements;
    sizes = opened;
  }
  Dims dims;
  for (const Value& size : sizes) {
    // Axes such as Base.OneTo(3) count as their length.
    if (const Range* range = size.As<Range>()) {
      dims.push_back(range->length);
      continue;
    }
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, size, "a size"));
    if (n < 0) return ArgumentError("invalid Array dimensions");
    dims.push_back(n);
  }
  absl::StatusOr<Shape> shape = Shape::Create(dims);
  if (!shape.ok()) {
    return JuliaError(dims.size() > Shape::kMaxRank ? "ArgumentError" : "OutOfMemoryError",
                      shape.status().message());
  }
  FG_RETURN_IF_ERROR(eval.CheckElements(shape->num_elements()));
  return shape;
}

absl::StatusOr<Value> NumericOperand(Evaluator& eval, absl::string_view function, const Value& v) {
  FG_ASSIGN_OR_RETURN(Value dense, Densify(eval, v));
  if (IsNumeric(dense) || IsNumericArray(dense)) return dense;
  return MethodError(function, {v});
}

bool IsCallable(const Value& v) {
  return v.is(Kind::kFunction) || v.is(Kind::kType) || v.is(Kind::kStruct);
}

std::string BuiltinName(const Value& f) {
  if (const auto* native = f.AsClass<NativeFunction>()) return native->builtin.name;
  if (const nn::Function* row = nn::FunctionOf(f)) return std::string(row->name);
  return "";
}

void MarkEffect(Evaluator& eval) {
  if (eval.ops().tracing()) eval.ops().trace()->MarkEffect();
}

}  // namespace fluxgate::lang
