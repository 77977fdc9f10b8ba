#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_MODULES_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_MODULES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "engine/lang/builtin.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// What a name means without a definition of the user's: functions, types, modules, constants. Null
// when nothing.
const Value* FindBuiltin(absl::string_view name);
// A member of a module, exported or not: `Flux.mse`. Null when there is none.
const Value* FindMember(absl::string_view module, absl::string_view name);
// The C++ function registered under a type's name: what calling the type does. Null when none.
const Builtin* FindConstructor(absl::string_view type_name);
// Whether it is one of these values, and not one that the library made around others.
bool IsOfLibrary(const Value& value);
bool IsPackage(absl::string_view name);
// The packages that exist, for an error about one that does not.
const std::vector<std::string>& Packages();
// Every visible built-in name, for suggestions.
const std::vector<std::string>& BuiltinNames();
// "Flux.mse" for a name that is visible only with its package; "" otherwise.
std::string QualifiedName(absl::string_view name);
// The package that a built-in name comes from; "Base" for the language's own.
std::string PackageOf(absl::string_view name);
// The names that are visible only so.
std::vector<std::string> UnexportedNames();

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_MODULES_H_
