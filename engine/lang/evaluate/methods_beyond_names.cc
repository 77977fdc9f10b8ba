// What text has defined, for those who write it out.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "engine/lang/evaluate/machine.h"

namespace fluxgate::lang {

std::vector<Excerpt> Machine::MethodsBeyondNames() const {
  std::vector<Excerpt> definitions;
  const auto add = [&](const GenericFunction& function) {
    for (const Method& method : function.methods()) {
      Excerpt excerpt{method.code->program->source, method.code->definition->span};
      const auto holds = [&](const Excerpt& other) { return other.Contains(excerpt); };
      if (std::none_of(definitions.begin(), definitions.end(), holds)) {
        definitions.push_back(std::move(excerpt));
      }
    }
  };
  for (const auto& [name, function] : extensions_) add(*function);
  for (const auto& [name, function] : callables_) add(*function);
  for (const auto& [type, function] : constructors_) add(*function);
  // An inner constructor stands in its type's text.
  const auto is_inner = [this](const Excerpt& excerpt) {
    return std::any_of(struct_types_.begin(), struct_types_.end(), [&](const auto& type) {
      const Excerpt* definition = transcript_.FindType(type->name);
      return definition != nullptr && definition->Contains(excerpt);
    });
  };
  definitions.erase(std::remove_if(definitions.begin(), definitions.end(), is_inner),
                    definitions.end());
  // The tables have no order.
  std::sort(definitions.begin(), definitions.end(),
            [](const Excerpt& a, const Excerpt& b) { return a.text() < b.text(); });
  return definitions;
}

bool Machine::TakesItsFields(const StructType& type) const {
  if (type.builtin) return true;
  if (!default_constructor_.contains(&type)) return false;
  const auto it = constructors_.find(&type);
  if (it == constructors_.end()) return true;
  // One of as many arguments could be the more specific one.
  const std::vector<Method>& methods = it->second->methods();
  return std::none_of(methods.begin(), methods.end(), [&](const Method& method) {
    return method.arity == static_cast<int>(type.fields.size()) || method.has_vararg;
  });
}

}  // namespace fluxgate::lang
