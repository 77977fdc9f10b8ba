// Parts of arrays and arrays of parts: getindex, views, slices, hcat, vcat, cat, stack.
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

// The views along `dim`, in order: what eachcol and its kin walk.
absl::StatusOr<Value> SlicesAlong(Evaluator& eval, const Value& v, int dim) {
  FG_ASSIGN_OR_RETURN(const Value array, Densify(eval, v));
  const Shape shape = ShapeOf(array);
  if (!IsNumericArray(array) && !array.is(Kind::kList)) return MethodError("eachslice", {v});
  std::vector<Value> indices(std::max(shape.rank(), dim + 1), ColonValue());
  std::vector<Value> slices;
  for (int64_t i = 1; i <= shape.dim(dim); ++i) {
    FG_RETURN_IF_ERROR(eval.Step());
    indices[dim] = Value::Int(i);
    FG_ASSIGN_OR_RETURN(Value slice, View(eval, array, indices));
    slices.push_back(std::move(slice));
  }
  return List::Of(std::move(slices));
}

absl::StatusOr<Value> CatFunction(Evaluator& eval, const Arguments& x) {
  const Value* given = x.Keyword("dims");
  if (given == nullptr)
    return JuliaError("UndefKeywordError", "keyword argument `dims` not assigned");
  if (!IsNumeric(*given)) {
    return ArgumentError("cat along several dims at once is not supported");
  }
  FG_ASSIGN_OR_RETURN(const int dim, DimArgument(eval, *given));
  return CatAlong(eval, x.positional, dim);
}

// Arrays of one shape side by side along a new dim.
absl::StatusOr<Value> Stack(Evaluator& eval, const Arguments& x) {
  Value source = x[0];
  if (x.size() == 2) {
    FG_ASSIGN_OR_RETURN(const Value map, eval.Lookup("map"));
    FG_ASSIGN_OR_RETURN(source, eval.CallWith(map, {x[0], x[1]}, {}));
  }
  FG_ASSIGN_OR_RETURN(std::vector<Value> parts, ElementsOf(eval, source));
  if (parts.empty()) return ArgumentError("reducing over an empty collection is not allowed");
  for (Value& part : parts) {
    if (part.is(Kind::kTuple)) {
      FG_ASSIGN_OR_RETURN(part, MakeVector(eval, part.As<Tuple>()->elements));
    }
  }
  const Shape shape = ShapeOf(parts[0]);
  if (shape.rank() == 0) return MakeVector(eval, parts);
  int dim = shape.rank();
  if (const Value* given = x.Keyword("dims"); given != nullptr && !IsColon(*given)) {
    FG_ASSIGN_OR_RETURN(dim, DimArgument(eval, *given));
    if (dim > shape.rank()) {
      return ArgumentError(
          absl::StrCat("cannot stack slices ndims(x) = ", shape.rank(), " along dims = ", dim + 1));
    }
  }
  Dims dims(shape.dims().begin(), shape.dims().end());
  dims.insert(dims.begin() + dim, 1);
  for (Value& part : parts) {
    if (ShapeOf(part) != shape) {
      return DimensionMismatch("stack expects uniform slices");
    }
    FG_ASSIGN_OR_RETURN(part, ReshapeValue(eval, part, Shape(dims)));
  }
  return CatAlong(eval, parts, dim);
}

absl::StatusOr<Value> CopyTo(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, x[1]));
  if (static_cast<int64_t>(elements.size()) > LengthOf(x[0])) {
    return BoundsError(x[0], {Value::Int(static_cast<int64_t>(elements.size()))});
  }
  if (static_cast<int64_t>(elements.size()) == LengthOf(x[0]) && x[0].is(Kind::kArray) &&
      ShapeOf(x[0]) == ShapeOf(x[1])) {
    FG_RETURN_IF_ERROR(BroadcastAssign(eval, x[0], x[1]));
    return x[0];
  }
  for (size_t i = 0; i < elements.size(); ++i) {
    FG_RETURN_IF_ERROR(
        SetIndex(eval, x[0], {Value::Int(static_cast<int64_t>(i + 1))}, elements[i]));
  }
  return x[0];
}

absl::StatusOr<Value> FillInPlace(Evaluator& eval, const Arguments& x) {
  if (Array* array = x[0].As<Array>()) {
    if (!IsNumeric(x[1])) return MethodError("fill!", x.positional);
    FG_RETURN_IF_ERROR(Overwrite(eval, *array, x[1]));
    return x[0];
  }
  if (List* list = x[0].As<List>()) {
    MarkEffect(eval);
    FixTypes(x[0]);
    FG_ASSIGN_OR_RETURN(const Value filler, ConvertElement(eval, list->element_type, x[1]));
    for (Value& element : list->elements) element = filler;
    return x[0];
  }
  return MethodError("fill!", x.positional);
}

}  // namespace

std::vector<Builtin> ArrayPartBuiltins() {
  Definitions d;
  d.Add("getindex", 1, -1, [](Evaluator& eval, const Arguments& x) {
    return GetIndex(eval, x[0], x.positional.subspan(1));
  });
  d.Add("setindex!", 2, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_RETURN_IF_ERROR(SetIndex(eval, x[0], x.positional.subspan(2), x[1]));
    return x[0];
  });
  d.Add("view", 1, -1, [](Evaluator& eval, const Arguments& x) {
    return View(eval, x[0], x.positional.subspan(1));
  });
  d.Add("checkbounds", 2, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_RETURN_IF_ERROR(Select(eval, x[0], ShapeOf(x[0]), x.positional.subspan(1)).status());
    return Value();
  });
  d.Add("selectdim", 3, 3, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int dim, DimArgument(eval, x[1]));
    std::vector<Value> indices(std::max(ShapeOf(x[0]).rank(), dim + 1), ColonValue());
    indices[dim] = x[2];
    return View(eval, x[0], indices);
  });
  d.Add("eachcol", 1, 1,
        [](Evaluator& eval, const Arguments& x) { return SlicesAlong(eval, x[0], 1); });
  d.Add("eachrow", 1, 1,
        [](Evaluator& eval, const Arguments& x) { return SlicesAlong(eval, x[0], 0); });
  d.Add("eachslice", 1, 1,
        [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
          FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
          if (!dims || dims->size() != 1) return ArgumentError("eachslice needs one dim in dims");
          return SlicesAlong(eval, x[0], (*dims)[0]);
        },
        {"dims"});
  d.Add("hcat", 0, -1,
        [](Evaluator& eval, const Arguments& x) { return HorizontalCat(eval, x.positional); });
  d.Add("vcat", 0, -1,
        [](Evaluator& eval, const Arguments& x) { return VerticalCat(eval, x.positional); });
  d.Add("cat", 0, -1, CatFunction, {"dims"});
  d.Add("stack", 1, 2, Stack, {"dims"});
  d.Add("copyto!", 2, 2, CopyTo);
  d.Alias("copy!");
  d.Add("fill!", 2, 2, FillInPlace);
  d.Add("CartesianIndex", 1, -1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    Dims indices;
    for (const Value& v : x.positional) {
      if (v.is(Kind::kType)) continue;  // the type that was called
      FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
      for (const Value& e : elements) {
        FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, e, "an index"));
        indices.push_back(i);
      }
    }
    return Value(std::make_shared<CartesianIndex>(std::move(indices)));
  });
  d.Add("CartesianIndices", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    const Value& v = x[x.size() - 1];
    Shape shape = ShapeOf(v);
    if (v.is(Kind::kTuple)) {
      FG_ASSIGN_OR_RETURN(shape, ShapeArgument(eval, {v}));
    }
    FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements()));
    std::vector<Value> all;
    for (int64_t i = 0; i < shape.num_elements(); ++i) {
      Dims at;
      int64_t rest = i;
      for (int k = 0; k < shape.rank(); ++k) {
        at.push_back(rest % shape.dim(k) + 1);
        rest /= shape.dim(k);
      }
      all.push_back(Value(std::make_shared<CartesianIndex>(std::move(at))));
    }
    return CollectElements(eval, std::move(all), shape);
  });
  d.Add("Ref", 0, 2, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return Value(std::make_shared<Reference>(x.size() == 0 ? Value() : x[x.size() - 1]));
  });
  d.Add("Tuple", 1, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (x.size() == 1) return Tuple::Of({});
    FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, x[1]));
    return Tuple::Of(std::move(elements));
  });
  d.Add("tuple", 0, -1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    return Tuple::Of(std::vector<Value>(x.positional.begin(), x.positional.end()));
  });
  return d.Take();
}

std::vector<Builtin> ArrayBuiltins() {
  Definitions d;
  d.Append(ArrayMakerBuiltins());
  d.Append(ArrayShapeBuiltins());
  d.Append(ArrayPartBuiltins());
  d.Append(ArrayTurnBuiltins());
  return d.Take();
}

}  // namespace fluxgate::lang
