#include "engine/lang/evaluate/scope.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/evaluate/rewrite.h"

namespace fluxgate::lang {
namespace {

struct Names {
  std::vector<std::string> assigned, locals;
  absl::flat_hash_set<std::string> globals;
};

void CollectTarget(const Node& target, Names* names);

// The names that the region of one scope assigns: nested scopes and functions are not entered.
void Collect(const Node& node, Names* names) {
  switch (node.kind) {
    case NodeKind::kAssign:
      if (!node.has(kDotted)) CollectTarget(node.child(0), names);
      Collect(node.child(1), names);
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
        Names declared;
        CollectTarget(*target, &declared);
        for (std::string& name : declared.assigned) {
          if (node.kind == NodeKind::kLocal) {
            names->locals.push_back(std::move(name));
          } else {
            names->globals.insert(std::move(name));
          }
        }
        if (child->kind == NodeKind::kAssign) Collect(child->child(1), names);
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
      Collect(node.child(0), names);
      return;
    default:
      for (const NodePtr& child : node.children) Collect(*child, names);
  }
}

void CollectTarget(const Node& target, Names* names) {
  switch (target.kind) {
    case NodeKind::kIdentifier:
      names->assigned.push_back(target.name);
      return;
    case NodeKind::kTuple:
    case NodeKind::kNamedTuple:
      for (const NodePtr& child : target.children) CollectTarget(*child, names);
      return;
    case NodeKind::kSplat:
    case NodeKind::kTypeAnnotation:
      CollectTarget(target.child(0), names);
      return;
    default:
      Collect(target, names);
  }
}

class Resolver {
 public:
  Resolver(std::shared_ptr<const Program> program, const GlobalNames& globals)
      : program_(std::move(program)), globals_(globals) {}

  std::shared_ptr<const Code> Statement(const Node& statement) {
    auto code = std::make_shared<Code>();
    code->program = program_;
    code->expansions = expansions_;
    code->name = "top-level scope";
    code->definition = code->body = &statement;
    FunctionState top{code.get(), nullptr, nullptr, "", nullptr, {}};
    function_ = &top;
    Resolve(statement);
    return code;
  }

 private:
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

  int32_t NewSlot(FunctionState* function, std::string name) {
    Code* code = function->code;
    code->slot_names.push_back(std::move(name));
    code->boxed.push_back(false);
    return static_cast<int32_t>(code->slot_names.size()) - 1;
  }

  int32_t Declare(Scope* scope, const std::string& name) {
    if (auto it = scope->variables.find(name); it != scope->variables.end()) return it->second;
    const int32_t slot = NewSlot(scope->function, name);
    scope->variables.emplace(name, slot);
    if (scope->index >= 0) scope->function->code->scopes[scope->index].slots.push_back(slot);
    return slot;
  }

  void DeclareTarget(Scope* scope, const Node& target) {
    Names names;
    CollectTarget(target, &names);
    for (const std::string& name : names.assigned) Declare(scope, name);
  }

  // Whether an assignment in `scope` to a name that the scope does not hold goes further out.
  bool HeldOutside(Scope* scope, const std::string& name) {
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

  void DeclareAssigned(Scope* scope, const Node& region) {
    Names names;
    Collect(region, &names);
    for (const std::string& name : names.globals) scope->globals.insert(name);
    for (const std::string& name : names.locals) Declare(scope, name);
    for (const std::string& name : names.assigned) {
      if (scope->globals.contains(name) || scope->variables.contains(name)) continue;
      if (!HeldOutside(scope, name)) Declare(scope, name);
    }
  }

  int32_t Capture(FunctionState* function, Scope* found, const std::string& name) {
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

  int32_t Lookup(const std::string& name) {
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

  int32_t SelfSlot(FunctionState* function) {
    auto& scope = self_scopes_[function];
    if (scope == nullptr) {
      scope = std::make_unique<Scope>(Scope{function, nullptr, -1, false, {}, {}});
      function->code->self_slot = NewSlot(function, function->self_name);
      scope->variables.emplace(function->self_name, function->code->self_slot);
    }
    return function->code->self_slot;
  }

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

  void ResolveChildren(const Node& node, size_t first = 0) {
    for (size_t i = first; i < node.children.size(); ++i) Resolve(node.child(i));
  }

  // Types are evaluated where they are written, with `names` standing for type variables.
  void ResolveType(const Node& node, const std::vector<std::string>& names) {
    for (const std::string& name : names) ++type_names_[name];
    Resolve(node);
    for (const std::string& name : names) --type_names_[name];
  }

  // Declares and resolves a parameter list inside the function's own scope; types were resolved
  // outside.
  void ResolveParameters(Scope* scope, const Node& list) {
    Code* code = function_->code;
    for (const NodePtr& p : list.children) {
      Code::Parameter parameter{p.get(), -1};
      if (p->children.size() > 2) {
        DeclareTarget(scope, p->child(2));
      } else if (!p->name.empty()) {
        parameter.slot = Declare(scope, p->name);
      }
      const bool vararg = p->has(kVararg);
      if (p->has(kKeywordParam)) {
        if (vararg) code->has_keyword_splat = true;
        code->keywords.push_back(parameter);
      } else {
        if (vararg) {
          code->has_vararg = true;
        } else if (p->child(1).kind == NodeKind::kNothing) {
          code->required = static_cast<int>(code->positional.size()) + 1;
        }
        code->positional.push_back(parameter);
      }
    }
    for (const NodePtr& p : list.children) {
      Resolve(p->child(1));
      if (p->children.size() > 2) Resolve(p->child(2));
    }
  }

  void ResolveParameterTypes(const Node& list, const std::vector<std::string>& names) {
    for (const NodePtr& p : list.children) ResolveType(p->child(0), names);
  }

  // `prepare` declares what the body starts with.
  template <typename F>
  void InFunction(const Node& node, std::string name, const Node* body, std::string self_name,
                  F prepare) {
    auto code = std::make_shared<Code>();
    code->program = program_;
    code->expansions = expansions_;
    code->name = std::move(name);
    code->definition = &node;
    code->body = body;
    node.slot = static_cast<int32_t>(function_->code->inner.size());
    function_->code->inner.push_back(code);
    FunctionState state{code.get(), function_, scope_, std::move(self_name), nullptr, {}};
    if (!state.self_name.empty()) state.self_scope = scope_;
    function_ = &state;
    Scope scope{&state, scope_, -1, false, {}, {}};
    scope_ = &scope;
    prepare(&scope);
    if (body != nullptr) {
      DeclareAssigned(&scope, *body);
      Resolve(*body);
    }
    scope_ = scope.parent;
    function_ = state.parent;
    self_scopes_.erase(&state);
  }

  void ResolveFunction(const Node& node) {
    const Node& signature = node.child(0);
    const Node& self = signature.child(0);
    const std::vector<std::string>& where = signature.names;
    if (signature.extra != nullptr) ResolveType(*signature.extra, where);
    if (self.kind != NodeKind::kNothing) ResolveType(self.child(0), where);
    if (signature.child(1).kind != NodeKind::kNothing) {
      ResolveParameterTypes(signature.child(1), where);
    }
    ResolveType(signature.child(3), where);
    const bool plain = self.kind == NodeKind::kNothing && !signature.name.empty() &&
                       !absl::StrContains(signature.name, '.');
    // What the name refers to here: a local variable, or a global cell.
    signature.slot = plain ? Lookup(signature.name) : -1;
    const std::string own = signature.slot >= 0 ? signature.name : "";
    const Node* body = node.children.size() > 1 ? &node.child(1) : nullptr;
    std::string name = signature.name;
    if (name.empty() && self.kind != NodeKind::kNothing) name = self.name;
    InFunction(node, std::move(name), body, own, [&](Scope* scope) {
      for (const std::string& variable : where) {
        function_->code->type_variables.push_back({variable, Declare(scope, variable)});
      }
      if (self.kind != NodeKind::kNothing && !self.name.empty()) {
        function_->code->self_slot = Declare(scope, self.name);
      }
      if (in_struct_) function_->code->new_slot = Declare(scope, "new");
      if (signature.child(1).kind != NodeKind::kNothing) {
        ResolveParameters(scope, signature.child(1));
      }
      Resolve(signature.child(2));
    });
  }

  void ResolveLambda(const Node& node) {
    ResolveParameterTypes(node.child(0), {});
    InFunction(node, absl::StrCat("#", ++*globals_.anonymous), &node.child(1), "",
               [&](Scope* scope) { ResolveParameters(scope, node.child(0)); });
  }

  // The clauses after the first iterable, then the body; every target is a new variable.
  void ResolveClauses(const Node& node, Scope* scope, const Node& body) {
    for (const NodePtr& child : node.children) {
      if (child->kind == NodeKind::kForClause) DeclareTarget(scope, child->child(0));
    }
    DeclareAssigned(scope, body);
    bool first = true;
    for (const NodePtr& child : node.children) {
      if (child->kind == NodeKind::kForClause) {
        Resolve(child->child(0));
        if (!first) Resolve(child->child(1));
        first = false;
      } else if (child->kind == NodeKind::kFilter) {
        Resolve(child->child(0));
      }
    }
    Resolve(body);
  }

  void ResolveComprehension(const Node& node) {
    if (node.extra != nullptr) Resolve(*node.extra);
    for (const NodePtr& child : node.children) {
      if (child->kind != NodeKind::kForClause) continue;
      Resolve(child->child(1));
      break;
    }
    if (node.name == "generator") {
      InFunction(node, "generator", nullptr, "",
                 [&](Scope* scope) { ResolveGeneratorBody(node, scope); });
      return;
    }
    node.slot = NewScopeIndex();
    InScope(node.slot, false, [&](Scope* scope) { ResolveClauses(node, scope, node.child(0)); });
  }

  void ResolveGeneratorBody(const Node& node, Scope*) {
    const int32_t index = NewScopeIndex();  // 0: a generator has no other scope before it
    InScope(index, false, [&](Scope* scope) { ResolveClauses(node, scope, node.child(0)); });
  }

  void ResolveTry(const Node& node) {
    node.slot = NewScopeIndex();
    for (int i = 0; i < 3; ++i) NewScopeIndex();
    for (int i = 0; i < 4; ++i) {
      const Node& part = node.child(i);
      if (part.kind == NodeKind::kNothing) continue;
      InScope(node.slot + i, true, [&](Scope* scope) {
        if (i == 1 && !node.name.empty()) Declare(scope, node.name);
        DeclareAssigned(scope, part);
        Resolve(part);
      });
    }
  }

  void ResolveStruct(const Node& node) {
    node.slot = GlobalSlot(globals_.cell(node.name));
    if (node.extra != nullptr) ResolveType(*node.extra, node.names);
    const bool outer = std::exchange(in_struct_, true);
    for (const NodePtr& child : node.children) {
      if (child->kind == NodeKind::kParameter) {
        ResolveType(child->child(0), node.names);
        Resolve(child->child(1));
      } else {
        Resolve(*child);
      }
    }
    in_struct_ = outer;
  }

  void ResolveMacro(const Node& node) {
    const bool dots = node.name == "@." || node.name == "@__dot__";
    const bool views = node.name == "@views";
    const bool keywords = IsKeywordDefinition(node);
    if ((dots || views || keywords) && node.children.size() == 1) {
      NodePtr rewritten = dots    ? WithDots(node.child(0))
                          : views ? WithViews(node.child(0))
                                  : WithKeywordConstructor(node.child(0));
      node.slot = static_cast<int32_t>(expansions_->size());
      const Node& expansion = *rewritten;
      expansions_->push_back(std::move(rewritten));
      Resolve(expansion);
      return;
    }
    ResolveChildren(node);
  }

  void Resolve(const Node& node) {
    switch (node.kind) {
      case NodeKind::kIdentifier: {
        const auto it = type_names_.find(node.name);
        if (it == type_names_.end() || it->second == 0) node.slot = Lookup(node.name);
        return;
      }
      case NodeKind::kLiteral:
      case NodeKind::kSymbolQuote:
      case NodeKind::kUsing:
      case NodeKind::kNothing:
        return;
      case NodeKind::kFunction:
        ResolveFunction(node);
        return;
      case NodeKind::kLambda:
        ResolveLambda(node);
        return;
      case NodeKind::kFor: {
        const Node& body = *node.children.back();
        Resolve(node.child(0).child(1));
        node.slot = NewScopeIndex();
        InScope(node.slot, true, [&](Scope* scope) { ResolveClauses(node, scope, body); });
        return;
      }
      case NodeKind::kWhile:
        Resolve(node.child(0));
        node.slot = NewScopeIndex();
        InScope(node.slot, true, [&](Scope* scope) {
          DeclareAssigned(scope, node.child(1));
          Resolve(node.child(1));
        });
        return;
      case NodeKind::kLet:
        node.slot = NewScopeIndex();
        InScope(node.slot, false, [&](Scope* scope) {
          for (size_t i = 0; i + 1 < node.children.size(); ++i) {
            const Node& binding = node.child(i);
            if (binding.kind == NodeKind::kAssign) Resolve(binding.child(1));
            DeclareTarget(scope, binding.kind == NodeKind::kAssign ? binding.child(0) : binding);
            Resolve(binding.kind == NodeKind::kAssign ? binding.child(0) : binding);
          }
          DeclareAssigned(scope, *node.children.back());
          Resolve(*node.children.back());
        });
        return;
      case NodeKind::kTry:
        ResolveTry(node);
        return;
      case NodeKind::kComprehension:
        ResolveComprehension(node);
        return;
      case NodeKind::kStruct:
        ResolveStruct(node);
        return;
      case NodeKind::kAbstractType:
        node.slot = GlobalSlot(globals_.cell(node.name));
        if (node.extra != nullptr) ResolveType(*node.extra, node.names);
        return;
      case NodeKind::kWhere:
        if (node.extra != nullptr) ResolveType(*node.extra, node.names);
        ResolveType(node.child(0), node.names);
        return;
      case NodeKind::kMacroCall:
        ResolveMacro(node);
        return;
      default:
        ResolveChildren(node);
    }
  }

  std::shared_ptr<const Program> program_;
  const std::shared_ptr<std::vector<NodePtr>> expansions_ =
      std::make_shared<std::vector<NodePtr>>();
  const GlobalNames& globals_;
  FunctionState* function_ = nullptr;
  Scope* scope_ = nullptr;
  absl::flat_hash_map<std::string, int> type_names_;
  absl::flat_hash_map<FunctionState*, std::unique_ptr<Scope>> self_scopes_;
  bool in_struct_ = false;
};

}  // namespace

std::shared_ptr<const Code> ResolveStatement(std::shared_ptr<const Program> program,
                                             const Node& statement, const GlobalNames& globals) {
  return Resolver(std::move(program), globals).Statement(statement);
}

}  // namespace fluxgate::lang
