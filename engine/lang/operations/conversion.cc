// convert(T, x).
#include <cmath>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

absl::Status CannotConvert(const Value& value, const Type& type) {
  return JuliaError("MethodError",
                    absl::StrCat("Cannot `convert` an object of type ", TypeName(value),
                                 " to an object of type ", type.ToString()));
}

absl::StatusOr<Value> ConvertNumber(Evaluator& eval, const Value& value, DType dtype) {
  FG_RETURN_IF_ERROR(CheckConvertible(eval, value, dtype));
  if (value.is_number()) return Value(value.scalar().ConvertTo(dtype));
  return eval.ops().Apply({value},
                          [&](absl::Span<const ir::Expr> x) { return ir::Cast(x[0], dtype); });
}

// The element type that an array type names, or null.
const Type* ElementOf(const Type& type) {
  if (type.parameters.empty()) return nullptr;
  return type.parameters[0].type.get();
}

bool IsArrayType(const Type& type) {
  return type.name == "Array" || type.name == "Vector" || type.name == "Matrix" ||
         type.name == "AbstractArray" || type.name == "AbstractVector" ||
         type.name == "AbstractMatrix";
}

absl::StatusOr<Value> ConvertArray(Evaluator& eval, const Value& value, const Type& type) {
  const Type* element = ElementOf(type);
  const Shape shape = ShapeOf(value);
  if (type.parameters.size() > 1 && type.parameters[1].integer >= 0 &&
      type.parameters[1].integer != shape.rank()) {
    return CannotConvert(value, type);
  }
  if (element != nullptr) {
    const absl::optional<DType> dtype = DTypeOfType(*element);
    FG_ASSIGN_OR_RETURN(const Value dense, Densify(eval, value));
    if (dtype && IsNumericArray(dense)) {
      FG_RETURN_IF_ERROR(CheckConvertible(eval, dense, *dtype));
      return eval.ops().Apply({dense},
                              [&](absl::Span<const ir::Expr> x) { return ir::Cast(x[0], *dtype); });
    }
  }
  if (element == nullptr && IsNumericArray(value)) {
    FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, value));
    return CollectElements(eval, std::move(elements), shape);
  }
  FG_ASSIGN_OR_RETURN(std::vector<Value> elements, ElementsOf(eval, value));
  auto list = std::make_shared<List>(std::move(elements));
  if (element != nullptr) {
    for (Value& v : list->elements) {
      FG_ASSIGN_OR_RETURN(v, ConvertTo(eval, v, *element));
    }
    list->element_type = TypeValue(type.parameters[0].type);
    if (list->elements.empty() && DTypeOfType(*element)) {
      FG_ASSIGN_OR_RETURN(Tensor empty, Tensor::Create(*DTypeOfType(*element), shape));
      return NewArray(eval, std::move(empty));
    }
  }
  if (shape.rank() != 1) list->dims = shape;
  return Value(std::move(list));
}

absl::StatusOr<Value> ConvertTuple(Evaluator& eval, const Value& value, const Type& type) {
  const std::vector<Value>& elements = value.As<Tuple>()->elements;
  if (elements.size() != type.parameters.size()) return CannotConvert(value, type);
  std::vector<Value> converted;
  for (size_t i = 0; i < elements.size(); ++i) {
    Value v = elements[i];
    if (type.parameters[i].type != nullptr) {
      FG_ASSIGN_OR_RETURN(v, ConvertTo(eval, v, *type.parameters[i].type));
    }
    converted.push_back(std::move(v));
  }
  return Tuple::Of(std::move(converted));
}

absl::StatusOr<Value> ConvertNamed(Evaluator& eval, const Value& value, const Type& type) {
  const NamedTuple& tuple = *value.As<NamedTuple>();
  if (tuple.names != type.fields) return CannotConvert(value, type);
  std::vector<Value> converted;
  for (size_t i = 0; i < tuple.values.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value v, ConvertTo(eval, tuple.values[i], *type.parameters[i].type));
    converted.push_back(std::move(v));
  }
  return NamedTuple::Of(tuple.names, std::move(converted));
}

absl::StatusOr<Value> ConvertPair(Evaluator& eval, const Value& value, const Type& type) {
  Value parts[] = {value.As<Pair>()->first, value.As<Pair>()->second};
  for (size_t i = 0; i < 2; ++i) {
    if (type.parameters[i].type == nullptr) continue;
    FG_ASSIGN_OR_RETURN(parts[i], ConvertTo(eval, parts[i], *type.parameters[i].type));
  }
  return Pair::Of(parts[0], parts[1]);
}

absl::StatusOr<Value> ConvertDict(Evaluator& eval, const Value& value, const Type& type) {
  auto dict = std::make_shared<Dict>();
  const Type* key_type = type.parameters.size() == 2 ? type.parameters[0].type.get() : nullptr;
  const Type* value_type = type.parameters.size() == 2 ? type.parameters[1].type.get() : nullptr;
  if (key_type != nullptr) dict->key_type = TypeValue(type.parameters[0].type);
  if (value_type != nullptr) dict->value_type = TypeValue(type.parameters[1].type);
  for (auto& [k, v] : value.As<Dict>()->Entries()) {
    Value key = k, held = v;
    if (key_type != nullptr) {
      FG_ASSIGN_OR_RETURN(key, ConvertTo(eval, k, *key_type));
    }
    if (value_type != nullptr) {
      FG_ASSIGN_OR_RETURN(held, ConvertTo(eval, v, *value_type));
    }
    dict->Set(key, std::move(held));
  }
  return Value(std::move(dict));
}

}  // namespace

absl::StatusOr<Value> ConvertTo(Evaluator& eval, const Value& value, const Type& type) {
  if (type.name == "Any" || IsA(value, type)) return value;
  if (const absl::optional<DType> dtype = DTypeOfType(type)) {
    if (IsNumeric(value)) return ConvertNumber(eval, value, *dtype);
    if (value.is(Kind::kChar) && IsInteger(*dtype)) {
      return Value(value.scalar().ConvertTo(*dtype));
    }
    return CannotConvert(value, type);
  }
  if (type.name == "AbstractFloat" && IsNumeric(value)) {
    return ConvertNumber(eval, value, ToFloat(NumericDType(value)));
  }
  if (type.name == "Char" && value.is_int()) {
    return Value::Char(static_cast<char32_t>(value.scalar().AsInt64()));
  }
  if (type.name == "Union") {
    for (const Type::Parameter& choice : type.parameters) {
      if (choice.type == nullptr) continue;
      absl::StatusOr<Value> converted = ConvertTo(eval, value, *choice.type);
      if (converted.ok()) return converted;
    }
    return CannotConvert(value, type);
  }
  if (IsArrayType(type) && (IsNumericArray(value) || value.is(Kind::kList))) {
    return ConvertArray(eval, value, type);
  }
  if (type.name == "Tuple" && value.is(Kind::kTuple)) return ConvertTuple(eval, value, type);
  if (type.name == "NamedTuple" && value.is(Kind::kNamedTuple)) {
    return ConvertNamed(eval, value, type);
  }
  if (type.name == "Pair" && type.parameters.size() == 2 && value.is(Kind::kPair)) {
    return ConvertPair(eval, value, type);
  }
  if (type.name == "Dict" && value.is(Kind::kDict)) return ConvertDict(eval, value, type);
  return CannotConvert(value, type);
}

}  // namespace fluxgate::lang
