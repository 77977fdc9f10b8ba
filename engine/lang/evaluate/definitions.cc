#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/evaluate/rewrite.h"
#include "engine/lang/operations/support.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/struct.h"

namespace fluxgate::lang {

absl::StatusOr<Method> Machine::MakeMethod(const std::shared_ptr<const Code>& code,
                                           const Node& parameters, const TypeBindings& variables,
                                           Frame& frame) {
  Method method;
  method.code = code;
  for (const Code::Capture& capture : code->captures) {
    method.captured.push_back(BoxOf(frame, capture.outer));
  }
  for (const NodePtr& parameter : parameters.children) {
    if (parameter->has(kKeywordParam)) continue;
    TypePtr type;
    if (parameter->child(0).kind != NodeKind::kNothing) {
      FG_ASSIGN_OR_RETURN(type, EvalType(parameter->child(0), variables, frame));
      if (type->name == "Any") type = nullptr;
    }
    if (parameter->has(kVararg)) {
      method.has_vararg = true;
      method.vararg = std::move(type);
    } else {
      method.types.push_back(std::move(type));
    }
  }
  method.arity = static_cast<int>(method.types.size());
  return method;
}

void Machine::AddMethods(GenericFunction& function, const Method& method) {
  for (int arity = method.code->required; arity < method.arity; ++arity) {
    Method shorter = method;
    shorter.arity = arity;
    const int extra = method.takes_callee ? 1 : 0;
    shorter.types.resize(arity + extra);
    shorter.has_vararg = false;
    shorter.vararg = nullptr;
    function.Add(std::move(shorter));
  }
  function.Add(method);
}

absl::StatusOr<Value> Machine::EvalLambda(const Node& node, Frame& frame) {
  const std::shared_ptr<const Code>& code = frame.code->inner[node.slot];
  FG_ASSIGN_OR_RETURN(const Method method, MakeMethod(code, node.child(0), {}, frame));
  auto function = std::make_shared<GenericFunction>(code->name, true);
  AddMethods(*function, method);
  return Value(std::move(function));
}

absl::StatusOr<Value> Machine::EvalFunction(const Node& node, Frame& frame) {
  const Node& signature = node.child(0);
  const std::shared_ptr<const Code>& code = frame.code->inner[node.slot];
  FG_ASSIGN_OR_RETURN(const TypeBindings variables,
                      WhereVariables(signature.names, signature.extra.get(), frame));
  const bool declared_only = signature.child(1).kind == NodeKind::kNothing;
  Method method;
  if (!declared_only) {
    FG_ASSIGN_OR_RETURN(method, MakeMethod(code, signature.child(1), variables, frame));
  }
  if (signature.child(0).kind != NodeKind::kNothing ||
      signature.child(3).kind != NodeKind::kNothing) {
    return DefineCallable(node, method, variables, frame);
  }
  if (absl::StrContains(signature.name, '.') && signature.name != "..") {
    return DefineMember(node, method, frame);
  }
  const std::string& name = signature.name;
  const bool global = IsGlobalSlot(signature.slot);
  Value current;
  if (global) {
    const Environment::Cell& cell = environment_.cell(CellOf(signature.slot));
    const bool extends =
        cell.has_builtin && !cell.defined && (!IsWord(name) || imported_.contains(name));
    if (extends && !declared_only) return DefineMember(node, method, frame);
    if (cell.defined) {
      current = cell.value;
    } else if (cell.has_builtin && cell.builtin.is(Kind::kType)) {
      current = cell.builtin;  // a constructor of a layer or of a built-in type
    }
  } else {
    current = frame.slots[signature.slot];
    if (const Box* box = current.AsClass<Box>()) current = box->value;
    if (IsUndefined(current)) current = Value();
  }
  if (const auto type = current.Share<Type>()) {
    if (type->struct_type == nullptr) return DefineMember(node, method, frame);
    auto& table = constructors_[type->struct_type.get()];
    if (table == nullptr) table = std::make_shared<GenericFunction>(name, false);
    if (!declared_only) AddMethods(*table, method);
    return current;
  }
  std::shared_ptr<GenericFunction> function = current.ShareClass<GenericFunction>();
  if (function == nullptr || function->anonymous() || function->Name() != name) {
    function = std::make_shared<GenericFunction>(name, false);
    const Value made(function);
    if (global) {
      environment_.Define(CellOf(signature.slot), made);
    } else {
      SetSlot(frame, signature.slot, made);
    }
  }
  if (!declared_only) AddMethods(*function, method);
  return Value(std::move(function));
}

absl::StatusOr<Value> Machine::DefineMember(const Node& node, const Method& method, Frame& frame) {
  const Node& signature = node.child(0);
  std::string name = signature.name;
  const size_t dot = name.rfind('.', name.size() - 2);
  if (dot != std::string::npos && dot > 0) {
    const std::string module = name.substr(0, dot);
    name = name.substr(dot + 1);
    if (module == "Main") {
      auto function = std::make_shared<GenericFunction>(name, false);
      const int32_t cell = environment_.CellFor(name);
      if (environment_.cell(cell).defined) {
        if (auto known = environment_.cell(cell).value.ShareClass<GenericFunction>()) {
          function = known;
        }
      }
      AddMethods(*function, method);
      environment_.Define(cell, Value(function));
      return Value(function);
    }
    const std::string package = module.substr(0, module.find('.'));
    if (!IsPackage(package)) return UndefinedVariable(package);
  }
  auto& function = extensions_[name];
  if (function == nullptr) function = std::make_shared<GenericFunction>(name, false);
  AddMethods(*function, method);
  return Value(function);
}

absl::StatusOr<Value> Machine::DefineCallable(const Node& node, const Method& method,
                                              const TypeBindings& variables, Frame& frame) {
  const Node& signature = node.child(0);
  const bool constructor = signature.child(3).kind != NodeKind::kNothing;
  Method callable = method;
  callable.takes_callee = true;
  std::string key;
  TypePtr callee;
  if (constructor) {
    FG_ASSIGN_OR_RETURN(const TypePtr made, EvalType(signature.child(3), variables, frame));
    key = absl::StrCat("Type:", made->name);
    callee = MakeType("Type", {made});
    callable.constructs = made->struct_type;
  } else {
    FG_ASSIGN_OR_RETURN(callee, EvalType(signature.child(0).child(0), variables, frame));
    key = callee->name;
  }
  callable.types.insert(callable.types.begin(), callee);
  auto& function = callables_[key];
  if (function == nullptr) {
    function =
        std::make_shared<GenericFunction>(constructor ? key.substr(5) : callee->ToString(), false);
  }
  AddMethods(*function, callable);
  return Value();
}

absl::StatusOr<Value> Machine::EvalAbstractType(const Node& node, Frame& frame) {
  auto type = std::make_shared<Type>(node.name, std::vector<Type::Parameter>{});
  type->abstract = true;
  if (node.extra != nullptr && node.extra->child(0).kind != NodeKind::kNothing) {
    FG_ASSIGN_OR_RETURN(const TypePtr super, EvalType(node.extra->child(0), {}, frame));
    if (super->name != "Any") type->ancestors.push_back(super->name);
    type->ancestors.insert(type->ancestors.end(), super->ancestors.begin(), super->ancestors.end());
  }
  environment_.Define(CellOf(node.slot), Value(std::move(type)));
  transcript_.NoteType(node.name, {frame.code->program->source, node.span});
  return Value();
}

namespace {

bool SameDefinition(const StructType& a, const StructType& b) {
  if (a.is_mutable != b.is_mutable || a.parameters != b.parameters || a.ancestors != b.ancestors ||
      a.supertype != b.supertype || a.fields.size() != b.fields.size()) {
    return false;
  }
  for (size_t i = 0; i < a.fields.size(); ++i) {
    if (a.fields[i].name != b.fields[i].name) return false;
    const Type *x = a.fields[i].type.As<Type>(), *y = b.fields[i].type.As<Type>();
    if ((x == nullptr) != (y == nullptr) || (x != nullptr && !SameType(*x, *y))) return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<Value> Machine::EvalStruct(const Node& node, Frame& frame) {
  auto type = std::make_shared<StructType>();
  type->name = node.name;
  type->parameters = node.names;
  type->is_mutable = node.has(kMutable);
  TypeBindings variables;
  for (size_t i = 0; i < node.names.size(); ++i) {
    TypePtr upper;
    if (node.extra != nullptr && i + 1 < node.extra->children.size() &&
        node.extra->child(i + 1).kind != NodeKind::kNothing) {
      FG_ASSIGN_OR_RETURN(upper, EvalType(node.extra->child(i + 1), variables, frame));
    }
    variables.emplace_back(node.names[i], TypeVariable(node.names[i], std::move(upper)));
  }
  if (node.extra != nullptr && !node.extra->children.empty() &&
      node.extra->child(0).kind != NodeKind::kNothing) {
    FG_ASSIGN_OR_RETURN(const TypePtr super, EvalType(node.extra->child(0), variables, frame));
    if (super->name != "Any") {
      type->supertype = super->name;
      if (super->abstract) {
        type->ancestors.push_back(super->name);
        type->ancestors.insert(type->ancestors.end(), super->ancestors.begin(),
                               super->ancestors.end());
      }
    }
  }
  // Fields may name the type that is being defined.
  variables.emplace_back(node.name, MakeType(node.name, {}));
  bool inner_constructor = false;
  for (const NodePtr& child : node.children) {
    if (child->kind != NodeKind::kParameter) {
      inner_constructor = inner_constructor || child->kind == NodeKind::kFunction;
      continue;
    }
    Value declared;
    if (child->child(0).kind != NodeKind::kNothing) {
      FG_ASSIGN_OR_RETURN(const TypePtr field, EvalType(child->child(0), variables, frame));
      if (field->name != "Any") declared = TypeValue(field);
    }
    type->fields.push_back({child->name, std::move(declared)});
  }
  std::shared_ptr<const StructType> made = type;
  const Environment::Cell& cell = environment_.cell(CellOf(node.slot));
  const auto old = cell.defined ? cell.value.Share<Type>() : nullptr;
  if (old != nullptr && old->struct_type != nullptr && !old->struct_type->builtin &&
      SameDefinition(*old->struct_type, *type)) {
    made = old->struct_type;  // defining it again changes nothing
  } else {
    callables_.erase(node.name);
    callables_.erase(absl::StrCat("Type:", node.name));
    if (old != nullptr && old->struct_type != nullptr) constructors_.erase(old->struct_type.get());
    environment_.Define(CellOf(node.slot), TypeValue(StructTypeOf(made, {})));
    struct_types_.push_back(made);
  }
  transcript_.NoteType(node.name, {frame.code->program->source, node.span});
  if (!inner_constructor) {
    default_constructor_[made.get()] = true;
    return Value();
  }
  for (const NodePtr& child : node.children) {
    if (child->kind != NodeKind::kFunction) continue;
    const Node& signature = child->child(0);
    FG_ASSIGN_OR_RETURN(const TypeBindings where,
                        WhereVariables(signature.names, signature.extra.get(), frame));
    FG_ASSIGN_OR_RETURN(Method method, MakeMethod(frame.code->inner[child->slot],
                                                  signature.child(1), where, frame));
    method.constructs = made;
    if (signature.child(3).kind != NodeKind::kNothing) {
      FG_RETURN_IF_ERROR(DefineCallable(*child, method, where, frame).status());
      continue;
    }
    auto& table = constructors_[made.get()];
    if (table == nullptr) table = std::make_shared<GenericFunction>(node.name, false);
    AddMethods(*table, method);
  }
  return Value();
}

absl::StatusOr<Value> Machine::EvalUsing(const Node& node, Frame& frame) {
  for (const std::string& path : node.names) {
    // "Flux", "Flux.Losses", "Flux: train!", "A as B", "A: b as c".
    std::string module = path, member, alias;
    if (const size_t as = module.find(" as "); as != std::string::npos) {
      alias = module.substr(as + 4);
      module.resize(as);
    }
    if (const size_t colon = module.find(": "); colon != std::string::npos && colon > 0) {
      member = module.substr(colon + 2);
      module.resize(colon);
    }
    std::string package = module.substr(0, module.find('.'));
    if (module.empty() || module[0] == '.') {
      return JuliaError("ArgumentError", "there are no modules of your own here");
    }
    if (!IsPackage(package) && package != "Main" && package != "Core" && package != "Test") {
      return JuliaError("ArgumentError", absl::StrCat("Package ", package,
                                                      " not found: the packages that exist are ",
                                                      absl::StrJoin(Packages(), ", ")));
    }
    // `import Base.show` names a function.
    const size_t last_dot = module.rfind('.');
    if (member.empty() && last_dot != std::string::npos) {
      const std::string last = module.substr(last_dot + 1);
      const Value* part = FindMember(module.substr(0, last_dot), last);
      if (part == nullptr) return UndefinedVariable(last);
      if (!part->is(Kind::kModule)) member = last;
    }
    if (member.empty()) {
      if (!alias.empty()) {
        Environment::Cell& cell = environment_.cell(environment_.CellFor(alias));
        cell.builtin = Value(std::make_shared<Module>(module));
        cell.has_builtin = true;
      } else if (module == "Flux.Losses") {
        for (const std::string& name : UnexportedNames()) Expose(name, name);
      }
      continue;
    }
    // Macros are at hand without being taken from a package.
    if (member[0] == '@') continue;
    if (FindMember(module, member) == nullptr) return UndefinedVariable(member);
    Expose(member, alias.empty() ? member : alias);
    imported_.insert(alias.empty() ? member : alias);
  }
  transcript_.NoteUsing({frame.code->program->source, node.span});
  return Value();
}

void Machine::Expose(const std::string& member, const std::string& name) {
  Environment::Cell& cell = environment_.cell(environment_.CellFor(name));
  if (cell.has_builtin) return;
  cell.builtin = *FindMember("", member);
  cell.has_builtin = true;
}

}  // namespace fluxgate::lang
