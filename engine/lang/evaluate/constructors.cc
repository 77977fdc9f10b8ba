#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/dispatch.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/operations/support.h"
#include "engine/nn/layer.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {
namespace {

// Whether a struct's own constructor, of one argument for each field, takes these arguments and is
// more specific than `method`.
bool DefaultIsNarrower(const StructType& type, const Method& method,
                       absl::Span<const Value> arguments) {
  if (arguments.size() != type.fields.size()) return false;
  Method own;
  TypeBindings bindings;
  for (size_t i = 0; i < arguments.size(); ++i) {
    TypePtr declared = type.fields[i].type.Share<Type>();
    if (declared != nullptr &&
        !(ContainsVariable(*declared) ? MatchType(TypeOf(arguments[i]), *declared, &bindings)
                                      : IsA(arguments[i], *declared))) {
      return false;
    }
    own.types.push_back(std::move(declared));
  }
  return MoreSpecific(own, method);
}

}  // namespace

absl::StatusOr<Value> Machine::CallType(const Value& callee, absl::Span<const Value> arguments,
                                        const Keywords& keywords) {
  const Type& type = *callee.As<Type>();
  const StructType* made = type.struct_type.get();
  if (!type.parameters.empty()) {
    // Constructors written P{T}(x) take the type itself first.
    const auto it = callables_.find(absl::StrCat("Type:", type.name));
    if (it != callables_.end()) {
      std::vector<Value> all = {callee};
      all.insert(all.end(), arguments.begin(), arguments.end());
      TypeBindings bindings;
      const std::shared_ptr<GenericFunction> function = it->second;
      if (const auto method = FindMethod(*function, all, &bindings)) {
        return Invoke(*method, callee, all, keywords, bindings);
      }
    }
  } else if (made != nullptr) {
    const auto it = constructors_.find(made);
    if (it != constructors_.end()) {
      TypeBindings bindings;
      const std::shared_ptr<GenericFunction> function = it->second;
      const auto method = FindMethod(*function, arguments, &bindings);
      const bool by_default = method != nullptr && keywords.empty() &&
                              default_constructor_.contains(made) &&
                              DefaultIsNarrower(*made, *method, arguments);
      if (method != nullptr && !by_default) {
        return Invoke(*method, callee, arguments, keywords, bindings);
      }
    }
  }
  if (made == nullptr) return CallBuiltinType(callee, type, arguments, keywords);
  if (const nn::Layer* layer = nn::FindLayer(*made)) {
    FG_RETURN_IF_ERROR(meter_.Step(8));
    return nn::CallFunction(*this, layer->constructor, nn::Arguments{arguments, keywords});
  }
  const bool has_default = made->builtin || default_constructor_.contains(made);
  // `new` and exceptions may leave the last fields out; a default constructor may not.
  const bool complete = made->builtin || arguments.size() == made->fields.size();
  if (!has_default || !complete || !keywords.empty()) {
    return NoMethod(type.name, arguments, keywords);
  }
  std::vector<TypePtr> parameters;
  for (const Type::Parameter& p : type.parameters) parameters.push_back(p.type);
  return ConstructStruct(type.struct_type, std::move(parameters), arguments);
}

absl::StatusOr<Value> Machine::CallBuiltinType(const Value& callee, const Type& type,
                                               absl::Span<const Value> arguments,
                                               const Keywords& keywords) {
  bool found = false;
  absl::StatusOr<Value> extended = TryExtension(type.name, arguments, keywords, &found);
  if (found) return extended;
  const std::string printed = type.ToString();
  const Builtin* constructor = FindConstructor(printed.substr(0, printed.find('{')));
  if (constructor == nullptr) constructor = FindConstructor(type.name);
  if (constructor != nullptr) {
    std::vector<Value> all = {callee};
    all.insert(all.end(), arguments.begin(), arguments.end());
    return CallNative(*constructor, all, keywords);
  }
  if (arguments.size() == 1 && keywords.empty() && !type.abstract && type.name != "Any") {
    return ConvertTo(*this, arguments[0], type);
  }
  return NoMethod(printed, arguments, keywords);
}

absl::StatusOr<Value> Machine::ConstructStruct(const std::shared_ptr<const StructType>& type,
                                               std::vector<TypePtr> parameters,
                                               absl::Span<const Value> arguments) {
  const size_t count = type->fields.size();
  if (arguments.size() > count) return MethodError(type->name, arguments);
  TypeBindings bindings;
  for (size_t i = 0; i < type->parameters.size() && i < parameters.size(); ++i) {
    bindings.emplace_back(type->parameters[i], parameters[i]);
  }
  const bool infer = bindings.empty();
  std::vector<Value> fields(count);
  for (size_t i = 0; i < arguments.size(); ++i) {
    TypePtr declared = type->fields[i].type.Share<Type>();
    fields[i] = arguments[i];
    if (declared == nullptr) continue;
    if (infer && ContainsVariable(*declared)) {
      if (!MatchType(TypeOf(arguments[i]), *declared, &bindings)) {
        return MethodError(type->name, arguments);
      }
      continue;
    }
    declared = Substitute(declared, bindings);
    if (IsA(arguments[i], *declared)) continue;
    absl::StatusOr<Value> converted = ConvertTo(*this, arguments[i], *declared);
    if (!converted.ok()) return std::move(converted).status();
    fields[i] = *std::move(converted);
  }
  auto made = std::make_shared<Struct>(type, std::move(fields));
  for (const std::string& parameter : type->parameters) {
    for (const auto& [name, bound] : bindings) {
      if (name != parameter || bound == nullptr) continue;
      made->type_arguments.push_back(TypeValue(bound));
      break;
    }
  }
  return Value(std::move(made));
}

}  // namespace fluxgate::lang
