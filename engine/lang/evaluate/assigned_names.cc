#include "engine/lang/evaluate/assigned_names.h"

#include <utility>

#include "absl/strings/match.h"
#include "engine/lang/evaluate/rewrite.h"

namespace fluxgate::lang {

void CollectNames(const Node& node, AssignedNames* names) {
  switch (node.kind) {
    case NodeKind::kAssign:
      if (!node.has(kDotted)) CollectTargetNames(node.child(0), names);
      CollectNames(node.child(1), names);
      return;
    case NodeKind::kFunction: {
      const Node& signature = node.child(0);
      if (signature.child(0).kind == NodeKind::kNothing && !signature.name.empty() &&
          !absl::StrContains(signature.name, '.') && IsWord(signature.name)) {
        names->assigned.push_back(signature.name);
      }
      return;
    }
    case NodeKind::kLocal:
    case NodeKind::kGlobal:
      for (const NodePtr& child : node.children) {
        const Node* target =
            child->kind == NodeKind::kAssign ? child->children[0].get() : child.get();
        AssignedNames declared;
        CollectTargetNames(*target, &declared);
        for (std::string& name : declared.assigned) {
          if (node.kind == NodeKind::kLocal) {
            names->locals.push_back(std::move(name));
          } else {
            names->globals.insert(std::move(name));
          }
        }
        if (child->kind == NodeKind::kAssign) CollectNames(child->child(1), names);
      }
      return;
    case NodeKind::kLambda:
    case NodeKind::kFor:
    case NodeKind::kLet:
    case NodeKind::kTry:
    case NodeKind::kComprehension:
    case NodeKind::kStruct:
      return;
    case NodeKind::kWhile:
      CollectNames(node.child(0), names);
      return;
    default:
      for (const NodePtr& child : node.children) CollectNames(*child, names);
  }
}

void CollectTargetNames(const Node& target, AssignedNames* names) {
  switch (target.kind) {
    case NodeKind::kIdentifier:
      names->assigned.push_back(target.name);
      return;
    case NodeKind::kTuple:
    case NodeKind::kNamedTuple:
      for (const NodePtr& child : target.children) CollectTargetNames(*child, names);
      return;
    case NodeKind::kSplat:
    case NodeKind::kTypeAnnotation:
      CollectTargetNames(target.child(0), names);
      return;
    default:
      CollectNames(target, names);
  }
}

}  // namespace fluxgate::lang
