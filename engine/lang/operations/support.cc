#include "engine/lang/operations/support.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/exception.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {

DType NumericDType(const Value& v) {
  switch (v.kind()) {
    case Kind::kTraced:
      return v.As<Traced>()->dtype();
    case Kind::kRange:
      return v.As<Range>()->dtype();
    case Kind::kArray:
      return v.As<Array>()->dtype();
    default:
      return v.scalar().dtype();
  }
}

Shape ShapeOf(const Value& v) {
  switch (v.kind()) {
    case Kind::kArray:
      return v.As<Array>()->shape();
    case Kind::kList:
      return v.As<List>()->shape();
    case Kind::kNumber:
    case Kind::kTraced:
      return Shape();
    default: {
      const int64_t length = LengthOf(v);
      return length < 0 ? Shape() : Shape({length});
    }
  }
}

int64_t LengthOf(const Value& v) {
  switch (v.kind()) {
    case Kind::kArray:
      return v.As<Array>()->shape().num_elements();
    case Kind::kList:
      return static_cast<int64_t>(v.As<List>()->elements.size());
    case Kind::kRange:
      return v.As<Range>()->length;
    case Kind::kTuple:
      return static_cast<int64_t>(v.As<Tuple>()->elements.size());
    case Kind::kNamedTuple:
      return static_cast<int64_t>(v.As<NamedTuple>()->values.size());
    case Kind::kDict:
      return static_cast<int64_t>(v.As<Dict>()->size());
    case Kind::kSet:
      return static_cast<int64_t>(v.As<Set>()->members.size());
    case Kind::kPair:
      return 2;
    case Kind::kOpaque:
      if (const auto* iterable = v.AsClass<Iterable>()) return iterable->size();
      return -1;
    default:
      return -1;
  }
}

absl::Status MethodError(absl::string_view function, absl::Span<const Value> arguments) {
  return JuliaError("MethodError", absl::StrCat("no method matching ", function, "(",
                                                absl::StrJoin(arguments, ", ",
                                                              [](std::string* out, const Value& v) {
                                                                absl::StrAppend(out,
                                                                                "::", TypeName(v));
                                                              }),
                                                ")"));
}

absl::Status DimensionMismatch(absl::string_view message) {
  return JuliaError("DimensionMismatch", message);
}

absl::Status ArgumentError(absl::string_view message) {
  return JuliaError("ArgumentError", message);
}

std::string BoundsText(const Value& object, absl::Span<const Value> indices) {
  std::string summary;
  if (object.is(Kind::kArray) || object.is(Kind::kList) || object.is(Kind::kRange)) {
    const Shape shape = ShapeOf(object);
    if (shape.rank() == 1) {
      summary = absl::StrCat(shape.dim(0), "-element ");
    } else {
      summary = absl::StrCat(absl::StrJoin(shape.dims(), "×"), " ");
    }
    absl::StrAppend(&summary, TypeName(object));
  } else if (object.is(Kind::kString)) {
    summary = absl::StrCat(object.text().size(), "-codeunit String");
  } else {
    summary = TypeName(object);
  }
  return absl::StrCat("attempt to access ", summary, " at index [",
                      absl::StrJoin(indices, ", ",
                                    [](std::string* out, const Value& v) {
                                      absl::StrAppend(out, IsColon(v) ? ":" : Repr(v));
                                    }),
                      "]");
}

absl::Status BoundsError(const Value& object, absl::Span<const Value> indices) {
  return JuliaError("BoundsError", BoundsText(object, indices));
}

absl::Status BoundsError(Evaluator& eval, const Value& object, absl::Span<const Value> indices) {
  // What a gradient traces must not leave it.
  if (eval.ops().tracing()) return BoundsError(object, indices);
  const Value index = Tuple::Of(std::vector<Value>(indices.begin(), indices.end()));
  return eval.Throw(Struct::Of(ExceptionType("BoundsError"), {object, index, Value()}));
}

absl::Status KeyError(Evaluator& eval, const Value& key) {
  if (eval.ops().tracing()) {
    return JuliaError("KeyError", absl::StrCat("key ", Repr(key), " not found"));
  }
  return eval.Throw(Struct::Of(ExceptionType("KeyError"), {key, Value()}));
}

absl::Status MutationError(absl::string_view call, const Value& array) {
  return JuliaError(
      "ErrorException",
      absl::StrCat("Mutating arrays is not supported -- called ", call, "(", TypeName(array),
                   ", ...)\nThis error occurs when you ask Zygote to differentiate operations that "
                   "change\nthe elements of arrays in place (e.g. setting values with x .= ...)\n\n"
                   "Possible fixes:\n- avoid mutating operations (preferred)\n- or make the array "
                   "inside the function that is differentiated"));
}

absl::Status CheckMutable(Evaluator& eval, const Array& array, absl::string_view call) {
  if (!eval.ops().tracing()) return absl::OkStatus();
  const Storage& storage = *array.storage();
  if (storage.node().trace == eval.ops().trace() && !storage.is_argument()) {
    return absl::OkStatus();
  }
  return MutationError(call, Value(std::make_shared<Array>(array.storage(), array.shape())));
}

absl::StatusOr<int64_t> ToInteger(Evaluator& eval, const Value& v, absl::string_view what) {
  if (v.is_int()) return v.scalar().AsInt64();
  if (IsNumeric(v)) {
    FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(v));
    if (!s.is_float()) return s.AsInt64();
    const double d = s.AsDouble();
    if (d == std::floor(d) && std::abs(d) < 9e18) return static_cast<int64_t>(d);
    return JuliaError("InexactError", absl::StrCat("Int64(", Repr(Value(s)), ")"));
  }
  return ArgumentError(
      absl::StrCat(what, " must be an integer, got a value of type ", TypeName(v)));
}

absl::StatusOr<bool> ToBool(Evaluator& eval, const Value& v) {
  if (v.is_bool()) return v.scalar().AsBool();
  if (v.is(Kind::kTraced) && NumericDType(v) == DType::kBool) {
    FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(v));
    return s.AsBool();
  }
  return JuliaError("TypeError",
                    absl::StrCat("non-boolean (", TypeName(v), ") used in boolean context"));
}

absl::StatusOr<double> ToDouble(Evaluator& eval, const Value& v, absl::string_view what) {
  if (!IsNumeric(v)) {
    return ArgumentError(
        absl::StrCat(what, " must be a number, got a value of type ", TypeName(v)));
  }
  FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(v));
  return s.AsDouble();
}

absl::StatusOr<Value> NewArray(Evaluator& eval, Tensor elements) {
  if (!eval.ops().tracing()) return Array::Of(std::move(elements));
  FG_ASSIGN_OR_RETURN(
      std::vector<Value> made,
      eval.ops().ApplyMany(
          {},
          [&](ir::Builder& builder,
              absl::Span<const ir::Expr>) -> absl::StatusOr<std::vector<ir::Expr>> {
            return std::vector<ir::Expr>{ir::Expr(builder, builder.Constant(std::move(elements)))};
          }));
  return made[0];
}

namespace {

// All numbers, none of them traced: written straight into a tensor.
absl::StatusOr<Value> CollectScalars(Evaluator& eval, absl::Span<const Value> elements, DType dtype,
                                     const Shape& shape) {
  FG_ASSIGN_OR_RETURN(Tensor out, Tensor::Create(dtype, shape));
  DispatchDType(dtype, [&](auto tag) {
    using T = decltype(tag);
    auto data = out.mutable_data<T>();
    for (size_t i = 0; i < elements.size(); ++i) {
      const Scalar& s = elements[i].scalar();
      data[i] = s.is_float() ? static_cast<T>(s.AsDouble()) : static_cast<T>(s.AsInt64());
    }
  });
  return NewArray(eval, std::move(out));
}

}  // namespace

absl::StatusOr<Value> CollectElements(Evaluator& eval, std::vector<Value> elements,
                                      const Shape& shape) {
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements()));
  DType dtype = DType::kBool;
  bool numeric = !elements.empty(), traced = false;
  for (const Value& e : elements) {
    if (!IsNumeric(e)) {
      numeric = false;
      break;
    }
    traced |= e.is(Kind::kTraced);
    dtype = Promote(dtype, NumericDType(e));
  }
  if (!numeric) {
    auto list = std::make_shared<List>(std::move(elements));
    if (shape.rank() != 1) list->dims = shape;
    return Value(std::move(list));
  }
  if (!traced) return CollectScalars(eval, elements, dtype, shape);
  return eval.ops().Apply(elements, [&](absl::Span<const ir::Expr> parts) {
    ir::Builder& builder = parts[0].builder();
    std::vector<ir::NodeId> ids;
    ids.reserve(parts.size());
    for (const ir::Expr& part : parts) {
      ids.push_back(ir::Reshape(ir::Cast(part, dtype), Shape({1})).id());
    }
    const ir::Expr joined(builder, ids.size() == 1 ? ids[0] : builder.Concat(ids, 0));
    return shape.rank() == 1 ? joined : ir::Reshape(joined, shape);
  });
}

absl::StatusOr<std::vector<Value>> ElementsOf(Evaluator& eval, const Value& iterable) {
  const int64_t length = LengthOf(iterable);
  if (length > 0) FG_RETURN_IF_ERROR(eval.CheckElements(length, sizeof(Value)));
  if (const Tuple* tuple = iterable.As<Tuple>()) return tuple->elements;
  if (const List* list = iterable.As<List>()) return list->elements;
  if (const Array* array = iterable.As<Array>(); array != nullptr && !eval.ops().tracing()) {
    FG_ASSIGN_OR_RETURN(const Tensor elements, array->Read());
    std::vector<Value> values;
    values.reserve(elements.num_elements());
    for (int64_t i = 0; i < elements.num_elements(); ++i) {
      FG_RETURN_IF_ERROR(StepInLoop(eval, i));
      values.push_back(Scalar::FromTensor(elements, i));
    }
    return values;
  }
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Iterator> it, Iterate(eval, iterable));
  std::vector<Value> values;
  if (it->size() > 0) {
    FG_RETURN_IF_ERROR(eval.CheckElements(it->size(), sizeof(Value)));
    values.reserve(it->size());
  }
  for (Value v;;) {
    FG_ASSIGN_OR_RETURN(const bool more, it->Next(&v));
    if (!more) return values;
    FG_RETURN_IF_ERROR(eval.Step());
    FG_RETURN_IF_ERROR(AddElement(eval, std::move(v), &values));
  }
}

absl::Status AddElement(Evaluator& eval, Value v, std::vector<Value>* elements) {
  if (elements->size() == elements->capacity()) {
    FG_RETURN_IF_ERROR(
        eval.CheckElements(2 * static_cast<int64_t>(elements->size()), sizeof(Value)));
  }
  elements->push_back(std::move(v));
  return absl::OkStatus();
}

void FixTypes(const Value& collection) {
  if (List* list = collection.As<List>()) {
    if (list->element_type.is_nothing()) list->element_type = TypeValue(ElementType(collection));
    return;
  }
  const bool is_set = collection.is(Kind::kSet);
  Dict* dict = is_set ? &collection.As<Set>()->members : collection.As<Dict>();
  if (dict == nullptr ||
      (!dict->key_type.is_nothing() && (is_set || !dict->value_type.is_nothing()))) {
    return;
  }
  const TypePtr type = TypeOf(collection);
  dict->key_type = TypeValue(type->parameters[0].type);
  if (!is_set) dict->value_type = TypeValue(type->parameters[1].type);
}

absl::StatusOr<Value> ConvertElement(Evaluator& eval, const Value& type, const Value& v) {
  const Type* declared = type.As<Type>();
  if (declared == nullptr) return v;
  return ConvertTo(eval, v, *declared);
}

absl::Status SetEntry(Evaluator& eval, Dict& dict, const Value& key, const Value& value) {
  constexpr int64_t kEntryBytes = 160;
  const auto size = static_cast<int64_t>(dict.size());
  if ((size & (size - 1)) == 0) FG_RETURN_IF_ERROR(eval.CheckElements(size, kEntryBytes));
  FG_ASSIGN_OR_RETURN(const Value own_key, ConvertElement(eval, dict.key_type, key));
  FG_ASSIGN_OR_RETURN(Value own_value, ConvertElement(eval, dict.value_type, value));
  dict.Set(own_key, std::move(own_value));
  return absl::OkStatus();
}

absl::StatusOr<Value> Densify(Evaluator& eval, const Value& v) {
  const List* list = v.As<List>();
  if (list == nullptr || list->elements.empty()) return v;
  for (const Value& e : list->elements) {
    if (!IsNumeric(e)) return v;
  }
  return CollectElements(eval, list->elements, list->shape());
}

absl::StatusOr<Value> ElementAt(Evaluator& eval, const Value& sequence, int64_t index) {
  switch (sequence.kind()) {
    case Kind::kRange:
      return Value(sequence.As<Range>()->At(index));
    case Kind::kList:
      return sequence.As<List>()->elements[index];
    case Kind::kTuple:
      return sequence.As<Tuple>()->elements[index];
    case Kind::kNamedTuple:
      return sequence.As<NamedTuple>()->values[index];
    case Kind::kArray: {
      if (eval.ops().tracing()) {
        return eval.ops().Apply(
            {sequence}, [&](absl::Span<const ir::Expr> x) { return ElementExpr(x[0], index); });
      }
      const Array& array = *sequence.As<Array>();
      FG_ASSIGN_OR_RETURN(const Tensor elements, array.storage()->Read());
      return Value(Scalar::FromTensor(elements, array.StorageOffset(index)));
    }
    default:
      return sequence;
  }
}

ir::Expr Flatten(ir::Expr x) {
  if (!x.ok() || x.shape().rank() == 1) return x;
  return ir::Reshape(x, Shape({x.shape().num_elements()}));
}

ir::Expr SliceDim(ir::Expr x, int dim, int64_t start, int64_t count, int64_t step) {
  if (!x.ok()) return x;
  ir::SliceAttr slice;
  for (int d = 0; d < x.shape().rank(); ++d) {
    slice.start.push_back(d == dim ? start : 0);
    slice.count.push_back(d == dim ? count : x.shape().dim(d));
    slice.step.push_back(d == dim ? step : 1);
  }
  return {x.builder(), x.builder().Slice(x.id(), std::move(slice))};
}

ir::Expr ElementExpr(ir::Expr x, int64_t index) {
  if (!x.ok()) return x;
  // A slice of the array itself, not of its flattened form, which would be one more node each time.
  ir::SliceAttr slice;
  for (int d = 0; d < x.shape().rank(); ++d) {
    slice.start.push_back(index % x.shape().dim(d));
    slice.count.push_back(1);
    slice.step.push_back(1);
    index /= x.shape().dim(d);
  }
  return ir::Reshape({x.builder(), x.builder().Slice(x.id(), std::move(slice))}, Shape());
}

ir::Expr Widen(ir::Expr x) {
  if (!x.ok() || x.dtype() != DType::kBool) return x;
  return ir::Cast(x, DType::kInt64);
}

}  // namespace fluxgate::lang
