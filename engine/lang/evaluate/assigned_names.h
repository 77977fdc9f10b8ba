#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_ASSIGNED_NAMES_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_ASSIGNED_NAMES_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

struct AssignedNames {
  std::vector<std::string> assigned, locals;
  absl::flat_hash_set<std::string> globals;
};

// The names that the region of one scope assigns: nested scopes and functions are not entered.
void CollectNames(const Node& node, AssignedNames* names);
// Those that an assignment to `target` assigns.
void CollectTargetNames(const Node& target, AssignedNames* names);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_ASSIGNED_NAMES_H_
