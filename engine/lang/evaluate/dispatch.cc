#include "engine/lang/evaluate/dispatch.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/lang/evaluate/scope.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::lang {
namespace {

const Type& At(const Method& method, size_t i) {
  const TypePtr& type = i < method.types.size() ? method.types[i] : method.vararg;
  return type == nullptr ? *AnyType() : *type;
}

bool SameTypes(const TypePtr& a, const TypePtr& b) {
  return SameType(a == nullptr ? *AnyType() : *a, b == nullptr ? *AnyType() : *b);
}

// How often the method asks for the same unknown type twice: f(x::T, y::T) is narrower than f(x,
// y).
int RepeatedVariables(const Method& method) {
  int repeated = 0;
  for (size_t i = 0; i < method.types.size(); ++i) {
    if (method.types[i] == nullptr || !method.types[i]->variable) continue;
    for (size_t j = 0; j < i; ++j) {
      if (method.types[j] != nullptr && method.types[j]->name == method.types[i]->name) ++repeated;
    }
  }
  return repeated;
}

bool Below(const Method& a, const Method& b) {
  if (a.types.size() < b.types.size()) return false;
  if (a.types.size() > b.types.size() && !b.has_vararg) return false;
  if (a.has_vararg && !b.has_vararg) return false;
  const size_t count = a.types.size() + (a.has_vararg ? 1 : 0);
  for (size_t i = 0; i < count; ++i) {
    if (!IsSubtype(At(a, i), At(b, i))) return false;
  }
  return true;
}

// "f(x::Int64, y)".
std::string Signature(const std::string& name, const Method& method) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < method.types.size() + (method.has_vararg ? 1 : 0); ++i) {
    std::string part =
        i < method.code->positional.size() ? method.code->positional[i].node->name : "";
    const Type& type = At(method, i);
    if (part.empty() || type.name != "Any") absl::StrAppend(&part, "::", type.ToString());
    if (i == method.types.size()) part += "...";
    parts.push_back(std::move(part));
  }
  return absl::StrCat(name, "(", absl::StrJoin(parts, ", "), ")");
}

}  // namespace

bool SameSignature(const Method& a, const Method& b) {
  if (a.types.size() != b.types.size() || a.has_vararg != b.has_vararg) return false;
  if (a.has_vararg && !SameTypes(a.vararg, b.vararg)) return false;
  for (size_t i = 0; i < a.types.size(); ++i) {
    if (!SameTypes(a.types[i], b.types[i])) return false;
  }
  return RepeatedVariables(a) == RepeatedVariables(b);
}

bool MoreSpecific(const Method& a, const Method& b) {
  if (!Below(a, b)) return false;
  if (!Below(b, a)) return true;
  return RepeatedVariables(a) > RepeatedVariables(b);
}

bool Rivals(const Method& a, const Method& b) {
  if (!a.code->type_variables.empty() || !b.code->type_variables.empty()) return false;
  if (a.types.size() < b.types.size() && !a.has_vararg) return false;
  if (b.types.size() < a.types.size() && !b.has_vararg) return false;
  return !Below(a, b) && !Below(b, a);
}

bool Applicable(const Method& method, absl::Span<const Value> arguments, TypeBindings* bindings) {
  const size_t fixed = method.types.size();
  if (arguments.size() < fixed || (arguments.size() > fixed && !method.has_vararg)) return false;
  const bool variables = !method.code->type_variables.empty();
  for (size_t i = 0; i < arguments.size(); ++i) {
    const TypePtr& type = i < fixed ? method.types[i] : method.vararg;
    if (type == nullptr) continue;
    if (variables && ContainsVariable(*type)) {
      if (type->name == "Type" && arguments[i].is(Kind::kType)) {
        // f(::Type{T}) binds T to the type that was given.
        if (type->parameters.empty() || type->parameters[0].free()) continue;
        if (!MatchType(arguments[i].Share<Type>(), *type->parameters[0].type, bindings)) {
          return false;
        }
        continue;
      }
      if (!MatchType(TypeOf(arguments[i]), *type, bindings)) return false;
    } else if (!IsA(arguments[i], *type)) {
      return false;
    }
  }
  return true;
}

std::shared_ptr<const Method> FindMethod(const GenericFunction& function,
                                         absl::Span<const Value> arguments,
                                         TypeBindings* bindings) {
  const std::shared_ptr<const std::vector<Method>>& methods = function.shared_methods();
  for (const Method& method : *methods) {
    bindings->clear();
    if (Applicable(method, arguments, bindings)) return {methods, &method};
  }
  return nullptr;
}

absl::Status CheckUnambiguous(const GenericFunction& function, const Method& found,
                              absl::Span<const Value> arguments) {
  if (!found.has_rivals) return absl::OkStatus();
  for (const Method& rival : function.methods()) {
    TypeBindings bindings;
    if (!Rivals(found, rival) || !Applicable(rival, arguments, &bindings)) continue;
    std::vector<std::string> given, fix;
    for (size_t i = 0; i < arguments.size(); ++i) {
      given.push_back(absl::StrCat("::", TypeOf(arguments[i])->ToString()));
      const Type &a = At(found, i), &b = At(rival, i);
      fix.push_back(absl::StrCat("::", (IsSubtype(a, b) ? a : b).ToString()));
    }
    const std::string name = function.Name();
    return JuliaError(
        "MethodError",
        absl::StrCat(name, "(", absl::StrJoin(given, ", "), ") is ambiguous.\n\nCandidates:\n  ",
                     Signature(name, found), "\n  ", Signature(name, rival),
                     "\n\nPossible fix, define\n  ", name, "(", absl::StrJoin(fix, ", "), ")"));
  }
  return absl::OkStatus();
}

}  // namespace fluxgate::lang
