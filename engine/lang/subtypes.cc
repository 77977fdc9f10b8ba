// Which types and values are below a type.
#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "engine/lang/hierarchy.h"
#include "engine/lang/types.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

using Parameter = Type::Parameter;

enum Code : int {
  kOther,
  kAny,
  kNumberCode,
  kRealCode,
  kIntegerCode,
  kSignedCode,
  kAbstractFloatCode,
  kInt64Code,
  kInt32Code,
  kBoolCode,
  kFloat32Code,
  kFloat64Code,
  kStringCode,
  kSymbolCode,
  kCharCode,
  kNothingCode,
  kFunctionCode,
  kUnionCode,
  kArrayCode,
  kAbstractArrayCode,
};

int CodeOf(absl::string_view name) {
  static const auto& table = *new absl::flat_hash_map<std::string, int>({
      {"Any", kAny},
      {"Number", kNumberCode},
      {"Real", kRealCode},
      {"Integer", kIntegerCode},
      {"Signed", kSignedCode},
      {"AbstractFloat", kAbstractFloatCode},
      {"Int64", kInt64Code},
      {"Int32", kInt32Code},
      {"Bool", kBoolCode},
      {"Float32", kFloat32Code},
      {"Float64", kFloat64Code},
      {"String", kStringCode},
      {"AbstractString", kStringCode},
      {"Symbol", kSymbolCode},
      {"Char", kCharCode},
      {"AbstractChar", kCharCode},
      {"Nothing", kNothingCode},
      {"Function", kFunctionCode},
      {"Union", kUnionCode},
      {"Array", kArrayCode},
      {"DenseArray", kArrayCode},
      {"AbstractArray", kAbstractArrayCode},
  });
  const auto it = table.find(name);
  return it == table.end() ? kOther : it->second;
}

bool Match(const TypePtr& a, const Type& b, TypeBindings* bindings);

bool ParameterMatches(const Parameter& a, const Parameter& b, TypeBindings* bindings) {
  if (b.free()) return true;
  if (b.integer >= 0) return a.integer == b.integer;
  if (b.type->variable) {
    if (a.integer >= 0) {  // Array{T, N} where N
      if (bindings != nullptr) bindings->emplace_back(b.type->name, nullptr);
      return true;
    }
    return a.type != nullptr && Match(a.type, *b.type, bindings);
  }
  if (a.type == nullptr) return false;
  if (ContainsVariable(*b.type)) {
    return a.type->name == b.type->name && Match(a.type, *b.type, bindings);
  }
  return SameType(*a.type, *b.type);
}

bool Match(const TypePtr& a, const Type& b, TypeBindings* bindings) {
  if (b.variable) {
    if (a->variable && a->name == b.name) return true;
    if (bindings != nullptr && !b.name.empty()) {
      for (const auto& [name, bound] : *bindings) {
        if (name == b.name) return bound == nullptr || SameType(*bound, *a);
      }
    }
    if (b.upper != nullptr && !Match(a, *b.upper, bindings)) return false;
    if (bindings != nullptr && !b.name.empty()) bindings->emplace_back(b.name, a);
    return true;
  }
  if (b.name == "Any") return true;
  if (a->variable) return Match(a->upper == nullptr ? AnyType() : a->upper, b, bindings);
  if (a->name == "Union") {
    return std::all_of(a->parameters.begin(), a->parameters.end(),
                       [&](const Parameter& p) { return Match(p.type, b, bindings); });
  }
  if (b.name == "Union") {
    return std::any_of(b.parameters.begin(), b.parameters.end(),
                       [&](const Parameter& p) { return Match(a, *p.type, bindings); });
  }
  for (TypePtr up = a; up != nullptr; up = SupertypeOf(*up)) {
    if (up->name != b.name) continue;
    if (b.struct_type != nullptr && up->struct_type != b.struct_type) return false;
    if (b.parameters.empty() && b.name != "Tuple") return true;
    if (b.name == "Tuple") {
      if (b.parameters.empty()) return true;
      if (up->parameters.size() != b.parameters.size()) return false;
      for (size_t i = 0; i < b.parameters.size(); ++i) {
        if (!Match(up->parameters[i].type, *b.parameters[i].type, bindings)) return false;
      }
      return true;
    }
    for (size_t i = 0; i < b.parameters.size(); ++i) {
      const Parameter p = i < up->parameters.size() ? up->parameters[i] : Parameter{};
      if (!ParameterMatches(p, b.parameters[i], bindings)) return false;
    }
    return true;
  }
  return false;
}

}  // namespace

Type::Type(std::string n, std::vector<Parameter> p)
    : Object(kKind), name(std::move(n)), parameters(std::move(p)), code_(CodeOf(name)) {}

bool IsSubtype(const Type& a, const Type& b) {
  return Match(std::shared_ptr<const Type>(std::shared_ptr<const Type>(), &a), b, nullptr);
}

bool MatchType(const TypePtr& actual, const Type& pattern, TypeBindings* bindings) {
  return Match(actual, pattern, bindings);
}

bool IsA(const Value& value, const Type& type) {
  if (type.variable) return type.upper == nullptr || IsA(value, *type.upper);
  const bool number = value.is_number() || value.is(Kind::kTraced);
  // π and 0x1f are of types that their dtype does not tell.
  if (value.is_number() && value.scalar().written() != Scalar::Written::kPlain &&
      type.code_ != kAny && type.code_ != kUnionCode) {
    return IsSubtype(*TypeOf(value), type);
  }
  auto dtype = [&] {
    return value.is_number() ? value.scalar().dtype() : value.As<Traced>()->dtype();
  };
  switch (type.code_) {
    case kAny:
      return true;
    case kNumberCode:
    case kRealCode:
      return number;
    case kIntegerCode:
      return number && !IsFloat(dtype());
    case kSignedCode:
      return number && IsInteger(dtype());
    case kAbstractFloatCode:
      return number && IsFloat(dtype());
    case kInt64Code:
      return number && dtype() == DType::kInt64;
    case kInt32Code:
      return number && dtype() == DType::kInt32;
    case kBoolCode:
      return number && dtype() == DType::kBool;
    case kFloat32Code:
      return number && dtype() == DType::kFloat32;
    case kFloat64Code:
      return number && dtype() == DType::kFloat64;
    case kStringCode:
      return value.is(Kind::kString);
    case kSymbolCode:
      return value.is(Kind::kSymbol);
    case kCharCode:
      return value.is(Kind::kChar);
    case kNothingCode:
      return value.is_nothing();
    case kFunctionCode:
      return value.is(Kind::kFunction);
    case kUnionCode:
      return std::any_of(type.parameters.begin(), type.parameters.end(),
                         [&](const Parameter& p) { return p.type && IsA(value, *p.type); });
    case kArrayCode:
    case kAbstractArrayCode:
      if (number || value.is(Kind::kStruct) || value.is(Kind::kTuple)) return false;
      if (const Array* array = value.As<Array>()) {
        if (type.code_ == kArrayCode && (array->view() || array->one_hot)) return false;
        const auto& p = type.parameters;
        if (p.size() > 1 && p[1].integer >= 0 && p[1].integer != array->shape().rank()) {
          return false;
        }
        if (p.empty() || p[0].free()) return true;
        const TypePtr element = DTypeType(array->dtype());
        if (p[0].type->variable) return IsA(Value(Scalar().ConvertTo(array->dtype())), *p[0].type);
        return SameType(*p[0].type, *element);
      }
      break;
    default:
      break;
  }
  if (number && type.code_ == kOther && type.name != "Type") {
    return IsSubtype(*DTypeType(dtype()), type);
  }
  if (type.name == "Type") {
    const auto given = value.Share<Type>();
    if (given == nullptr) return false;
    if (type.parameters.empty() || type.parameters[0].free()) return true;
    const Type& wanted = *type.parameters[0].type;
    return wanted.variable ? Match(given, wanted, nullptr) : SameType(*given, wanted);
  }
  return IsSubtype(*TypeOf(value), type);
}

}  // namespace fluxgate::lang
