#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_LOCAL_NAMES_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_LOCAL_NAMES_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "engine/lang/evaluate/scope.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

// The variables of the scopes and functions around the place that is being resolved: declares
// names, and finds what a name means there, through closures and out to the global cells.
class LocalNames {
 protected:
  struct Scope;
  struct FunctionState {
    Code* code;
    FunctionState* parent;
    Scope* outer;           // where it is defined; null at top level
    std::string self_name;  // a local function's own name
    Scope* self_scope;      // and the scope that holds it
    absl::flat_hash_map<std::pair<Scope*, std::string>, int32_t> captured;
  };
  struct Scope {
    FunctionState* function;
    Scope* parent;
    int32_t index;  // in the code's scopes; -1: the function's own
    bool soft;
    absl::flat_hash_map<std::string, int32_t> variables;
    absl::flat_hash_set<std::string> globals;
  };

  explicit LocalNames(const GlobalNames& globals) : globals_(globals) {}

  int32_t NewSlot(FunctionState* function, std::string name);
  int32_t Declare(Scope* scope, const std::string& name);
  void DeclareTarget(Scope* scope, const Node& target);
  // Whether an assignment in `scope` to a name that the scope does not hold goes further out.
  bool HeldOutside(Scope* scope, const std::string& name);
  void DeclareAssigned(Scope* scope, const Node& region);
  int32_t Capture(FunctionState* function, Scope* found, const std::string& name);
  int32_t Lookup(const std::string& name);
  int32_t SelfSlot(FunctionState* function);
  // A function is done.
  void Forget(FunctionState* function) { self_scopes_.erase(function); }

  int32_t NewScopeIndex() {
    function_->code->scopes.emplace_back();
    return static_cast<int32_t>(function_->code->scopes.size()) - 1;
  }

  template <typename F>
  void InScope(int32_t index, bool soft, F f) {
    Scope scope{function_, scope_, index, soft && function_->parent == nullptr, {}, {}};
    scope_ = &scope;
    f(&scope);
    scope_ = scope.parent;
  }

  const GlobalNames& globals_;
  FunctionState* function_ = nullptr;  // the innermost one
  Scope* scope_ = nullptr;

 private:
  absl::flat_hash_map<FunctionState*, std::unique_ptr<Scope>> self_scopes_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_LOCAL_NAMES_H_
