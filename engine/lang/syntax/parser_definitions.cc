#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {

// True when `node`, left of `=`, must be the signature of a short function definition.
bool Parser::IsSignature(const Node& node) {
  auto is_name = [](const Node& n) {
    return n.kind == NodeKind::kIdentifier || n.kind == NodeKind::kTypeAnnotation;
  };
  switch (node.kind) {
    case NodeKind::kCall:
      return true;
    case NodeKind::kWhere:
      return IsSignature(node.child(0));
    case NodeKind::kTypeAnnotation:  // f(x)::T
      return !node.has(kParenthesised) && node.child(0).kind == NodeKind::kCall;
    case NodeKind::kUnary:  // -(x::T)
      return node.child(0).has(kParenthesised) && is_name(node.child(0));
    case NodeKind::kBinary:  // a::T + b::T
      return is_name(node.child(0)) && is_name(node.child(1)) && !node.has(kParenthesised);
    case NodeKind::kComparison:
      return node.children.size() == 2 && is_name(node.child(0)) && is_name(node.child(1)) &&
             !node.has(kParenthesised);
    default:
      return false;
  }
}

// A short definition's left side, or what follows `function`, as a signature.
Parser::Result Parser::MakeSignature(NodePtr expression) const {
  NodePtr signature = New(NodeKind::kSignature, expression->span.begin);
  signature->span = expression->span;
  auto nothing = [&] { return New(NodeKind::kNothing, expression->span.begin); };
  NodePtr self = nothing(), return_type = nothing(), type_arguments = nothing();
  std::vector<NodePtr> arguments;
  bool bare = false;  // function f end

  while (expression->kind == NodeKind::kWhere) {
    FG_RETURN_IF_ERROR(AddWhereParameters(*expression, signature.get()));
    if (expression->extra != nullptr) {
      for (NodePtr& bound : expression->extra->children) {
        signature->extra->children.push_back(std::move(bound));
      }
    }
    NodePtr inner = std::move(expression->children[0]);
    expression = std::move(inner);
  }
  if (expression->kind == NodeKind::kTypeAnnotation && !expression->has(kParenthesised)) {
    return_type = std::move(expression->children[1]);
    NodePtr inner = std::move(expression->children[0]);
    expression = std::move(inner);
  }
  switch (expression->kind) {
    case NodeKind::kIdentifier:
      signature->name = expression->name;
      bare = true;
      break;
    case NodeKind::kUnary:
    case NodeKind::kBinary:
      signature->name = expression->name;
      arguments = std::move(expression->children);
      break;
    case NodeKind::kComparison:
      signature->name = expression->names[0];
      arguments = std::move(expression->children);
      break;
    case NodeKind::kCall: {
      NodePtr callee = std::move(expression->children[0]);
      for (size_t i = 1; i < expression->children.size(); ++i) {
        arguments.push_back(std::move(expression->children[i]));
      }
      if (callee->kind == NodeKind::kTypeAnnotation) {
        const Node& name = callee->child(0);
        if (name.kind != NodeKind::kIdentifier && name.kind != NodeKind::kNothing) {
          return ErrorAt(name, "expected a name");
        }
        self = NewWith(NodeKind::kCallableSelf, callee->span.begin, name.name,
                       std::move(callee->children[1]));
        self->span = callee->span;
        FG_RETURN_IF_ERROR(CheckHeight(self.get()));
        break;
      }
      if (callee->kind == NodeKind::kTypeApply) {
        signature->name = callee->child(0).name;
        type_arguments = std::move(callee);
        break;
      }
      const Node* name = callee.get();
      for (; name->kind == NodeKind::kField; name = name->children[0].get()) {
        signature->name =
            signature->name.empty() ? name->name : absl::StrCat(name->name, ".", signature->name);
      }
      if (name->kind != NodeKind::kIdentifier) {
        return ErrorAt(*callee, "this cannot be the name of a function");
      }
      signature->name =
          signature->name.empty() ? name->name : absl::StrCat(name->name, ".", signature->name);
      break;
    }
    default:
      return ErrorAt(*expression, "expected the signature of a function: `name(arguments)`");
  }
  NodePtr parameters = nothing();
  if (!bare) {
    FG_ASSIGN_OR_RETURN(parameters, MakeParameterList(std::move(arguments)));
    parameters->span = signature->span;
  }
  for (NodePtr* part : {&self, &parameters, &return_type, &type_arguments}) {
    signature->children.push_back(std::move(*part));
  }
  FG_RETURN_IF_ERROR(CheckHeight(signature.get()));
  return signature;
}

Parser::Result Parser::MakeParameterList(std::vector<NodePtr> arguments) const {
  NodePtr list = New(NodeKind::kParameterList, Last().begin);
  bool optional = false, vararg = false;
  for (NodePtr& argument : arguments) {
    if (argument->kind == NodeKind::kParameters) {
      for (NodePtr& keyword : argument->children) {
        FG_ASSIGN_OR_RETURN(NodePtr parameter, MakeParameter(std::move(keyword)));
        parameter->flags |= kKeywordParam;
        list->children.push_back(std::move(parameter));
      }
      continue;
    }
    FG_ASSIGN_OR_RETURN(NodePtr parameter, MakeParameter(std::move(argument)));
    if (vararg) return ErrorAt(*parameter, "`...` must stand at the last positional argument");
    vararg = parameter->has(kVararg);
    const bool has_default = parameter->child(1).kind != NodeKind::kNothing;
    if (optional && !has_default && !vararg) {
      return ErrorAt(*parameter, "arguments with defaults must stand behind those without");
    }
    optional = optional || has_default;
    list->children.push_back(std::move(parameter));
  }
  FG_RETURN_IF_ERROR(CheckHeight(list.get()));
  return list;
}

Parser::Result Parser::MakeParameter(NodePtr argument) const {
  NodePtr parameter = New(NodeKind::kParameter, argument->span.begin);
  parameter->span = argument->span;
  NodePtr type = New(NodeKind::kNothing, argument->span.begin);
  NodePtr fallback = New(NodeKind::kNothing, argument->span.begin);
  NodePtr target;
  if (argument->kind == NodeKind::kMacroCall && argument->children.size() == 1 &&
      argument->name == "@nospecialize") {
    NodePtr inner = std::move(argument->children[0]);
    argument = std::move(inner);
  }
  if (argument->kind == NodeKind::kSplat) {
    parameter->flags |= kVararg;
    NodePtr inner = std::move(argument->children[0]);
    argument = std::move(inner);
  }
  if (argument->kind == NodeKind::kKeyword) {
    parameter->name = argument->name;
    fallback = std::move(argument->children[0]);
    if (argument->extra != nullptr) type = std::move(argument->extra);
    argument = nullptr;
  } else if (argument->kind == NodeKind::kAssign && argument->name == "=") {
    fallback = std::move(argument->children[1]);
    NodePtr inner = std::move(argument->children[0]);
    argument = std::move(inner);
  }
  if (argument != nullptr && argument->kind == NodeKind::kTypeAnnotation) {
    type = std::move(argument->children[1]);
    NodePtr inner = std::move(argument->children[0]);
    argument = std::move(inner);
  }
  if (argument != nullptr) {
    switch (argument->kind) {
      case NodeKind::kIdentifier:
        parameter->name = argument->name;
        break;
      case NodeKind::kNothing:  // ::T
        break;
      case NodeKind::kTuple:
      case NodeKind::kNamedTuple:
        FG_RETURN_IF_ERROR(CheckTarget(*argument, /*update=*/false));
        target = std::move(argument);
        break;
      default:
        return ErrorAt(*argument, "expected the name of a parameter");
    }
  }
  parameter->children.push_back(std::move(type));
  parameter->children.push_back(std::move(fallback));
  if (target != nullptr) parameter->children.push_back(std::move(target));
  FG_RETURN_IF_ERROR(CheckHeight(parameter.get()));
  return parameter;
}

// Behind its parameters, at the arrow.
Parser::Result Parser::ParseLambda(NodePtr parameters) {
  Next();
  const int32_t begin = parameters->span.begin;
  std::vector<NodePtr> arguments;
  if (parameters->kind == NodeKind::kTuple && parameters->has(kParenthesised)) {
    arguments = std::move(parameters->children);
  } else if (parameters->kind == NodeKind::kNamedTuple) {  // (; k = 1) -> …
    parameters->kind = NodeKind::kParameters;
    arguments.push_back(std::move(parameters));
  } else if (parameters->kind == NodeKind::kBlock && parameters->has(kParenthesised)) {
    // (x; k = 1) -> …
    NodePtr keywords = New(NodeKind::kParameters, begin);
    arguments.push_back(std::move(parameters->children[0]));
    for (size_t i = 1; i < parameters->children.size(); ++i) {
      FG_ASSIGN_OR_RETURN(NodePtr keyword, AsArgument(std::move(parameters->children[i])));
      keywords->children.push_back(std::move(keyword));
    }
    arguments.push_back(std::move(keywords));
  } else {
    arguments.push_back(std::move(parameters));
  }
  FG_ASSIGN_OR_RETURN(NodePtr list, MakeParameterList(std::move(arguments)));
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseAssignment(/*comma=*/false));
  return Finish(NewWith(NodeKind::kLambda, begin, "", std::move(list), std::move(body)));
}

Parser::Result Parser::ParseFunction() {
  const Token& opening = Next();
  const bool parenthesis = Peek().Is("(");
  FG_ASSIGN_OR_RETURN(NodePtr head, ParsePrimary());
  const bool anonymous = parenthesis && (Peek().space_before || !Peek().Is("("));
  if (anonymous) {  // function (x, y) … end
    std::vector<NodePtr> arguments;
    if (head->kind == NodeKind::kTuple) {
      arguments = std::move(head->children);
    } else {
      arguments.push_back(std::move(head));
    }
    FG_ASSIGN_OR_RETURN(NodePtr list, MakeParameterList(std::move(arguments)));
    FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
    FG_RETURN_IF_ERROR(ExpectEnd(opening));
    return Finish(NewWith(NodeKind::kLambda, opening.begin, "", std::move(list), std::move(body)));
  }
  FG_ASSIGN_OR_RETURN(head, ParsePostfixChain(std::move(head)));
  if (!AtNewline() && Peek().Is("::")) {
    Next();
    FG_ASSIGN_OR_RETURN(NodePtr type, ParsePrimary());
    FG_ASSIGN_OR_RETURN(type, ParsePostfixChain(std::move(type)));
    head =
        NewWith(NodeKind::kTypeAnnotation, head->span.begin, "", std::move(head), std::move(type));
  }
  while (!AtNewline() && Peek().IsWord("where")) {
    FG_ASSIGN_OR_RETURN(head, ParseWhere(std::move(head)));
  }
  const bool bare = head->kind == NodeKind::kIdentifier;
  FG_ASSIGN_OR_RETURN(NodePtr signature, MakeSignature(std::move(head)));
  NodePtr function = NewWith(NodeKind::kFunction, opening.begin, "", std::move(signature));
  if (!bare) {
    FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
    function->children.push_back(std::move(body));
  }
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(std::move(function));
}

absl::Status Parser::AddWhereParameters(const Node& where, Node* target) const {
  if (target->extra == nullptr) target->extra = New(NodeKind::kTuple, where.span.begin);
  target->names.insert(target->names.end(), where.names.begin(), where.names.end());
  return absl::OkStatus();
}

// T, T <: B or A <: T <: B: adds the name, and the upper bound to `extra`.
absl::Status Parser::AddTypeParameter(NodePtr parameter, Node* target) const {
  if (target->extra == nullptr) target->extra = New(NodeKind::kTuple, parameter->span.begin);
  NodePtr bound = New(NodeKind::kNothing, parameter->span.begin);
  const Node* name = parameter.get();
  if (parameter->kind == NodeKind::kComparison) {
    const bool both = parameter->children.size() == 3 && parameter->names[0] == "<:" &&
                      parameter->names[1] == "<:";
    const bool upper = parameter->children.size() == 2 && parameter->names[0] == "<:";
    const bool lower = parameter->children.size() == 2 && parameter->names[0] == ">:";
    if (!both && !upper && !lower) return ErrorAt(*parameter, "expected `T` or `T <: Bound`");
    name = parameter->children[both ? 1 : 0].get();
    if (both || upper) bound = std::move(parameter->children.back());
  }
  if (name->kind != NodeKind::kIdentifier) {
    return ErrorAt(*parameter, "expected the name of a type parameter");
  }
  target->names.push_back(name->name);
  target->extra->children.push_back(std::move(bound));
  return CheckHeight(target->extra.get());
}

// Name{T <: Real} <: Super
absl::Status Parser::ParseTypeHeader(Node* definition) {
  definition->extra = New(NodeKind::kTuple, Peek().begin);
  definition->extra->children.push_back(New(NodeKind::kNothing, Peek().begin));
  FG_ASSIGN_OR_RETURN(NodePtr header, ParseBinary(Precedence::kComparison));
  if (header->kind == NodeKind::kComparison && header->names.size() == 1 &&
      header->names[0] == "<:") {
    definition->extra->children[0] = std::move(header->children[1]);
    NodePtr inner = std::move(header->children[0]);
    header = std::move(inner);
  }
  if (header->kind == NodeKind::kTypeApply) {
    for (size_t i = 1; i < header->children.size(); ++i) {
      FG_RETURN_IF_ERROR(AddTypeParameter(std::move(header->children[i]), definition));
    }
    NodePtr inner = std::move(header->children[0]);
    header = std::move(inner);
  }
  if (header->kind != NodeKind::kIdentifier) return ErrorAt(*header, "expected a type's name");
  definition->name = header->name;
  return absl::OkStatus();
}

Parser::Result Parser::MakeField(NodePtr statement) const {
  if (statement->kind == NodeKind::kFunction) return statement;
  if (statement->kind == NodeKind::kConst && statement->children.size() == 1) {
    NodePtr inner = std::move(statement->children[0]);
    statement = std::move(inner);
  }
  const bool with_default = statement->kind == NodeKind::kAssign && statement->name == "=";
  const Node& name = with_default ? statement->child(0) : *statement;
  if (name.kind != NodeKind::kIdentifier &&
      !(name.kind == NodeKind::kTypeAnnotation && name.child(0).kind == NodeKind::kIdentifier)) {
    return ErrorAt(*statement, "expected a field or a constructor");
  }
  return MakeParameter(std::move(statement));
}

Parser::Result Parser::ParseStruct(bool is_mutable, int32_t begin) {
  const Token& opening = Last();
  const Scope scope(this, BlockContext());
  NodePtr node = New(NodeKind::kStruct, begin);
  if (is_mutable) node->flags |= kMutable;
  FG_RETURN_IF_ERROR(ParseTypeHeader(node.get()));
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  for (NodePtr& statement : body->children) {
    if (statement->kind == NodeKind::kLiteral && statement->value.is(Kind::kString)) {
      continue;  // A field's documentation.
    }
    FG_ASSIGN_OR_RETURN(NodePtr field, MakeField(std::move(statement)));
    node->children.push_back(std::move(field));
  }
  return Finish(std::move(node));
}

Parser::Result Parser::ParseAbstractType(int32_t begin) {
  const Token& opening = Last();
  const Scope scope(this, BlockContext());
  NodePtr node = New(NodeKind::kAbstractType, begin);
  FG_RETURN_IF_ERROR(ParseTypeHeader(node.get()));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(std::move(node));
}

}  // namespace fluxgate::lang
