#include "engine/lang/evaluate/dispatch.h"

#include <algorithm>

#include "engine/lang/evaluate/scope.h"

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

}  // namespace fluxgate::lang
