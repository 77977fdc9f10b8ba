// Sizes and dims: size, reshape, permutedims, repeat, circshift, ...
#include <algorithm>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/operations/iteration.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

Value SizeTuple(const Shape& shape) {
  std::vector<Value> sizes;
  for (const int64_t n : shape.dims()) sizes.push_back(Value::Int(n));
  return Tuple::Of(std::move(sizes));
}

Value OneTo(int64_t n) {
  auto range = std::make_shared<Range>(Scalar(int64_t{1}), Scalar(int64_t{1}), n, true);
  range->one_to = true;
  return Value(std::move(range));
}

bool HasShape(const Value& v) { return IsNumeric(v) || IsNumericArray(v) || v.is(Kind::kList); }

absl::StatusOr<Value> Size(Evaluator& eval, const Arguments& x) {
  if (!HasShape(x[0])) {
    const absl::optional<Shape> shape = IterationShape(x[0]);
    if (!shape || x[0].is(Kind::kTuple)) return MethodError("size", x.positional);
    return SizeTuple(*shape);
  }
  const Shape shape = ShapeOf(x[0]);
  if (x.size() == 1) return SizeTuple(shape);
  std::vector<Value> sizes;
  for (const Value& dim : x.positional.subspan(1)) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> dims, ElementsOf(eval, dim));
    for (const Value& v : dims) {
      FG_ASSIGN_OR_RETURN(const int d, DimArgument(eval, v));
      sizes.push_back(Value::Int(shape.dim(d)));
    }
  }
  if (x.size() == 2 && IsNumeric(x[1])) return sizes[0];
  return Tuple::Of(std::move(sizes));
}

absl::StatusOr<Value> Length(Evaluator& eval, const Arguments& x) {
  if (IsNumeric(x[0]) || x[0].is(Kind::kChar)) return Value::Int(1);
  if (x[0].is(Kind::kString)) return Value::Int(CountCharacters(x[0].text()));
  if (const auto* index = x[0].AsClass<CartesianIndex>()) {
    return Value::Int(static_cast<int64_t>(index->indices.size()));
  }
  const int64_t length = LengthOf(x[0]);
  if (length < 0) return MethodError("length", x.positional);
  return Value::Int(length);
}

absl::StatusOr<Value> Reshape(Evaluator& eval, const Arguments& x) {
  if (!HasShape(x[0]) || IsNumeric(x[0])) return MethodError("reshape", x.positional);
  std::vector<Value> sizes(x.positional.begin() + 1, x.positional.end());
  if (sizes.size() == 1 && sizes[0].is(Kind::kTuple)) {
    sizes = std::vector<Value>(sizes[0].As<Tuple>()->elements);
  }
  const int64_t total = LengthOf(x[0]);
  int colon = -1;
  int64_t known = 1;
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (IsColon(sizes[i])) {
      if (colon >= 0) {
        return JuliaError(
            "DimensionMismatch",
            "new dimensions have more than one omitted dimension specified by `Colon()`");
      }
      colon = static_cast<int>(i);
      sizes[i] = Value::Int(1);
    }
  }
  FG_ASSIGN_OR_RETURN(Shape shape, ShapeArgument(eval, sizes));
  if (colon >= 0) {
    known = shape.num_elements();
    if (known == 0 ? total != 0 : total % known != 0) {
      return DimensionMismatch(absl::StrCat(
          "array size ", total, " must be divisible by the product of the new dimensions (",
          absl::StrJoin(x.positional.subspan(1), ", ",
                        [](std::string* out, const Value& v) {
                          absl::StrAppend(out, IsColon(v) ? "Colon()" : Repr(v));
                        }),
          ")"));
    }
    Dims dims(shape.dims().begin(), shape.dims().end());
    dims[colon] = known == 0 ? 0 : total / known;
    shape = Shape(std::move(dims));
  }
  if (shape.num_elements() != total) {
    return DimensionMismatch(absl::StrCat("new dimensions ", Repr(SizeTuple(shape)),
                                          " must be consistent with array size ", total));
  }
  if (!x[0].is(Kind::kRange)) return ReshapeValue(eval, x[0], shape);
  // A range stays what it is, or stands behind the new dims.
  if (shape.rank() == 1) return x[0];
  FG_ASSIGN_OR_RETURN(Value result, ReshapeValue(eval, x[0], shape));
  if (Array* array = result.As<Array>()) {
    array->wrapper =
        absl::StrCat("reshape(::", TypeName(x[0]), ", ", absl::StrJoin(shape.dims(), ", "), ")");
  }
  return result;
}

// Elements of a List by the flat index that `from` gives for each position of the result.
template <typename F>
Value Rearranged(const List& list, const Shape& shape, F from) {
  std::vector<Value> elements;
  elements.reserve(shape.num_elements());
  Dims at(shape.rank(), 0);
  for (int64_t i = 0; i < shape.num_elements(); ++i) {
    elements.push_back(list.elements[from(at)]);
    for (int d = 0; d < shape.rank() && ++at[d] == shape.dim(d); ++d) at[d] = 0;
  }
  auto result = std::make_shared<List>(std::move(elements));
  if (shape.rank() != 1) result->dims = shape;
  result->element_type = list.element_type;
  return Value(std::move(result));
}

absl::StatusOr<Value> PermuteDims(Evaluator& eval, const Arguments& x) {
  if (!HasShape(x[0]) || IsNumeric(x[0])) return MethodError("permutedims", x.positional);
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[0]));
  const Shape shape = ShapeOf(v);
  std::vector<int> order;
  if (x.size() == 1) {
    if (shape.rank() > 2) return MethodError("permutedims", x.positional);
    order = {1, 0};
  } else {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> given, ElementsOf(eval, x[1]));
    for (const Value& dim : given) {
      FG_ASSIGN_OR_RETURN(const int d, DimArgument(eval, dim));
      order.push_back(d);
    }
    std::vector<int> sorted = order;
    std::sort(sorted.begin(), sorted.end());
    for (int d = 0; d < static_cast<int>(sorted.size()); ++d) {
      if (sorted[d] != d || static_cast<int>(sorted.size()) != shape.rank()) {
        return ArgumentError("no valid permutation of dimensions");
      }
    }
  }
  const int rank = static_cast<int>(order.size());
  Dims dims(shape.dims().begin(), shape.dims().end());
  while (static_cast<int>(dims.size()) < rank) dims.push_back(1);
  const Shape full(dims);
  if (const List* list = v.As<List>()) {
    Dims result;
    std::vector<int64_t> strides(rank, 1);
    for (int d = 1; d < rank; ++d) strides[d] = strides[d - 1] * full.dim(d - 1);
    for (const int d : order) result.push_back(full.dim(d));
    return Rearranged(*list, Shape(result), [&](const Dims& at) {
      int64_t flat = 0;
      for (int d = 0; d < rank; ++d) flat += at[d] * strides[order[d]];
      return flat;
    });
  }
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    const ir::Expr whole = ir::Reshape(e[0], full);
    return ir::Expr(e[0].builder(), e[0].builder().Permute(whole.id(), order));
  });
}

absl::StatusOr<Value> DropDims(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  if (!dims) return ArgumentError("dropdims needs dims");
  const Shape shape = ShapeOf(x[0]);
  Dims kept;
  for (int d = 0; d < shape.rank(); ++d) {
    const bool dropped = std::find(dims->begin(), dims->end(), d) != dims->end();
    if (!dropped) kept.push_back(shape.dim(d));
    if (dropped && shape.dim(d) != 1) return ArgumentError("dropped dims must all be size 1");
  }
  return ReshapeValue(eval, x[0], Shape(std::move(kept)));
}

// `x` repeated along one dim: as whole copies, or each element in its place.
ir::Expr RepeatDim(ir::Expr x, int dim, int64_t count, bool inner) {
  if (!x.ok() || count == 1) return x;
  // A new dim beside the old one, broadcast, and both made one again.
  Dims split, wide, joined;
  for (int d = 0; d < x.shape().rank(); ++d) {
    if (d == dim && inner) split.push_back(1), wide.push_back(count);
    split.push_back(x.shape().dim(d));
    wide.push_back(x.shape().dim(d));
    if (d == dim && !inner) split.push_back(1), wide.push_back(count);
    joined.push_back(d == dim ? x.shape().dim(d) * count : x.shape().dim(d));
  }
  return ir::Reshape(ir::BroadcastTo(ir::Reshape(x, Shape(split)), Shape(wide)), Shape(joined));
}

absl::StatusOr<std::vector<int64_t>> Counts(Evaluator& eval, absl::Span<const Value> values) {
  std::vector<int64_t> counts;
  for (const Value& v : values) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> elements, ElementsOf(eval, v));
    for (const Value& e : elements) {
      FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, e, "a count"));
      if (n < 0) return ArgumentError("number of repetitions must be non-negative");
      counts.push_back(n);
    }
  }
  return counts;
}

absl::StatusOr<Value> Repeat(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kString) || x[0].is(Kind::kChar)) {
    if (x.size() != 2) return MethodError("repeat", x.positional);
    return BinaryOperator(eval, "^", x[0], x[1]);
  }
  if (!HasShape(x[0]) || IsNumeric(x[0])) return MethodError("repeat", x.positional);
  std::vector<int64_t> outer, inner;
  FG_ASSIGN_OR_RETURN(outer, Counts(eval, x.positional.subspan(1)));
  if (const Value* given = x.Keyword("outer")) {
    FG_ASSIGN_OR_RETURN(outer, Counts(eval, {*given}));
  }
  if (const Value* given = x.Keyword("inner")) {
    FG_ASSIGN_OR_RETURN(inner, Counts(eval, {*given}));
  }
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[0]));
  const int rank =
      std::max({ShapeOf(v).rank(), static_cast<int>(outer.size()), static_cast<int>(inner.size())});
  outer.resize(rank, 1);
  inner.resize(rank, 1);
  Dims dims, result;
  for (int d = 0; d < rank; ++d) {
    dims.push_back(ShapeOf(v).dim(d));
    int64_t size = 0;
    if (__builtin_mul_overflow(dims[d], outer[d], &size) ||
        __builtin_mul_overflow(size, inner[d], &size)) {
      return JuliaError("OutOfMemoryError", "the array would be too large");
    }
    result.push_back(size);
  }
  FG_ASSIGN_OR_RETURN(const Shape shape, Shape::Create(result));
  FG_RETURN_IF_ERROR(
      eval.CheckElements(shape.num_elements(), v.is(Kind::kList) ? sizeof(Value) : 0));
  const Shape own(dims);
  if (const List* list = v.As<List>()) {
    return Rearranged(*list, shape, [&](const Dims& at) {
      int64_t flat = 0, stride = 1;
      for (int d = 0; d < rank; ++d) {
        flat += at[d] / inner[d] % own.dim(d) * stride;
        stride *= own.dim(d);
      }
      return flat;
    });
  }
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    ir::Expr r = ir::Reshape(e[0], own);
    for (int d = 0; d < rank; ++d) r = RepeatDim(r, d, inner[d], true);
    for (int d = 0; d < rank; ++d) r = RepeatDim(r, d, outer[d], false);
    return r;
  });
}

// Elements of dim `dim` moved up by `shift`, the last ones coming first.
ir::Expr ShiftDim(ir::Expr x, int dim, int64_t shift) {
  if (!x.ok() || x.shape().dim(dim) == 0) return x;
  const int64_t n = x.shape().dim(dim);
  shift = ((shift % n) + n) % n;
  if (shift == 0) return x;
  const ir::NodeId parts[] = {SliceDim(x, dim, n - shift, shift).id(),
                              SliceDim(x, dim, 0, n - shift).id()};
  return {x.builder(), x.builder().Concat(parts, dim)};
}

absl::StatusOr<Value> CircShift(Evaluator& eval, const Arguments& x) {
  const Value* given = x.size() > 1 ? &x[1] : x.Keyword("shifts");
  if (given == nullptr) return MethodError("circshift", x.positional);
  FG_ASSIGN_OR_RETURN(const Value v, Densify(eval, x[0]));
  FG_ASSIGN_OR_RETURN(const auto dims, DimsKeyword(eval, x));
  FG_ASSIGN_OR_RETURN(const std::vector<Value> shifts, ElementsOf(eval, *given));
  if (const List* list = v.As<List>()) {
    if (list->dims) return MethodError("circshift", x.positional);
    FG_ASSIGN_OR_RETURN(int64_t shift, ToInteger(eval, shifts.at(0), "a shift"));
    const auto n = static_cast<int64_t>(list->elements.size());
    if (n == 0) return v;
    shift = ((-shift % n) + n) % n;
    return Rearranged(*list, Shape({n}), [&](const Dims& at) { return (at[0] + shift) % n; });
  }
  if (!IsNumericArray(v)) return MethodError("circshift", x.positional);
  std::vector<std::pair<int, int64_t>> moves;
  for (size_t i = 0; i < shifts.size(); ++i) {
    FG_ASSIGN_OR_RETURN(const int64_t shift, ToInteger(eval, shifts[i], "a shift"));
    const int d = dims && i < dims->size() ? (*dims)[i] : static_cast<int>(i);
    if (d < ShapeOf(v).rank()) moves.emplace_back(d, shift);
  }
  return eval.ops().Apply({v}, [&](absl::Span<const ir::Expr> e) {
    ir::Expr r = e[0];
    for (const auto& [d, shift] : moves) r = ShiftDim(r, d, shift);
    return r;
  });
}

absl::StatusOr<Value> EachIndex(Evaluator& eval, const Arguments& x) {
  if (x[0].is(Kind::kString)) {
    std::vector<Value> starts;
    const std::string& text = x[0].text();
    for (size_t i = 0; i < text.size(); ++i) {
      if ((static_cast<unsigned char>(text[i]) & 0xc0) != 0x80) {
        starts.push_back(Value::Int(static_cast<int64_t>(i + 1)));
      }
    }
    return MakeVector(eval, starts);
  }
  const int64_t length = LengthOf(x[0]);
  if (length < 0) return MethodError("eachindex", x.positional);
  return OneTo(length);
}

}  // namespace

absl::StatusOr<Value> ReshapeValue(Evaluator& eval, const Value& v, const Shape& shape) {
  if (const List* list = v.As<List>()) {
    auto copy = std::make_shared<List>(list->elements);
    if (shape.rank() != 1) copy->dims = shape;
    copy->element_type = list->element_type;
    return Value(std::move(copy));
  }
  const Array* array = v.As<Array>();
  if (array != nullptr && !array->view() && shape.rank() > 0) {
    return Value(std::make_shared<Array>(array->storage(), shape));
  }
  return eval.ops().Apply({v},
                          [&](absl::Span<const ir::Expr> e) { return ir::Reshape(e[0], shape); });
}

std::vector<Builtin> ArrayShapeBuiltins() {
  Definitions d;
  d.Add("size", 1, -1, Size);
  d.Add("length", 1, 1, Length);
  d.Add("ndims", 1, 1, [](Evaluator&, const Arguments& x) -> absl::StatusOr<Value> {
    if (!HasShape(x[0])) return MethodError("ndims", x.positional);
    return Value::Int(ShapeOf(x[0]).rank());
  });
  d.Add("axes", 1, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    const Shape shape = ShapeOf(x[0]);
    if (x.size() == 2) {
      FG_ASSIGN_OR_RETURN(const int dim, DimArgument(eval, x[1]));
      return OneTo(shape.dim(dim));
    }
    std::vector<Value> axes;
    for (const int64_t n : shape.dims()) axes.push_back(OneTo(n));
    return Tuple::Of(std::move(axes));
  });
  Definitions inside("Base", /*exported=*/false);
  inside.Add("OneTo", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[0], "a length"));
    return OneTo(std::max<int64_t>(n, 0));
  });
  d.Append(inside.Take());
  d.Add("eachindex", 1, 1, EachIndex);
  d.Alias("LinearIndices");
  d.Add("firstindex", 1, 2,
        [](Evaluator&, const Arguments&) -> absl::StatusOr<Value> { return Value::Int(1); });
  d.Add("lastindex", 1, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    int dim = 0;
    if (x.size() == 2) {
      FG_ASSIGN_OR_RETURN(dim, DimArgument(eval, x[1]));
    }
    FG_ASSIGN_OR_RETURN(const int64_t last,
                        LastIndex(x[0], dim, x.size() == 1 ? 1 : ShapeOf(x[0]).rank()));
    return Value::Int(last);
  });
  d.Add("reshape", 2, -1, Reshape);
  d.Add("vec", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (!HasShape(x[0]) || IsNumeric(x[0])) return MethodError("vec", x.positional);
    if (ShapeOf(x[0]).rank() == 1) return x[0];
    return ReshapeValue(eval, x[0], Shape({LengthOf(x[0])}));
  });
  d.Add("permutedims", 1, 2, PermuteDims);
  d.Add("dropdims", 1, 1, DropDims, {"dims"});
  d.Add("repeat", 1, -1, Repeat, {"inner", "outer"});
  d.Add("circshift", 1, 2, CircShift, {"dims", "shifts"});
  d.Add("isempty", 1, 1, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    if (x[0].is(Kind::kString)) return Value::Bool(x[0].text().empty());
    if (IsNumeric(x[0])) return Value::Bool(false);
    if (LengthOf(x[0]) >= 0) return Value::Bool(LengthOf(x[0]) == 0);
    FG_ASSIGN_OR_RETURN(auto it, Iterate(eval, x[0]));
    Value first;
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&first));
    return Value::Bool(!more);
  });
  return d.Take();
}

}  // namespace fluxgate::lang
