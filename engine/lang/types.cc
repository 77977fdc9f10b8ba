#include "engine/lang/types.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/builtin.h"
#include "engine/lang/function.h"
#include "engine/lang/io.h"
#include "engine/nn/function.h"
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

// The built-in hierarchy: each name's supertype. A parameter list is passed on unchanged, but for
// ranges, which are vectors.
const absl::flat_hash_map<std::string, std::string>& Parents() {
  static const auto& table = *new absl::flat_hash_map<std::string, std::string>({
      {"Number", "Any"},
      {"Real", "Number"},
      {"Integer", "Real"},
      {"Signed", "Integer"},
      {"Unsigned", "Integer"},
      {"AbstractFloat", "Real"},
      {"AbstractIrrational", "Real"},
      {"Int64", "Signed"},
      {"Int32", "Signed"},
      {"UInt32", "Unsigned"},
      {"UInt64", "Unsigned"},
      {"UInt8", "Unsigned"},
      {"Bool", "Integer"},
      {"Float32", "AbstractFloat"},
      {"Float64", "AbstractFloat"},
      {"AbstractString", "Any"},
      {"String", "AbstractString"},
      {"AbstractChar", "Any"},
      {"Char", "AbstractChar"},
      {"Symbol", "Any"},
      {"Nothing", "Any"},
      {"Missing", "Any"},
      {"Function", "Any"},
      {"Type", "Any"},
      {"DataType", "Type"},
      {"Module", "Any"},
      {"Tuple", "Any"},
      {"NamedTuple", "Any"},
      {"Pair", "Any"},
      {"AbstractArray", "Any"},
      {"DenseArray", "AbstractArray"},
      {"Array", "DenseArray"},
      {"SubArray", "AbstractArray"},
      {"AbstractRange", "AbstractArray"},
      {"OrdinalRange", "AbstractRange"},
      {"AbstractUnitRange", "OrdinalRange"},
      {"UnitRange", "AbstractUnitRange"},
      {"StepRange", "OrdinalRange"},
      {"StepRangeLen", "AbstractRange"},
      {"OneHotArray", "AbstractArray"},
      {"AbstractDict", "Any"},
      {"Dict", "AbstractDict"},
      {"AbstractSet", "Any"},
      {"Set", "AbstractSet"},
      {"Exception", "Any"},
      {"IO", "Any"},
      {"IOBuffer", "IO"},
      {"AbstractRule", "Any"},
      {"Colon", "Function"},
      {"Ref", "Any"},
      {"CartesianIndex", "Any"},
      {"UndefInitializer", "Any"},
      {"Any", ""},
      {"Union", "Any"},
      {"Vararg", "Any"},
  });
  return table;
}

TypePtr Make(std::string name, std::vector<Parameter> parameters = {}) {
  return std::make_shared<Type>(std::move(name), std::move(parameters));
}

bool IsRangeName(absl::string_view name) {
  return name == "AbstractRange" || name == "OrdinalRange" || name == "AbstractUnitRange" ||
         name == "UnitRange" || name == "StepRange" || name == "StepRangeLen";
}

// The supertype with its parameters; null above Any.
TypePtr Parent(const Type& type) {
  if (type.struct_type != nullptr || type.abstract) {
    const std::vector<std::string>& up =
        type.struct_type != nullptr ? type.struct_type->ancestors : type.ancestors;
    if (up.empty()) {
      if (type.struct_type != nullptr && !type.struct_type->supertype.empty()) {
        TypePtr builtin = BuiltinType(type.struct_type->supertype);
        if (builtin != nullptr) return builtin;
        auto made = std::make_shared<Type>(type.struct_type->supertype, std::vector<Parameter>{});
        made->abstract = true;
        return made;
      }
      return AnyType();
    }
    if (up.size() == 1) {
      if (TypePtr builtin = BuiltinType(up[0])) return builtin;
    }
    auto made = std::make_shared<Type>(up[0], std::vector<Parameter>{});
    made->abstract = true;
    made->ancestors.assign(up.begin() + 1, up.end());
    return made;
  }
  const auto it = Parents().find(type.name);
  if (it == Parents().end()) return type.name.empty() ? nullptr : AnyType();
  if (it->second.empty()) return nullptr;
  if (it->second == "AbstractArray" && IsRangeName(type.name)) {
    Parameter element = type.parameters.empty() ? Parameter{} : type.parameters[0];
    return Make("AbstractArray", {element, Parameter{nullptr, 1}});
  }
  if (type.name == "StepRange" && !type.parameters.empty()) {
    return Make(it->second, {type.parameters[0]});
  }
  const bool passes = it->second == "AbstractArray" || it->second == "DenseArray" ||
                      it->second == "AbstractDict" || it->second == "AbstractSet" ||
                      IsRangeName(it->second);
  return Make(it->second, passes ? type.parameters : std::vector<Parameter>{});
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
  for (TypePtr up = a; up != nullptr; up = Parent(*up)) {
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

std::string Type::ToString() const {
  if (variable) {
    const std::string bound = upper == nullptr ? "" : absl::StrCat("<:", upper->ToString());
    return name.empty() ? (bound.empty() ? "<:Any" : bound) : name;
  }
  if (name == "NamedTuple" && !fields.empty()) {
    std::vector<std::string> parts;
    for (size_t i = 0; i < fields.size() && i < parameters.size(); ++i) {
      parts.push_back(absl::StrCat(fields[i], "::", parameters[i].type->ToString()));
    }
    return absl::StrCat("@NamedTuple{", absl::StrJoin(parts, ", "), "}");
  }
  if (parameters.empty()) return name == "Tuple" && tuple_of_none ? "Tuple{}" : name;
  auto text = [](const Parameter& p) {
    return p.integer >= 0 ? absl::StrCat(p.integer) : p.type ? p.type->ToString() : "";
  };
  if ((name == "Array" || name == "AbstractArray" || name == "DenseArray") &&
      parameters.size() == 2 && (parameters[1].integer == 1 || parameters[1].integer == 2)) {
    const std::string alias = absl::StrCat(name == "Array" ? "" : name.substr(0, name.size() - 5),
                                           parameters[1].integer == 1 ? "Vector" : "Matrix");
    return parameters[0].free() ? alias : absl::StrCat(alias, "{", text(parameters[0]), "}");
  }
  std::vector<std::string> parts;
  for (const Parameter& p : parameters) {
    if (!p.free()) parts.push_back(text(p));
  }
  if (parts.empty()) return name;
  return absl::StrCat(name, "{", absl::StrJoin(parts, ", "), "}");
}

TypePtr AnyType() {
  static const TypePtr& any = *new TypePtr(Make("Any"));
  return any;
}

TypePtr BuiltinType(absl::string_view name) {
  static const auto& table = *new absl::flat_hash_map<std::string, TypePtr>([] {
    absl::flat_hash_map<std::string, TypePtr> all;
    all.reserve(2 * Parents().size() + 16);  // references stay good below
    for (const auto& [type, parent] : Parents()) all[type] = Make(type);
    all["Any"] = AnyType();
    // Copies: an insertion moves what the table holds.
    const TypePtr int64 = all["Int64"], uint64 = all["UInt64"];
    all["Int"] = int64;
    all["UInt"] = uint64;
    const Parameter free, one{nullptr, 1}, two{nullptr, 2};
    for (const std::string prefix : {"", "Abstract", "Dense"}) {
      all[prefix + "Vector"] = Make(prefix + "Array", {free, one});
      all[prefix + "Matrix"] = Make(prefix + "Array", {free, two});
      if (prefix == "Dense") continue;
      all[prefix + "VecOrMat"] =
          Make("Union", {{all[prefix + "Vector"], -1}, {all[prefix + "Matrix"], -1}});
    }
    all["Union"] = Make("Union");
    return all;
  }());
  const auto it = table.find(name);
  return it == table.end() ? nullptr : it->second;
}

TypePtr DTypeType(DType dtype) {
  static const auto& types = *new std::vector<TypePtr>([] {
    std::vector<TypePtr> all;
    for (DType d : kAllDTypes) all.push_back(BuiltinType(DTypeName(d)));
    return all;
  }());
  return types[static_cast<int>(dtype)];
}

TypePtr ArrayType(TypePtr element, int64_t rank) {
  if (rank < 0) return Make("Array", {{std::move(element), -1}});
  return Make("Array", {{std::move(element), -1}, {nullptr, rank}});
}

TypePtr MakeType(std::string name, std::vector<TypePtr> parameters) {
  std::vector<Parameter> list;
  for (TypePtr& p : parameters) list.push_back({std::move(p), -1});
  const bool none = list.empty() && name == "Tuple";
  auto type = std::make_shared<Type>(std::move(name), std::move(list));
  type->tuple_of_none = none;
  return type;
}

TypePtr StructTypeOf(std::shared_ptr<const StructType> type, std::vector<TypePtr> parameters) {
  std::vector<Parameter> list;
  for (TypePtr& p : parameters) list.push_back({std::move(p), -1});
  auto made = std::make_shared<Type>(type->name, std::move(list));
  made->struct_type = std::move(type);
  return made;
}

TypePtr TypeVariable(std::string name, TypePtr upper) {
  auto type = std::make_shared<Type>(std::move(name), std::vector<Parameter>{});
  type->variable = true;
  type->upper = std::move(upper);
  return type;
}

TypePtr UnionOf(std::vector<TypePtr> types) {
  std::vector<TypePtr> flat;
  auto add = [&](const TypePtr& t) {
    for (const TypePtr& have : flat) {
      if (SameType(*have, *t)) return;
    }
    flat.push_back(t);
  };
  for (const TypePtr& t : types) {
    if (t->name == "Union") {
      for (const Parameter& p : t->parameters) add(p.type);
    } else {
      add(t);
    }
  }
  if (flat.size() == 1) return flat[0];
  return MakeType("Union", std::move(flat));
}

bool SameType(const Type& a, const Type& b) {
  if (&a == &b) return true;
  if (a.name != b.name || a.parameters.size() != b.parameters.size()) return false;
  if (a.struct_type != b.struct_type) return false;
  for (size_t i = 0; i < a.parameters.size(); ++i) {
    const Parameter &p = a.parameters[i], &q = b.parameters[i];
    if (p.integer != q.integer || (p.type == nullptr) != (q.type == nullptr)) return false;
    if (p.type != nullptr && !SameType(*p.type, *q.type)) return false;
  }
  if (a.variable) {
    if (a.variable != b.variable || (a.upper == nullptr) != (b.upper == nullptr)) return false;
    return a.upper == nullptr || SameType(*a.upper, *b.upper);
  }
  return a.fields == b.fields;
}

bool IsSubtype(const Type& a, const Type& b) {
  return Match(std::shared_ptr<const Type>(std::shared_ptr<const Type>(), &a), b, nullptr);
}

bool MatchType(const TypePtr& actual, const Type& pattern, TypeBindings* bindings) {
  return Match(actual, pattern, bindings);
}

bool ContainsVariable(const Type& type) {
  if (type.variable) return true;
  return std::any_of(type.parameters.begin(), type.parameters.end(), [](const Parameter& p) {
    return p.type != nullptr && ContainsVariable(*p.type);
  });
}

TypePtr Substitute(const TypePtr& type, const TypeBindings& bindings) {
  if (type == nullptr || !ContainsVariable(*type)) return type;
  if (type->variable) {
    for (const auto& [name, bound] : bindings) {
      if (name == type->name && bound != nullptr) return bound;
    }
    return type;
  }
  std::vector<Parameter> parameters = type->parameters;
  for (Parameter& p : parameters) p.type = Substitute(p.type, bindings);
  auto made = std::make_shared<Type>(type->name, std::move(parameters));
  made->struct_type = type->struct_type;
  made->fields = type->fields;
  return made;
}

absl::optional<DType> DTypeOfType(const Type& type) { return DTypeFromName(type.name); }

bool IsA(const Value& value, const Type& type) {
  if (type.variable) return type.upper == nullptr || IsA(value, *type.upper);
  const bool number = value.is_number() || value.is(Kind::kTraced);
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
