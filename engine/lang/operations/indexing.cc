#include "engine/lang/operations/indexing.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

ir::SliceAttr SliceOf(const Selection& selection) {
  ir::SliceAttr slice;
  for (int d = 0; d < selection.of.rank(); ++d) {
    const DimSelection& dim = selection.dims[d];
    const bool list = dim.kind == DimSelection::Kind::kList;
    slice.start.push_back(list ? 0 : dim.start);
    slice.count.push_back(list ? selection.of.dim(d) : dim.count);
    slice.step.push_back(list ? 1 : dim.step);
  }
  return slice;
}

bool IsWhole(const ir::SliceAttr& slice, const Shape& shape) {
  for (int d = 0; d < shape.rank(); ++d) {
    if (slice.start[d] != 0 || slice.count[d] != shape.dim(d) || slice.step[d] != 1) return false;
  }
  return true;
}

ir::Expr IndexConstant(ir::Builder& builder, const std::vector<int64_t>& list) {
  absl::StatusOr<Tensor> indices = Tensor::FromVector<int64_t>(
      Shape({static_cast<int64_t>(list.size())}), absl::MakeConstSpan(list));
  if (!indices.ok()) return {builder, builder.Fail(indices.status())};
  return {builder, builder.Constant(*std::move(indices))};
}

ir::Expr SelectExpression(ir::Expr x, const Selection& selection) {
  if (!x.ok()) return x;
  ir::Builder& builder = x.builder();
  x = ir::Reshape(x, selection.of);
  const ir::SliceAttr slice = SliceOf(selection);
  if (!IsWhole(slice, selection.of)) x = {builder, builder.Slice(x.id(), slice)};
  for (int d = 0; d < selection.of.rank(); ++d) {
    const DimSelection& dim = selection.dims[d];
    if (dim.kind != DimSelection::Kind::kList || !x.ok()) continue;
    x = {builder, builder.Gather(x.id(), IndexConstant(builder, dim.list).id(), d)};
  }
  return ir::Reshape(x, selection.shape);
}

absl::StatusOr<Value> IndexArray(Evaluator& eval, const Value& object,
                                 absl::Span<const Value> indices) {
  const Array& array = *object.As<Array>();
  if (indices.empty()) {
    if (array.shape().num_elements() != 1) return BoundsError(eval, object, indices);
    return ElementAt(eval, object, 0);
  }
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, array.shape(), indices));
  if (selection.scalar) return ElementAt(eval, object, selection.offset());
  FG_ASSIGN_OR_RETURN(Value part, eval.ops().Apply({object}, [&](absl::Span<const ir::Expr> x) {
    return SelectExpression(x[0], selection);
  }));
  if (Array* made = part.As<Array>()) {
    made->one_hot = array.one_hot && made->shape().rank() == array.shape().rank();
  }
  return part;
}

// The indices of a vector-like object with elements of its own.
absl::StatusOr<Value> IndexElements(Evaluator& eval, const Value& object,
                                    absl::Span<const Value> indices) {
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, ShapeOf(object), indices));
  if (selection.scalar) return ElementAt(eval, object, selection.offset());
  std::vector<Value> elements;
  for (const int64_t offset : selection.Offsets()) {
    FG_ASSIGN_OR_RETURN(Value element, ElementAt(eval, object, offset));
    elements.push_back(std::move(element));
  }
  if (object.is(Kind::kTuple)) return Tuple::Of(std::move(elements));
  if (const List* list = object.As<List>()) {
    auto part = std::make_shared<List>(std::move(elements));
    if (selection.shape.rank() != 1) part->dims = selection.shape;
    part->element_type = list->element_type;
    return Value(std::move(part));
  }
  return CollectElements(eval, std::move(elements), selection.shape);
}

absl::StatusOr<Value> IndexRange(Evaluator& eval, const Value& object, const Range& range,
                                 absl::Span<const Value> indices) {
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, ShapeOf(object), indices));
  const DimSelection& dim = selection.dims[0];
  if (selection.scalar) return Value(range.At(dim.start));
  if (dim.kind == DimSelection::Kind::kSlice) {
    const double step = range.step.AsDouble() * static_cast<double>(dim.step);
    const Scalar by = range.start.is_float()
                          ? Scalar(step).ConvertTo(range.dtype())
                          : Scalar(range.step.AsInt64() * dim.step).ConvertTo(range.dtype());
    return Value(
        std::make_shared<Range>(range.At(dim.start), by, dim.count, range.unit && dim.step == 1));
  }
  return IndexElements(eval, object, indices);
}

absl::StatusOr<Value> IndexString(Evaluator& eval, const Value& object,
                                  absl::Span<const Value> indices) {
  const std::string& text = object.text();
  const auto size = static_cast<int64_t>(text.size());
  const auto character = [&](int64_t i) -> absl::StatusOr<CodePoint> {
    if (i < 1 || i > size) return BoundsError(eval, object, {Value::Int(i)});
    const CodePoint c = DecodeUtf8(text, static_cast<size_t>(i - 1));
    if (c.length == 0) {
      return JuliaError("StringIndexError", absl::StrCat("invalid index [", i, "]"));
    }
    return c;
  };
  if (indices.size() != 1) return MethodError("getindex", {object});
  const Value& index = indices[0];
  if (IsNumeric(index)) {
    FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, index, "an index"));
    FG_ASSIGN_OR_RETURN(const CodePoint c, character(i));
    return Value::Char(c.value);
  }
  if (IsColon(index)) return object;
  std::string part;
  if (const Range* range = index.As<Range>(); range != nullptr && range->unit) {
    if (range->length == 0) return Value::String("");
    const int64_t first = range->start.AsInt64(), last = range->At(range->length - 1).AsInt64();
    FG_RETURN_IF_ERROR(character(first).status());
    FG_ASSIGN_OR_RETURN(const CodePoint c, character(last));
    return Value::String(text.substr(first - 1, last - first + c.length));
  }
  FG_ASSIGN_OR_RETURN(const std::vector<Value> positions, ElementsOf(eval, index));
  for (const Value& position : positions) {
    FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, position, "an index"));
    FG_ASSIGN_OR_RETURN(const CodePoint c, character(i));
    AppendUtf8(c.value, &part);
  }
  return Value::String(std::move(part));
}

absl::StatusOr<Value> IndexNamedTuple(Evaluator& eval, const Value& object,
                                      absl::Span<const Value> indices) {
  const NamedTuple& named = *object.As<NamedTuple>();
  if (indices.size() == 1 && indices[0].is(Kind::kSymbol)) {
    if (const Value* found = named.Find(indices[0].text())) return *found;
    return JuliaError("ErrorException",
                      absl::StrCat("type NamedTuple has no field ", indices[0].text()));
  }
  if (indices.size() == 1 && (indices[0].is(Kind::kTuple) || indices[0].is(Kind::kList))) {
    FG_ASSIGN_OR_RETURN(const std::vector<Value> names, ElementsOf(eval, indices[0]));
    std::vector<std::string> chosen;
    std::vector<Value> values;
    for (const Value& name : names) {
      FG_ASSIGN_OR_RETURN(Value v, IndexNamedTuple(eval, object, {name}));
      if (!name.is(Kind::kSymbol)) return MethodError("getindex", {object, indices[0]});
      chosen.push_back(name.text());
      values.push_back(std::move(v));
    }
    return NamedTuple::Of(std::move(chosen), std::move(values));
  }
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, ShapeOf(object), indices));
  if (!selection.scalar) return MethodError("getindex", {object, indices[0]});
  return named.values[selection.offset()];
}

// A view of a view is a view of the storage.
absl::optional<ir::SliceAttr> Composed(const Array& array, const Selection& selection) {
  const ir::SliceAttr slice = SliceOf(selection);
  const Shape& stored = array.storage()->shape();
  if (!array.view()) {
    if (array.shape() == stored && selection.of == stored) return slice;
    // One linear index into a vector of the same length, or a dense matrix's flattening.
    return absl::nullopt;
  }
  const ir::SliceAttr& outer = *array.view();
  ir::SliceAttr composed = outer;
  int d = 0;
  for (int s = 0; s < stored.rank(); ++s) {
    if (outer.count[s] == 1 && (d >= selection.of.rank() || selection.of.dim(d) != 1)) continue;
    if (d >= selection.of.rank() || selection.of.dim(d) != outer.count[s]) return absl::nullopt;
    composed.start[s] = outer.start[s] + slice.start[d] * outer.step[s];
    composed.count[s] = slice.count[d];
    composed.step[s] = outer.step[s] * slice.step[d];
    ++d;
  }
  if (d != selection.of.rank()) return absl::nullopt;
  return composed;
}

}  // namespace

absl::StatusOr<Value> GetIndex(Evaluator& eval, const Value& object,
                               absl::Span<const Value> indices) {
  switch (object.kind()) {
    case Kind::kArray:
      return IndexArray(eval, object, indices);
    case Kind::kRange:
      return IndexRange(eval, object, *object.As<Range>(), indices);
    case Kind::kList:
    case Kind::kTuple:
      return IndexElements(eval, object, indices);
    case Kind::kNamedTuple:
      return IndexNamedTuple(eval, object, indices);
    case Kind::kString:
      return IndexString(eval, object, indices);
    case Kind::kDict: {
      const Value key = indices.size() == 1
                            ? indices[0]
                            : Tuple::Of(std::vector<Value>(indices.begin(), indices.end()));
      if (const Value* found = object.As<Dict>()->Find(key)) return *found;
      return KeyError(eval, key);
    }
    case Kind::kPair: {
      FG_ASSIGN_OR_RETURN(const Selection s, Select(eval, object, Shape({2}), indices));
      if (!s.scalar) return MethodError("getindex", {object, indices[0]});
      return s.offset() == 0 ? object.As<Pair>()->first : object.As<Pair>()->second;
    }
    case Kind::kNumber:
    case Kind::kTraced:
    case Kind::kChar: {
      for (const Value& index : indices) {
        FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, index, "an index"));
        if (i != 1) return BoundsError(eval, object, indices);
      }
      return object;
    }
    case Kind::kOpaque:
      if (const auto* reference = object.AsClass<Reference>(); reference && indices.empty()) {
        return reference->value;
      }
      if (const auto* cartesian = object.AsClass<CartesianIndex>(); indices.size() == 1) {
        if (cartesian != nullptr) {
          FG_ASSIGN_OR_RETURN(const int64_t i, ToInteger(eval, indices[0], "an index"));
          if (i < 1 || i > static_cast<int64_t>(cartesian->indices.size())) {
            return BoundsError(eval, object, indices);
          }
          return Value::Int(cartesian->indices[i - 1]);
        }
      }
      if (const auto* indexable = object.AsClass<Indexable>()) return indexable->At(eval, indices);
      break;
    default:
      break;
  }
  std::vector<Value> arguments = {object};
  arguments.insert(arguments.end(), indices.begin(), indices.end());
  return MethodError("getindex", arguments);
}

absl::StatusOr<Value> View(Evaluator& eval, const Value& object, absl::Span<const Value> indices) {
  const auto array = object.Share<Array>();
  if (array == nullptr) return GetIndex(eval, object, indices);
  FG_ASSIGN_OR_RETURN(const Selection selection, Select(eval, object, array->shape(), indices));
  // Inside a trace nothing outside can be written, so a view of it is as good as a part.
  const bool traced_outside =
      eval.ops().tracing() && array->storage()->node().trace != eval.ops().trace();
  if (traced_outside || !selection.slices_only()) return GetIndex(eval, object, indices);
  absl::optional<ir::SliceAttr> slice = Composed(*array, selection);
  if (!slice) return GetIndex(eval, object, indices);
  return Value(std::make_shared<Array>(array->storage(), selection.shape, *std::move(slice)));
}

absl::StatusOr<int64_t> LastIndex(const Value& object, int dim, int count) {
  if (object.is(Kind::kString)) {
    // The last character's first byte.
    const std::string& text = object.text();
    auto i = static_cast<int64_t>(text.size());
    while (i > 1 && (static_cast<unsigned char>(text[i - 1]) & 0xc0) == 0x80) --i;
    return i;
  }
  const Shape shape = ShapeOf(object);
  if (IsNumeric(object)) return 1;
  if (const auto* cartesian = object.AsClass<CartesianIndex>()) {
    return static_cast<int64_t>(cartesian->indices.size());
  }
  if (object.is(Kind::kDict) || object.is(Kind::kSet) || (shape.rank() == 0)) {
    return MethodError("lastindex", {object});
  }
  if (count == 1) return shape.num_elements();
  // The last of fewer indices than dims counts what remains.
  if (dim == count - 1 && count < shape.rank()) {
    int64_t rest = 1;
    for (int d = dim; d < shape.rank(); ++d) rest *= shape.dim(d);
    return rest;
  }
  return shape.dim(dim);
}

}  // namespace fluxgate::lang
