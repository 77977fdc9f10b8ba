#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/nn/function.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

absl::StatusOr<TypePtr> Apply(const TypePtr& base, std::vector<Type::Parameter> given) {
  if (base->name == "Union" && base->parameters.empty()) {
    std::vector<TypePtr> types;
    for (Type::Parameter& p : given) {
      if (p.type == nullptr) return JuliaError("TypeError", "Union takes types");
      types.push_back(std::move(p.type));
    }
    return UnionOf(std::move(types));
  }
  if (base->name == "Tuple") {
    std::vector<TypePtr> types;
    for (Type::Parameter& p : given) {
      if (p.type == nullptr) return JuliaError("TypeError", "Tuple takes types");
      // Tuple{Vararg{T}} stands for every tuple.
      if (p.type->name == "Vararg") return BuiltinType("Tuple");
      types.push_back(std::move(p.type));
    }
    return MakeType("Tuple", std::move(types));
  }
  if (base->name == "NTuple") {
    if (given.size() != 2 || given[0].integer < 0 || given[1].type == nullptr) {
      return BuiltinType("Tuple");
    }
    return MakeType("Tuple", std::vector<TypePtr>(given[0].integer, given[1].type));
  }
  std::vector<Type::Parameter> parameters = base->parameters;
  size_t next = 0;
  for (Type::Parameter& p : parameters) {
    if (p.free() && next < given.size()) p = given[next++];
  }
  const size_t limit = base->struct_type != nullptr ? base->struct_type->parameters.size() : 4;
  while (next < given.size()) parameters.push_back(given[next++]);
  if (parameters.size() > std::max(limit, base->parameters.size())) {
    return JuliaError("TypeError", absl::StrCat("too many parameters for type ", base->ToString()));
  }
  auto made = std::make_shared<Type>(base->name, std::move(parameters));
  made->struct_type = base->struct_type;
  made->abstract = base->abstract;
  made->ancestors = base->ancestors;
  return TypePtr(made);
}

// NamedTuple{(:a, :b)}
absl::StatusOr<TypePtr> NamesType(const Tuple& names) {
  auto type = std::make_shared<Type>("NamedTuple", std::vector<Type::Parameter>{});
  for (const Value& name : names.elements) {
    if (!name.is(Kind::kSymbol))
      return JuliaError("TypeError", "NamedTuple takes symbols as names");
    type->fields.push_back(name.text());
  }
  return TypePtr(type);
}

}  // namespace

absl::StatusOr<TypePtr> Machine::EvalType(const Node& node, const TypeBindings& variables,
                                          Frame& frame) {
  switch (node.kind) {
    case NodeKind::kNothing:
      return AnyType();
    case NodeKind::kIdentifier:
      for (const auto& [name, type] : variables) {
        if (name == node.name) return type;
      }
      break;
    case NodeKind::kUnary:
      if (node.name == "<:" || node.name == ">:") {
        FG_ASSIGN_OR_RETURN(TypePtr upper, EvalType(node.child(0), variables, frame));
        return TypeVariable("", node.name == "<:" ? std::move(upper) : nullptr);
      }
      break;
    case NodeKind::kTypeApply: {
      FG_ASSIGN_OR_RETURN(const TypePtr base, EvalType(node.child(0), variables, frame));
      if (base->name == "NamedTuple" && node.children.size() == 2 && base->fields.empty()) {
        FG_ASSIGN_OR_RETURN(const Value names, Eval(node.child(1), frame));
        if (const Tuple* tuple = names.As<Tuple>()) return NamesType(*tuple);
      }
      std::vector<Type::Parameter> given;
      for (size_t i = 1; i < node.children.size(); ++i) {
        const Node& child = node.child(i);
        if (child.kind == NodeKind::kLiteral && child.value.is_int()) {
          given.push_back({nullptr, child.value.scalar().AsInt64()});
          continue;
        }
        if (child.kind == NodeKind::kIdentifier) {
          // A parameter may be a number that a variable holds: Array{T, N}.
          bool is_variable = false;
          for (const auto& [name, type] : variables) is_variable |= name == child.name;
          if (!is_variable) {
            FG_ASSIGN_OR_RETURN(const Value value, Eval(child, frame));
            if (value.is_int()) {
              given.push_back({nullptr, value.scalar().AsInt64()});
              continue;
            }
          }
        }
        FG_ASSIGN_OR_RETURN(TypePtr type, EvalType(child, variables, frame));
        given.push_back({std::move(type), -1});
      }
      absl::StatusOr<TypePtr> applied = Apply(base, std::move(given));
      if (!applied.ok()) return Locate(applied.status(), node, frame);
      return applied;
    }
    case NodeKind::kWhere: {
      FG_ASSIGN_OR_RETURN(TypeBindings inner, WhereVariables(node.names, node.extra.get(), frame));
      inner.insert(inner.end(), variables.begin(), variables.end());
      return EvalType(node.child(0), inner, frame);
    }
    default:
      break;
  }
  FG_ASSIGN_OR_RETURN(const Value value, Eval(node, frame));
  if (const auto type = value.Share<Type>()) return TypePtr(type);
  if (value.is_nothing()) return BuiltinType("Nothing");
  // The name of a rule, such as Adam, is its constructor and stands for its type.
  if (const nn::Function* row = nn::FunctionOf(value)) return MakeType(std::string(row->name), {});
  return Locate(JuliaError("TypeError", absl::StrCat("expected Type, got a value of type ",
                                                     TypeOf(value)->ToString())),
                node, frame);
}

absl::StatusOr<TypeBindings> Machine::WhereVariables(const std::vector<std::string>& names,
                                                     const Node* bounds, Frame& frame) {
  TypeBindings variables;
  for (size_t i = 0; i < names.size(); ++i) {
    TypePtr upper;
    if (bounds != nullptr && i < bounds->children.size() &&
        bounds->child(i).kind != NodeKind::kNothing) {
      FG_ASSIGN_OR_RETURN(upper, EvalType(bounds->child(i), variables, frame));
    }
    variables.emplace_back(names[i], TypeVariable(names[i], std::move(upper)));
  }
  return variables;
}

absl::StatusOr<Value> Machine::EvalTypeApply(const Node& node, Frame& frame) {
  if (node.child(0).kind == NodeKind::kIdentifier) {
    FG_ASSIGN_OR_RETURN(const Value base, Eval(node.child(0), frame));
    if (const auto* make = base.AsClass<NewFunction>()) {
      std::vector<TypePtr> parameters;
      for (size_t i = 1; i < node.children.size(); ++i) {
        FG_ASSIGN_OR_RETURN(TypePtr type, EvalType(node.child(i), {}, frame));
        parameters.push_back(std::move(type));
      }
      return Value(std::make_shared<NewFunction>(make->type, std::move(parameters)));
    }
  }
  FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(node, {}, frame));
  return TypeValue(type);
}

absl::StatusOr<Value> Machine::EvalWhere(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(node, {}, frame));
  return TypeValue(type);
}

absl::StatusOr<Value> Machine::EvalTypeAnnotation(const Node& node, Frame& frame) {
  FG_ASSIGN_OR_RETURN(Value value, Eval(node.child(0), frame));
  FG_ASSIGN_OR_RETURN(const TypePtr type, EvalType(node.child(1), {}, frame));
  if (IsA(value, *type)) return value;
  return JuliaError("TypeError", absl::StrCat("in typeassert, expected ", type->ToString(),
                                              ", got a value of type ", TypeOf(value)->ToString()));
}

}  // namespace fluxgate::lang
