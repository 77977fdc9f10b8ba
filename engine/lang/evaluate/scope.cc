#include "engine/lang/evaluate/scope.h"

#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/lang/evaluate/local_names.h"
#include "engine/lang/evaluate/rewrite.h"

namespace fluxgate::lang {
namespace {

// Walks a statement's tree and writes into its nodes what their names are.
class Resolver : private LocalNames {
 public:
  Resolver(std::shared_ptr<const Program> program, const GlobalNames& globals)
      : LocalNames(globals), program_(std::move(program)) {}

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
    Forget(&state);
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
    NodePtr rewritten;
    switch (RewritingOf(node)) {
      case Rewriting::kNone:
        return ResolveChildren(node);
      case Rewriting::kDots:
        rewritten = WithDots(node.child(0));
        break;
      case Rewriting::kViews:
        rewritten = WithViews(node.child(0));
        break;
      case Rewriting::kKeywordConstructor:
        rewritten = WithKeywordConstructor(node.child(0));
        break;
    }
    node.slot = static_cast<int32_t>(expansions_->size());
    const Node& expansion = *rewritten;
    expansions_->push_back(std::move(rewritten));
    Resolve(expansion);
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
  absl::flat_hash_map<std::string, int> type_names_;
  bool in_struct_ = false;
};

}  // namespace

std::shared_ptr<const Code> ResolveStatement(std::shared_ptr<const Program> program,
                                             const Node& statement, const GlobalNames& globals) {
  return Resolver(std::move(program), globals).Statement(statement);
}

}  // namespace fluxgate::lang
