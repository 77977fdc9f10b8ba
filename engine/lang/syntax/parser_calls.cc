#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {

// Inside the parentheses of a call, `x = 1` is a keyword argument. A typed one, `x::T = 1`, stands
// in signatures.
Parser::Result Parser::AsArgument(NodePtr node) const {
  if (node->kind != NodeKind::kAssign || node->name != "=" || node->has(kParenthesised)) {
    return node;
  }
  NodePtr keyword = New(NodeKind::kKeyword, node->span.begin);
  keyword->span = node->span;
  Node* target = node->children[0].get();
  if (target->kind == NodeKind::kIdentifier) {
    keyword->name = target->name;
  } else if (target->kind == NodeKind::kTypeAnnotation &&
             target->child(0).kind == NodeKind::kIdentifier) {
    keyword->name = target->child(0).name;
    keyword->extra = std::move(target->children[1]);
  } else {
    return node;  // f((a, b) = (1, 2)) = …: MakeParameter takes it, nothing else does.
  }
  keyword->children.push_back(std::move(node->children[1]));
  return Finish(std::move(keyword));
}

absl::StatusOr<NodePtr> Parser::ParseKeywordSection() {
  NodePtr section = New(NodeKind::kParameters, Peek().begin);
  while (!Peek().Is(")")) {
    FG_ASSIGN_OR_RETURN(NodePtr item, ParseAssignment(/*comma=*/false));
    FG_ASSIGN_OR_RETURN(item, AsArgument(std::move(item)));
    switch (item->kind) {
      case NodeKind::kKeyword:
      case NodeKind::kIdentifier:
      case NodeKind::kField:
      case NodeKind::kSplat:
      case NodeKind::kTypeAnnotation:
        break;
      default:
        return ErrorAt(*item, "expected a keyword argument behind `;`");
    }
    section->children.push_back(std::move(item));
    if (!Peek().Is(",")) break;
    Next();
  }
  return Finish(std::move(section));
}

// Behind the opening parenthesis; reads the closing one.
absl::Status Parser::ParseArguments(Node* call) {
  const Token& opening = Last();
  const Scope scope(this, ParenContext());
  NodePtr keywords;
  while (!Peek().Is(")")) {
    if (Peek().Is(";")) {
      Next();
      FG_ASSIGN_OR_RETURN(keywords, ParseKeywordSection());
      break;
    }
    FG_ASSIGN_OR_RETURN(NodePtr argument, ParseAssignment(/*comma=*/false));
    if (Peek().IsKeyword("for")) {
      FG_ASSIGN_OR_RETURN(argument, ParseComprehension(std::move(argument), "generator"));
    } else {
      FG_ASSIGN_OR_RETURN(argument, AsArgument(std::move(argument)));
    }
    call->children.push_back(std::move(argument));
    if (Peek().Is(",")) {
      Next();
    } else if (!Peek().Is(";")) {
      break;
    }
  }
  FG_RETURN_IF_ERROR(Expect(")", opening));
  if (keywords != nullptr && !keywords->children.empty()) {
    call->children.push_back(std::move(keywords));
  }
  return absl::OkStatus();
}

Parser::Result Parser::ParseCall(NodePtr callee, NodeKind kind) {
  Next();
  NodePtr call = NewWith(kind, callee->span.begin, "", std::move(callee));
  FG_RETURN_IF_ERROR(ParseArguments(call.get()));
  FG_ASSIGN_OR_RETURN(call, Finish(std::move(call)));
  if (Peek().IsKeyword("do") && !AtNewline()) {
    return ParseDoBlock(std::move(call));
  }
  return call;
}

Parser::Result Parser::ParseDoBlock(NodePtr call) {
  const Token& opening = Next();
  const Scope scope(this, BlockContext());
  std::vector<NodePtr> arguments;
  while (!Peek().newline_before && !Peek().Is(";") && !AtBlockEnd()) {
    FG_ASSIGN_OR_RETURN(NodePtr argument, ParsePair());
    arguments.push_back(std::move(argument));
    if (!Peek().Is(",")) break;
    Next();
  }
  FG_ASSIGN_OR_RETURN(NodePtr parameters, MakeParameterList(std::move(arguments)));
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  FG_ASSIGN_OR_RETURN(NodePtr lambda, Finish(NewWith(NodeKind::kLambda, opening.begin, "",
                                                     std::move(parameters), std::move(body))));
  call->children.insert(call->children.begin() + 1, std::move(lambda));
  return Finish(std::move(call));
}

// object.name, f.(x), Base.:+, Flux.@functor T.
Parser::Result Parser::ParseField(NodePtr object) {
  Next();
  const int32_t begin = object->span.begin;
  const Token& t = Peek();
  if (t.Is("(") && !t.space_before) return ParseCall(std::move(object), NodeKind::kDotCall);
  if (t.kind == TokenKind::kIdentifier || t.kind == TokenKind::kKeyword) {
    Next();
    return Finish(NewWith(NodeKind::kField, begin, std::string(t.text), std::move(object)));
  }
  if (t.Is(":") && !Peek(1).space_before && Peek(1).kind != TokenKind::kEnd) {
    FG_ASSIGN_OR_RETURN(NodePtr symbol, ParseSymbol());
    if (symbol->kind != NodeKind::kSymbolQuote) return Unexpected(t);
    return Finish(NewWith(NodeKind::kField, begin, symbol->name, std::move(object)));
  }
  if (t.kind == TokenKind::kStringBegin) {
    FG_ASSIGN_OR_RETURN(NodePtr name, ParseString());
    if (name->kind != NodeKind::kLiteral) return Unexpected(t);
    return Finish(NewWith(NodeKind::kField, begin, name->value.text(), std::move(object)));
  }
  if (t.Is("@")) {
    std::string path;
    const Node* node = object.get();
    for (; node->kind == NodeKind::kField; node = node->children[0].get()) {
      path = absl::StrCat(node->name, ".", path);
    }
    if (node->kind != NodeKind::kIdentifier) return Unexpected(t);
    return ParseMacroCall(absl::StrCat(node->name, ".", path), begin);
  }
  return ErrorAt(t, absl::StrCat("expected a name behind `.`, found ", Describe(t)));
}

}  // namespace fluxgate::lang
