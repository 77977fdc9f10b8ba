#include "engine/lang/types.h"

#include <algorithm>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/hierarchy.h"

namespace fluxgate::lang {
namespace {

using Parameter = Type::Parameter;

TypePtr Make(std::string name, std::vector<Parameter> parameters = {}) {
  return std::make_shared<Type>(std::move(name), std::move(parameters));
}

}  // namespace

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
    all.reserve(2 * BuiltinSupertypes().size() + 16);  // references stay good below
    for (const auto& [type, parent] : BuiltinSupertypes()) all[type] = Make(type);
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

}  // namespace fluxgate::lang
