// New arrays: zeros, fill, collect, copy, and the constructors of array types.
#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/builtins/arrays.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/operations/constants.h"
#include "engine/lang/operations/iteration.h"
#include "engine/lang/operations/matrix_products.h"
#include "engine/lang/operations/ranges.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/flatten.h"

namespace fluxgate::lang {
namespace {

using nn::Arguments;

absl::StatusOr<Value> Filled(Evaluator& eval, DType dtype, const Shape& shape, double value) {
  FG_ASSIGN_OR_RETURN(Tensor t, Tensor::Zeros(dtype, shape));
  if (value != 0) {
    DispatchDType(dtype, [&](auto tag) {
      using T = decltype(tag);
      for (T& element : t.mutable_data<T>()) element = static_cast<T>(value);
    });
  }
  return NewArray(eval, std::move(t));
}

// zeros(dims...) or zeros(T, dims...).
absl::StatusOr<Value> Constant(Evaluator& eval, const Arguments& x, DType dtype, double value) {
  absl::Span<const Value> sizes = x.positional;
  if (!sizes.empty() && sizes[0].is(Kind::kType)) {
    const absl::optional<DType> named = DTypeOfType(*sizes[0].As<Type>());
    if (!named) return MethodError(value == 0 ? "zeros" : "ones", x.positional);
    dtype = *named;
    sizes = sizes.subspan(1);
  }
  FG_ASSIGN_OR_RETURN(const Shape shape, ShapeArgument(eval, sizes));
  return Filled(eval, dtype, shape, value);
}

absl::StatusOr<Value> Fill(Evaluator& eval, const Arguments& x) {
  FG_ASSIGN_OR_RETURN(const Shape shape, ShapeArgument(eval, x.positional.subspan(1)));
  if (x[0].is_number()) {
    FG_ASSIGN_OR_RETURN(Tensor t, Tensor::Create(x[0].scalar().dtype(), shape));
    DispatchDType(t.dtype(), [&](auto tag) {
      using T = decltype(tag);
      const T value = Scalar::FromTensor(x[0].scalar().ToTensor()).is_float()
                          ? static_cast<T>(x[0].scalar().AsDouble())
                          : static_cast<T>(x[0].scalar().AsInt64());
      for (T& element : t.mutable_data<T>()) element = value;
    });
    return NewArray(eval, std::move(t));
  }
  if (x[0].is(Kind::kTraced)) {
    return eval.ops().Apply(
        {x[0]}, [&](absl::Span<const ir::Expr> e) { return ir::BroadcastTo(e[0], shape); });
  }
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements(), sizeof(Value)));
  return CollectElements(eval, std::vector<Value>(shape.num_elements(), x[0]), shape);
}

// Elements of an array type that were not given: 0, nothing, or `undef`'s zeros.
absl::StatusOr<Value> Blank(Evaluator& eval, const TypePtr& element, const Shape& shape) {
  if (const absl::optional<DType> dtype = DTypeOfType(*element)) {
    return Filled(eval, *dtype, shape, 0);
  }
  FG_RETURN_IF_ERROR(eval.CheckElements(shape.num_elements(), sizeof(Value)));
  auto list = std::make_shared<List>(std::vector<Value>(shape.num_elements()));
  if (shape.rank() != 1) list->dims = shape;
  list->element_type = TypeValue(element);
  return Value(std::move(list));
}

absl::StatusOr<Value> ScalingMatrix(Evaluator& eval, const UniformScaling& scaling,
                                    const TypePtr& element, absl::Span<const Value> sizes) {
  FG_ASSIGN_OR_RETURN(const Shape shape, ShapeArgument(eval, sizes));
  if (shape.rank() != 2) return ArgumentError("a matrix needs two sizes");
  const absl::optional<DType> named = element == nullptr ? absl::nullopt : DTypeOfType(*element);
  FG_ASSIGN_OR_RETURN(const Scalar lambda, eval.ops().Decide(scaling.lambda));
  FG_ASSIGN_OR_RETURN(Tensor t, Tensor::Zeros(named.value_or(lambda.dtype()), shape));
  DispatchDType(t.dtype(), [&](auto tag) {
    using T = decltype(tag);
    auto data = t.mutable_data<T>();
    for (int64_t i = 0; i < std::min(shape.dim(0), shape.dim(1)); ++i) {
      data[i * (shape.dim(0) + 1)] = static_cast<T>(lambda.AsDouble());
    }
  });
  return NewArray(eval, std::move(t));
}

// Vector{T}(undef, n), Matrix{T}(undef, m, n), Array{T}(undef, dims), Vector{T}(), Matrix(I, n, n),
// and conversions Vector{T}(x).
absl::StatusOr<Value> ConstructArray(Evaluator& eval, const Arguments& x) {
  const Type& type = *x[0].As<Type>();
  const TypePtr element = type.parameters.empty() ? nullptr : type.parameters[0].type;
  const int64_t rank = type.parameters.size() > 1 ? type.parameters[1].integer : -1;
  const absl::Span<const Value> rest = x.positional.subspan(1);
  if (rest.empty()) {
    if (rank > 1) return MethodError(type.ToString(), {});
    return Blank(eval, element == nullptr ? AnyType() : element, Shape({0}));
  }
  if (IsUndef(rest[0]) || rest[0].is_nothing() || rest[0].is(Kind::kMissing)) {
    FG_ASSIGN_OR_RETURN(const Shape shape, ShapeArgument(eval, rest.subspan(1)));
    if (rank >= 0 && shape.rank() != rank) {
      return ArgumentError(
          absl::StrCat(type.ToString(), " needs ", rank, " sizes, got ", shape.rank()));
    }
    return Blank(eval, element == nullptr ? AnyType() : element, shape);
  }
  if (const auto* scaling = rest[0].AsClass<UniformScaling>()) {
    return ScalingMatrix(eval, *scaling, element, rest.subspan(1));
  }
  if (rest.size() > 1) return MethodError(type.ToString(), rest);
  FG_ASSIGN_OR_RETURN(const Value collected, CollectIterable(eval, rest[0]));
  if (element == nullptr && rank < 0) return collected;
  return ConvertTo(eval, collected, type);
}

absl::StatusOr<Value> Similar(Evaluator& eval, const Arguments& x) {
  TypePtr element = ElementType(x[0]);
  absl::Span<const Value> rest = x.positional.subspan(1);
  if (!rest.empty() && rest[0].is(Kind::kType)) {
    element = x[1].Share<Type>();
    rest = rest.subspan(1);
  }
  Shape shape = ShapeOf(x[0]);
  if (!rest.empty()) {
    FG_ASSIGN_OR_RETURN(shape, ShapeArgument(eval, rest));
  }
  return Blank(eval, element, shape);
}

absl::StatusOr<Value> DeepCopy(Evaluator& eval, const Value& v) {
  // Tied arrays stay tied.
  absl::flat_hash_map<const Object*, Value> copies;
  return MapLeaves(v, [&](const std::string&, const Value& leaf) -> absl::StatusOr<Value> {
    const auto it = copies.find(leaf.object().get());
    if (leaf.object() != nullptr && it != copies.end()) return it->second;
    FG_ASSIGN_OR_RETURN(Value copy, CopyOf(eval, leaf));
    if (leaf.object() != nullptr) copies[leaf.object().get()] = copy;
    return copy;
  });
}

absl::StatusOr<Value> RangeFunction(Evaluator& eval, const Arguments& x) {
  Value start = x.size() > 0 ? x[0] : Value::Int(1);
  const Value* stop = x.size() > 1 ? &x[1] : x.Keyword("stop");
  const Value* step = x.Keyword("step");
  const Value* length = x.size() > 2 ? &x[2] : x.Keyword("length");
  if (const Value* given = x.Keyword("start")) start = *given;
  if (length == nullptr) {
    if (stop == nullptr) return ArgumentError("range needs a stop or a length");
    return MakeRange(eval, start, step, *stop);
  }
  FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, *length, "the length"));
  if (stop != nullptr && step != nullptr) {
    return ArgumentError("range takes two of step, stop and length");
  }
  if (stop != nullptr) return MakeSpacedRange(eval, start, *stop, n);
  const Value by = step == nullptr ? Value::Int(1) : *step;
  FG_ASSIGN_OR_RETURN(const Scalar a, eval.ops().Decide(start));
  FG_ASSIGN_OR_RETURN(const Scalar s, eval.ops().Decide(by));
  if (n < 0) return ArgumentError("the length of a range cannot be negative");
  const DType dtype = Promote(a.dtype(), s.dtype());
  return Value(std::make_shared<Range>(a.ConvertTo(dtype), s.ConvertTo(dtype), n,
                                       step == nullptr && !IsFloat(dtype)));
}

}  // namespace

absl::StatusOr<Value> CopyOf(Evaluator& eval, const Value& v) {
  switch (v.kind()) {
    case Kind::kArray: {
      Value copy;
      if (eval.ops().tracing()) {
        FG_ASSIGN_OR_RETURN(const ir::Expr node, eval.ops().Lift(v));
        copy = eval.ops().Wrap(node.id());
      } else {
        FG_ASSIGN_OR_RETURN(Tensor elements, v.As<Array>()->Read());
        copy = Array::Of(std::move(elements));
      }
      if (Array* array = copy.As<Array>()) {
        array->one_hot = v.As<Array>()->one_hot;
        array->row_vector = v.As<Array>()->row_vector;
      }
      return copy;
    }
    case Kind::kList: {
      const List& list = *v.As<List>();
      auto copy = std::make_shared<List>(list.elements);
      copy->dims = list.dims;
      copy->element_type = list.element_type;
      return Value(std::move(copy));
    }
    case Kind::kDict: {
      const Dict& dict = *v.As<Dict>();
      auto copy = std::make_shared<Dict>();
      copy->key_type = dict.key_type;
      copy->value_type = dict.value_type;
      for (auto& [key, value] : dict.Entries()) copy->Set(key, value);
      return Value(std::move(copy));
    }
    case Kind::kSet: {
      auto copy = std::make_shared<Set>();
      copy->members.key_type = v.As<Set>()->members.key_type;
      for (auto& [key, value] : v.As<Set>()->members.Entries()) copy->members.Set(key, Value());
      return Value(std::move(copy));
    }
    default:
      return v;
  }
}

absl::StatusOr<Value> CollectIterable(Evaluator& eval, const Value& v) {
  if (v.is(Kind::kArray) || v.is(Kind::kList)) return CopyOf(eval, v);
  if (v.is(Kind::kRange)) {
    FG_RETURN_IF_ERROR(eval.CheckElements(v.As<Range>()->length));
    FG_ASSIGN_OR_RETURN(Tensor elements, eval.ops().Read(v));
    return NewArray(eval, std::move(elements));
  }
  const absl::optional<Shape> known = IterationShape(v);
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, v));
  const auto count = static_cast<int64_t>(elements.size());
  const Shape shape = known && known->num_elements() == count ? *known : Shape({count});
  return CollectElements(eval, std::move(elements), shape);
}

std::vector<Builtin> ArrayMakerBuiltins() {
  Definitions d;
  d.Add("zeros", 0, -1,
        [](Evaluator& eval, const Arguments& x) { return Constant(eval, x, DType::kFloat64, 0); });
  d.Add("ones", 0, -1,
        [](Evaluator& eval, const Arguments& x) { return Constant(eval, x, DType::kFloat64, 1); });
  for (const bool truth : {true, false}) {
    d.Add(truth ? "trues" : "falses", 0, -1,
          [truth](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
            FG_ASSIGN_OR_RETURN(Value bits, Constant(eval, x, DType::kBool, truth ? 1 : 0));
            if (Array* array = bits.As<Array>()) array->bits = true;
            return bits;
          });
  }
  d.Add("fill", 1, -1, Fill);
  d.Add("similar", 1, -1, Similar);
  d.Add("copy", 1, 1, [](Evaluator& eval, const Arguments& x) { return CopyOf(eval, x[0]); });
  d.Add("deepcopy", 1, 1, [](Evaluator& eval, const Arguments& x) { return DeepCopy(eval, x[0]); });
  d.Add("collect", 1, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(Value collected, CollectIterable(eval, x[x.size() - 1]));
    if (x.size() == 1) return collected;
    if (!x[0].is(Kind::kType)) return MethodError("collect", x.positional);
    return ConvertTo(eval, collected, *MakeType("Array", {x[0].Share<Type>()}));
  });
  for (const char* type : {"Array", "Vector", "Matrix"}) d.Add(type, 1, -1, ConstructArray);
  d.Add("range", 0, 3, RangeFunction, {"start", "stop", "length", "step"});
  d.Add("LinRange", 3, 3, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[2], "the length"));
    return MakeSpacedRange(eval, x[0], x[1], n);
  });
  d.Add(":", 2, 3, [](Evaluator& eval, const Arguments& x) {
    return x.size() == 2 ? MakeRange(eval, x[0], nullptr, x[1])
                         : MakeRange(eval, x[0], &x[1], x[2]);
  });
  d.Alias("colon");
  d.Add("ntuple", 2, 2, [](Evaluator& eval, const Arguments& x) -> absl::StatusOr<Value> {
    FG_ASSIGN_OR_RETURN(const int64_t n, ToInteger(eval, x[1], "the length"));
    if (n < 0) return ArgumentError(absl::StrCat("tuple length should be ≥ 0, got ", n));
    FG_RETURN_IF_ERROR(eval.CheckElements(n, sizeof(Value)));
    std::vector<Value> elements;
    for (int64_t i = 1; i <= n; ++i) {
      FG_RETURN_IF_ERROR(eval.Step());
      FG_ASSIGN_OR_RETURN(Value v, Call1(eval, x[0], Value::Int(i)));
      elements.push_back(std::move(v));
    }
    return Tuple::Of(std::move(elements));
  });
  return d.Take();
}

}  // namespace fluxgate::lang
