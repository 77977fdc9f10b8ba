#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_SCOPE_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_SCOPE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

// A body whose names are resolved: of a method, a lambda, a generator or a top-level statement.
//
// Node::slot then says what a node refers to. An identifier: a local slot (>= 0) or a global cell
// (GlobalSlot). A node that opens a scope (for, while, let, try, comprehension): its index in
// `scopes`. A node that makes a function (lambda, function, generator): its index in `inner`. A
// macro that rewrites its argument: its index in `expansions`.
struct Code {
  std::shared_ptr<const Program> program;
  std::string name;  // "f", "#5", "top-level scope": for call traces
  const Node* definition = nullptr;
  const Node* body = nullptr;

  struct Parameter {
    const Node* node = nullptr;  // kParameter
    int32_t slot = -1;           // -1: destructured or without a name
  };
  std::vector<Parameter> positional, keywords;
  int required = 0;  // positional parameters without a default, the vararg left out
  bool has_vararg = false;
  bool has_keyword_splat = false;
  struct TypeVariable {
    std::string name;
    int32_t slot;
  };
  std::vector<TypeVariable> type_variables;
  int32_t self_slot = -1;  // (m::T)(x): m, or the local function's own name
  int32_t new_slot = -1;   // an inner constructor's `new`

  struct Capture {
    std::string name;
    int32_t outer, slot;
  };
  std::vector<Capture> captures;

  struct Scope {
    std::vector<int32_t> slots;  // fresh at each entry
  };
  std::vector<Scope> scopes;
  std::vector<std::string> slot_names;
  std::vector<bool> boxed;  // by slot: a closure shares it
  std::vector<std::shared_ptr<const Code>> inner;
  // What macros made of their arguments: shared by all code of one statement, since the functions
  // in an expansion outlive the statement.
  std::shared_ptr<std::vector<NodePtr>> expansions;

  int num_slots() const { return static_cast<int>(slot_names.size()); }
};

constexpr int32_t GlobalSlot(int32_t cell) { return -2 - cell; }
constexpr bool IsGlobalSlot(int32_t slot) { return slot <= -2; }
constexpr int32_t CellOf(int32_t slot) { return -2 - slot; }

// What resolving asks of the workspace.
struct GlobalNames {
  // The cell of a global name, made when it is new.
  absl::FunctionRef<int32_t(const std::string&)> cell;
  // Whether the user has given the name a value: the REPL's soft scope then assigns to it.
  absl::FunctionRef<bool(const std::string&)> defined;
  // Numbers the anonymous functions.
  int* anonymous;
};

// Resolves one top-level statement.
std::shared_ptr<const Code> ResolveStatement(std::shared_ptr<const Program> program,
                                             const Node& statement, const GlobalNames& globals);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_SCOPE_H_
