#include "engine/lang/evaluate/local_names.h"

#include "engine/lang/evaluate/assigned_names.h"

namespace fluxgate::lang {

int32_t LocalNames::NewSlot(FunctionState* function, std::string name) {
  Code* code = function->code;
  code->slot_names.push_back(std::move(name));
  code->boxed.push_back(false);
  return static_cast<int32_t>(code->slot_names.size()) - 1;
}

int32_t LocalNames::Declare(Scope* scope, const std::string& name) {
  if (auto it = scope->variables.find(name); it != scope->variables.end()) return it->second;
  const int32_t slot = NewSlot(scope->function, name);
  scope->variables.emplace(name, slot);
  if (scope->index >= 0) scope->function->code->scopes[scope->index].slots.push_back(slot);
  return slot;
}

void LocalNames::DeclareTarget(Scope* scope, const Node& target) {
  AssignedNames names;
  CollectTargetNames(target, &names);
  for (const std::string& name : names.assigned) Declare(scope, name);
}

bool LocalNames::HeldOutside(Scope* scope, const std::string& name) {
  bool soft = scope->soft;
  FunctionState* function = scope->function;
  for (Scope* s = scope->parent; s != nullptr; s = s->parent) {
    if (s->globals.contains(name)) return true;
    if (s->variables.contains(name)) return true;
    soft = soft && s->soft;
  }
  while (function->parent != nullptr) {
    soft = false;
    function = function->parent;
  }
  return soft && globals_.defined(name);
}

void LocalNames::DeclareAssigned(Scope* scope, const Node& region) {
  AssignedNames names;
  CollectNames(region, &names);
  for (const std::string& name : names.globals) scope->globals.insert(name);
  for (const std::string& name : names.locals) Declare(scope, name);
  for (const std::string& name : names.assigned) {
    if (scope->globals.contains(name) || scope->variables.contains(name)) continue;
    if (!HeldOutside(scope, name)) Declare(scope, name);
  }
}

int32_t LocalNames::Capture(FunctionState* function, Scope* found, const std::string& name) {
  const auto key = std::make_pair(found, name);
  if (auto it = function->captured.find(key); it != function->captured.end()) return it->second;
  const int32_t outer = function->parent == found->function
                            ? found->variables.at(name)
                            : Capture(function->parent, found, name);
  function->parent->code->boxed[outer] = true;
  const int32_t slot = NewSlot(function, name);
  function->code->captures.push_back({name, outer, slot});
  function->captured.emplace(key, slot);
  return slot;
}

int32_t LocalNames::Lookup(const std::string& name) {
  FunctionState* function = function_;
  for (Scope* s = scope_; s != nullptr; s = s->parent) {
    // A local function that names itself gets itself, not a shared variable that would hold it.
    while (function != s->function) {
      if (function->self_name == name && function->self_scope != nullptr) {
        const int32_t self = SelfSlot(function);
        if (function == function_) return self;
        return Capture(function_, self_scopes_[function].get(), name);
      }
      function = function->parent;
    }
    if (s->globals.contains(name)) break;
    auto it = s->variables.find(name);
    if (it == s->variables.end()) continue;
    return s->function == function_ ? it->second : Capture(function_, s, name);
  }
  return GlobalSlot(globals_.cell(name));
}

int32_t LocalNames::SelfSlot(FunctionState* function) {
  auto& scope = self_scopes_[function];
  if (scope == nullptr) {
    scope = std::make_unique<Scope>(Scope{function, nullptr, -1, false, {}, {}});
    function->code->self_slot = NewSlot(function, function->self_name);
    scope->variables.emplace(function->self_name, function->code->self_slot);
  }
  return function->code->self_slot;
}

}  // namespace fluxgate::lang
