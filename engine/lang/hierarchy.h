#ifndef FLUXGATE_ENGINE_LANG_HIERARCHY_H_
#define FLUXGATE_ENGINE_LANG_HIERARCHY_H_

#include <string>

#include "absl/container/flat_hash_map.h"
#include "engine/lang/types.h"

namespace fluxgate::lang {

// The built-in types: each name's supertype, "" for Any.
const absl::flat_hash_map<std::string, std::string>& BuiltinSupertypes();
// The supertype with its parameters; null above Any.
TypePtr SupertypeOf(const Type& type);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_HIERARCHY_H_
