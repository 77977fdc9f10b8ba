#include "engine/lang/hierarchy.h"

namespace fluxgate::lang {
namespace {

using Parameter = Type::Parameter;

TypePtr Make(std::string name, std::vector<Parameter> parameters = {}) {
  return std::make_shared<Type>(std::move(name), std::move(parameters));
}

bool IsRangeName(absl::string_view name) {
  return name == "AbstractRange" || name == "OrdinalRange" || name == "AbstractUnitRange" ||
         name == "UnitRange" || name == "Base.OneTo" || name == "StepRange" ||
         name == "StepRangeLen";
}

}  // namespace

const absl::flat_hash_map<std::string, std::string>& BuiltinSupertypes() {
  static const auto& table = *new absl::flat_hash_map<std::string, std::string>({
      {"Number", "Any"},
      {"Real", "Number"},
      {"Integer", "Real"},
      {"Signed", "Integer"},
      {"Unsigned", "Integer"},
      {"AbstractFloat", "Real"},
      {"AbstractIrrational", "Real"},
      {"Irrational", "AbstractIrrational"},
      {"Int64", "Signed"},
      {"Int32", "Signed"},
      {"UInt16", "Unsigned"},
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
      {"Base.OneTo", "AbstractUnitRange"},
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

// A parameter list is passed on unchanged, but for ranges, which are vectors.
TypePtr SupertypeOf(const Type& type) {
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
  const auto it = BuiltinSupertypes().find(type.name);
  if (it == BuiltinSupertypes().end()) return type.name.empty() ? nullptr : AnyType();
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

}  // namespace fluxgate::lang
