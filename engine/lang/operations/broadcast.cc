#include "engine/lang/operations/broadcast.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/function.h"
#include "engine/lang/operations/elementwise.h"
#include "engine/lang/operations/operators.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

bool IsCollection(const Value& v) {
  return IsNumericArray(v) || v.is(Kind::kList) || v.is(Kind::kTuple);
}

// Operands as broadcasting sees them: references opened, lazy iterables collected.
absl::StatusOr<std::vector<Value>> Prepare(Evaluator& eval, absl::Span<const Value> arguments) {
  std::vector<Value> prepared;
  prepared.reserve(arguments.size());
  for (const Value& v : arguments) {
    if (v.is(Kind::kOpaque) && v.AsClass<Iterable>() != nullptr) {
      FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, v));
      const Shape shape({static_cast<int64_t>(elements.size())});
      FG_ASSIGN_OR_RETURN(Value collected, CollectElements(eval, std::move(elements), shape));
      prepared.push_back(std::move(collected));
    } else if (v.is(Kind::kDict) || v.is(Kind::kNamedTuple)) {
      return ArgumentError("broadcasting over dictionaries and `NamedTuple`s is reserved");
    } else if (v.is(Kind::kSet)) {
      FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, v));
      prepared.push_back(List::Of(std::move(elements)));
    } else {
      prepared.push_back(v);
    }
  }
  return prepared;
}

absl::StatusOr<Shape> CommonShape(absl::Span<const Value> arguments) {
  Dims dims;
  for (const Value& v : arguments) {
    if (!IsCollection(v)) continue;
    const Shape shape = ShapeOf(v);
    for (int d = 0; d < shape.rank(); ++d) {
      if (static_cast<int>(dims.size()) <= d) dims.push_back(1);
      if (dims[d] == 1) {
        dims[d] = shape.dim(d);
      } else if (shape.dim(d) != 1 && shape.dim(d) != dims[d]) {
        return DimensionMismatch(absl::StrCat(
            "arrays could not be broadcast to a common size; got a dimension with lengths ",
            dims[d], " and ", shape.dim(d)));
      }
    }
  }
  return Shape::Create(dims);
}

// What an elementwise graph would get wrong silently where Julia throws.
absl::Status CheckDomain(Evaluator& eval, const Value& f, absl::Span<const Value> arguments) {
  if (eval.ops().tracing()) return absl::OkStatus();
  if (const Elementwise* row = FindElementwise(f); row != nullptr && row->in_domain != nullptr) {
    FG_ASSIGN_OR_RETURN(const Tensor x, eval.ops().Read(arguments[0]));
    for (int64_t i = 0; i < x.num_elements(); ++i) {
      if (!row->in_domain(x.ElementAsDouble(i))) {
        return DomainError(row->name, Scalar::FromTensor(x, i));
      }
    }
  }
  const auto* native = f.AsClass<NativeFunction>();
  if (native == nullptr || arguments.size() != 2) return absl::OkStatus();
  const absl::optional<BinaryOp> op = FindBinaryOp(native->builtin.name);
  if (!op || *op < BinaryOp::kPow || *op > BinaryOp::kCld) return absl::OkStatus();
  if (IsFloat(Promote(NumericDType(arguments[0]), NumericDType(arguments[1])))) {
    return absl::OkStatus();
  }
  FG_ASSIGN_OR_RETURN(const Tensor y, eval.ops().Read(arguments[1]));
  for (int64_t i = 0; i < y.num_elements(); ++i) {
    const int64_t v = y.ElementAsInt64(i);
    if (*op == BinaryOp::kPow ? v < 0 && y.num_elements() > 1 : v == 0) {
      return NumberOperator(*op, Scalar(int64_t{2}), Scalar(v)).status();
    }
  }
  return absl::OkStatus();
}

// Where the elements of one operand are, for each element of the result.
class Source {
 public:
  static absl::StatusOr<Source> Make(Evaluator& eval, const Value& value, const Shape& whole) {
    Source source;
    source.value_ = value;
    if (!IsCollection(value)) {
      if (auto* reference = value.AsClass<Reference>()) source.value_ = reference->value;
      return source;
    }
    source.collection_ = true;
    const Shape shape = ShapeOf(value);
    int64_t stride = 1;
    for (int d = 0; d < whole.rank(); ++d) {
      source.strides_.push_back(shape.dim(d) == 1 ? 0 : stride);
      stride *= shape.dim(d);
    }
    if (value.is(Kind::kArray) && !eval.ops().tracing()) {
      FG_ASSIGN_OR_RETURN(source.elements_, value.As<Array>()->Read());
      source.plain_ = true;
    }
    return source;
  }

  absl::StatusOr<Value> At(Evaluator& eval, const Dims& at) const {
    if (!collection_) return value_;
    int64_t index = 0;
    for (size_t d = 0; d < at.size(); ++d) index += at[d] * strides_[d];
    if (plain_) return Value(Scalar::FromTensor(elements_, index));
    return ElementAt(eval, value_, index);
  }

 private:
  Value value_;
  bool collection_ = false, plain_ = false;
  Dims strides_;
  Tensor elements_;
};

absl::StatusOr<Value> EmptyResult(Evaluator& eval, absl::Span<const Value> arguments,
                                  const Shape& shape) {
  for (const Value& v : arguments) {
    if (!IsNumericArray(v)) continue;
    FG_ASSIGN_OR_RETURN(Tensor empty, Tensor::Create(NumericDType(v), shape));
    return NewArray(eval, std::move(empty));
  }
  return CollectElements(eval, {}, shape);
}

absl::StatusOr<Value> Loop(Evaluator& eval, const Value& f, absl::Span<const Value> arguments) {
  FG_ASSIGN_OR_RETURN(const Shape shape, CommonShape(arguments));
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements(), sizeof(Value)));
  bool all_tuples = true;
  std::vector<Source> sources;
  for (const Value& v : arguments) {
    if (IsCollection(v) && !v.is(Kind::kTuple)) all_tuples = false;
    FG_ASSIGN_OR_RETURN(Source source, Source::Make(eval, v, shape));
    sources.push_back(std::move(source));
  }
  std::vector<Value> results, call(arguments.size());
  results.reserve(shape.num_elements());
  Dims at(shape.rank(), 0);
  for (int64_t i = 0; i < shape.num_elements(); ++i) {
    FG_RETURN_IF_ERROR(eval.Step());
    for (size_t k = 0; k < sources.size(); ++k) {
      FG_ASSIGN_OR_RETURN(call[k], sources[k].At(eval, at));
    }
    FG_ASSIGN_OR_RETURN(Value result, eval.CallWith(f, call, {}));
    results.push_back(std::move(result));
    for (int d = 0; d < shape.rank() && ++at[d] == shape.dim(d); ++d) at[d] = 0;
  }
  if (all_tuples) return Tuple::Of(std::move(results));
  if (results.empty()) return EmptyResult(eval, arguments, shape);
  return CollectElements(eval, std::move(results), shape);
}

absl::Status Inexact(DType dtype, const Scalar& s) {
  return JuliaError("InexactError", absl::StrCat(DTypeName(dtype), "(", Repr(Value(s)), ")"));
}

absl::Status OverwriteList(Evaluator& eval, List& target, const Value& value) {
  const Shape shape = target.shape();
  FG_ASSIGN_OR_RETURN(const Source source, Source::Make(eval, value, shape));
  if (IsCollection(value)) {
    FG_ASSIGN_OR_RETURN(
        const Shape common,
        CommonShape({value, Value(std::make_shared<List>(target.elements, shape))}));
    if (common != shape) {
      return DimensionMismatch("array could not be broadcast to match destination");
    }
  }
  Dims at(shape.rank(), 0);
  for (Value& element : target.elements) {
    FG_ASSIGN_OR_RETURN(element, source.At(eval, at));
    for (int d = 0; d < shape.rank() && ++at[d] == shape.dim(d); ++d) at[d] = 0;
  }
  return absl::OkStatus();
}

}  // namespace

std::string Reference::Show() const { return absl::StrCat(TypeName(), "(", Repr(value), ")"); }

std::string Reference::TypeName() const {
  return absl::StrCat("Base.RefValue{", lang::TypeName(value), "}");
}

std::vector<Child> Reference::Children() const { return {{".x", value}}; }

Value Reference::WithChildren(std::vector<Value> children) const {
  return Value(std::make_shared<Reference>(std::move(children[0])));
}

absl::Status CheckConvertible(Evaluator& eval, const Value& value, DType dtype) {
  const DType from = NumericDType(value);
  if (IsFloat(dtype) || dtype == from || (dtype == DType::kInt64 && !IsFloat(from))) {
    return absl::OkStatus();
  }
  FG_ASSIGN_OR_RETURN(const Tensor elements, eval.ops().Read(value));
  for (int64_t i = 0; i < elements.num_elements(); ++i) {
    const Scalar s = Scalar::FromTensor(elements, i);
    const bool fits =
        s.is_float() ? s.AsDouble() >= -9.3e18 && s.AsDouble() < 9.2233720368547758e18 : true;
    if (!fits || CompareNumbers(s.ConvertTo(dtype), s) != 0) return Inexact(dtype, s);
  }
  return absl::OkStatus();
}

namespace {

absl::StatusOr<Value> AsBits(absl::StatusOr<Value> result) {
  if (!result.ok()) return result;
  Array* array = result->As<Array>();
  if (array != nullptr && array->dtype() == DType::kBool) array->bits = true;
  return result;
}

}  // namespace

absl::StatusOr<Value> Broadcast(Evaluator& eval, const Value& f,
                                absl::Span<const Value> arguments) {
  FG_ASSIGN_OR_RETURN(std::vector<Value> prepared, Prepare(eval, arguments));
  bool numeric = true, any_collection = false;
  for (Value& v : prepared) {
    v = AsOperand(v, prepared);
    if (IsCollection(v)) any_collection = true;
    if (v.is(Kind::kList)) {
      FG_ASSIGN_OR_RETURN(v, Densify(eval, v));
    }
    const auto* reference = v.AsClass<Reference>();
    if (!IsNumericArray(v) && !IsNumeric(v) && !(reference && IsNumeric(reference->value))) {
      numeric = false;
    }
  }
  if (!any_collection) {
    for (Value& v : prepared) {
      if (auto* reference = v.AsClass<Reference>()) v = Value(reference->value);
    }
    return eval.CallWith(f, prepared, {});
  }
  if (numeric && !prepared.empty()) {
    if (const Type* type = f.As<Type>(); type != nullptr && prepared.size() == 1) {
      if (const absl::optional<DType> dtype = DTypeOfType(*type)) {
        FG_RETURN_IF_ERROR(CheckConvertible(eval, prepared[0], *dtype));
        return eval.ops().Apply(
            prepared, [&](absl::Span<const ir::Expr> x) { return ir::Cast(x[0], *dtype); });
      }
    }
    if (absl::optional<Emitter> emit = FindEmitter(f, prepared.size())) {
      const auto* native = f.AsClass<NativeFunction>();
      if (prepared.size() == 2 && native != nullptr) {
        const absl::optional<BinaryOp> op = FindBinaryOp(native->builtin.name);
        if (op && *op <= BinaryOp::kDiv) {
          if (absl::optional<Value> r = RangeOperator(*op, prepared[0], prepared[1])) return *r;
        }
      }
      for (Value& v : prepared) {
        if (auto* reference = v.AsClass<Reference>()) v = Value(reference->value);
      }
      FG_ASSIGN_OR_RETURN(const Shape shape, CommonShape(prepared));
      FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements()));
      FG_RETURN_IF_ERROR(CheckDomain(eval, f, prepared));
      return AsBits(eval.ops().Apply(prepared, *emit));
    }
  }
  return AsBits(Loop(eval, f, prepared));
}

absl::StatusOr<Value> BroadcastOperator(Evaluator& eval, BinaryOp op, const Value& a,
                                        const Value& b) {
  return Broadcast(eval,
                   MakeNative(std::string(BinaryOpText(op)), 2, 2,
                              [op](Evaluator& e, absl::Span<const Value> x) {
                                return BinaryOperator(e, op, x[0], x[1]);
                              }),
                   {a, b});
}

absl::Status Overwrite(Evaluator& eval, Array& target, const Value& value) {
  FG_RETURN_IF_ERROR(CheckMutable(eval, target, "copyto!"));
  Value source = value;
  if (auto* reference = value.AsClass<Reference>()) source = reference->value;
  if (source.is(Kind::kTuple)) source = List::Of(source.As<Tuple>()->elements);
  FG_ASSIGN_OR_RETURN(source, Densify(eval, source));
  if (!IsNumeric(source) && !IsNumericArray(source)) {
    if (LengthOf(source) == 0 && target.shape().num_elements() == 0) return absl::OkStatus();
    return JuliaError("MethodError",
                      absl::StrCat("Cannot `convert` an object of type ", TypeName(source),
                                   " to an object of type ", DTypeName(target.dtype())));
  }
  const Shape shape = target.shape(), from = ShapeOf(source);
  for (int d = 0; d < std::max(shape.rank(), from.rank()); ++d) {
    if (from.dim(d) != 1 && from.dim(d) != shape.dim(d)) {
      return DimensionMismatch(
          absl::StrCat("array could not be broadcast to match destination: got ", from.ToString(),
                       ", expected ", shape.ToString()));
    }
  }
  FG_RETURN_IF_ERROR(CheckConvertible(eval, source, target.dtype()));
  const bool traced = eval.ops().tracing();
  std::vector<Value> operands = {source};
  const Shape stored = target.storage()->shape();
  if (traced && target.view()) {
    operands.push_back(Value(std::make_shared<Array>(target.storage(), stored)));
  }
  FG_ASSIGN_OR_RETURN(
      const Value made, eval.ops().Apply(operands, [&](absl::Span<const ir::Expr> x) {
        ir::Expr v = ir::Cast(x[0], target.dtype());
        // A value of higher rank has ones past the target's dims.
        if (v.ok() && v.shape().rank() > shape.rank()) {
          Dims dims(v.shape().dims().begin(), v.shape().dims().begin() + shape.rank());
          v = ir::Reshape(v, Shape(std::move(dims)));
        }
        v = ir::BroadcastTo(v, shape);
        if (!traced) return v;
        if (!target.view()) return ir::Reshape(v, stored);
        v = ir::Reshape(v, Shape(target.view()->count));
        return ir::Expr(v.builder(), v.builder().UpdateSlice(x[1].id(), v.id(), *target.view()));
      }));
  if (traced) {
    FG_ASSIGN_OR_RETURN(const ir::Expr node, eval.ops().Lift(made));
    return target.storage()->Write(NodeRef{eval.ops().trace(), node.id()});
  }
  FG_ASSIGN_OR_RETURN(Tensor elements, eval.ops().Read(made));
  return target.Write(std::move(elements));
}

absl::Status BroadcastAssign(Evaluator& eval, const Value& target, const Value& value) {
  if (Array* array = target.As<Array>()) return Overwrite(eval, *array, value);
  if (List* list = target.As<List>()) return OverwriteList(eval, *list, value);
  if (auto* reference = target.AsClass<Reference>()) {
    reference->value = value;
    return absl::OkStatus();
  }
  return MethodError("copyto!", {target, value});
}

}  // namespace fluxgate::lang
