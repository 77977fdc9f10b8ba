#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {

// x::T, and x -> body.
Parser::Result Parser::ParsePostfix() {
  const int32_t begin = Peek().begin;
  FG_ASSIGN_OR_RETURN(NodePtr node, ParsePrimary());
  FG_ASSIGN_OR_RETURN(node, ParsePostfixChain(std::move(node)));
  while (!AtNewline() && Peek().Is("::") &&
         !(context_.space_sensitive && Peek().space_before && !Peek(1).space_before)) {
    Next();
    FG_ASSIGN_OR_RETURN(NodePtr type, ParsePrimary());
    FG_ASSIGN_OR_RETURN(type, ParsePostfixChain(std::move(type)));
    FG_ASSIGN_OR_RETURN(node, Finish(NewWith(NodeKind::kTypeAnnotation, begin, "", std::move(node),
                                             std::move(type))));
  }
  if (!AtNewline() && Peek().Is("->")) return ParseLambda(std::move(node));
  return node;
}

Parser::Result Parser::ParsePostfixChain(NodePtr node) {
  const int32_t begin = node->span.begin;
  while (true) {
    const Token& t = Peek();
    if (t.space_before) return node;
    const bool number = node->kind == NodeKind::kLiteral && node->value.is_number() &&
                        !node->value.is_bool() && !node->has(kParenthesised);
    if (t.Is("(") && !number) {
      FG_ASSIGN_OR_RETURN(node, ParseCall(std::move(node), NodeKind::kCall));
    } else if (t.Is("[")) {
      FG_ASSIGN_OR_RETURN(node, ParseIndex(std::move(node)));
    } else if (t.Is("{") && !number) {
      FG_ASSIGN_OR_RETURN(node, ParseBraces(std::move(node)));
    } else if (t.Is(".") && !number) {
      FG_ASSIGN_OR_RETURN(node, ParseField(std::move(node)));
    } else if (t.Is("'")) {
      Next();
      FG_ASSIGN_OR_RETURN(node, Finish(NewWith(NodeKind::kUnary, begin, "'", std::move(node))));
    } else if (t.kind == TokenKind::kStringBegin && t.raw && node->kind == NodeKind::kIdentifier) {
      FG_ASSIGN_OR_RETURN(node, ParseStringMacro(std::move(node)));
    } else {
      return node;
    }
  }
}

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

Parser::Result Parser::ParsePrimary() {
  const Token& t = Peek();
  switch (t.kind) {
    case TokenKind::kNumber:
    case TokenKind::kChar: {
      Next();
      NodePtr literal = New(NodeKind::kLiteral, t.begin);
      literal->value = list_.values[static_cast<size_t>(t.value)];
      return literal;
    }
    case TokenKind::kStringBegin:
      return ParseString();
    case TokenKind::kIdentifier: {
      const Token& next = Peek(1);
      if (t.text == "mutable" && next.IsKeyword("struct")) {
        Next();
        Next();
        return ParseStruct(/*is_mutable=*/true, t.begin);
      }
      if (t.text == "abstract" && next.IsWord("type") && !next.newline_before) {
        Next();
        Next();
        return ParseAbstractType(t.begin);
      }
      Next();
      return New(NodeKind::kIdentifier, t.begin, std::string(t.text));
    }
    case TokenKind::kKeyword:
      if (context_.end_is_index && (t.text == "end" || t.text == "begin")) {
        Next();
        return New(t.text == "end" ? NodeKind::kEnd : NodeKind::kBegin, t.begin);
      }
      if (t.text == "true" || t.text == "false") {
        Next();
        NodePtr literal = New(NodeKind::kLiteral, t.begin);
        literal->value = Value::Bool(t.text == "true");
        return literal;
      }
      return ParseKeyword();
    case TokenKind::kPunctuation:
      if (t.text == "(") return ParseParenthesis();
      if (t.text == "[") return ParseBracketLiteral();
      if (t.text == "@") return ParseMacroCall("", t.begin);
      return Unexpected(t);
    case TokenKind::kOperator:
      if (t.Is(":")) return ParseSymbol();
      if (t.Is("::")) {
        Next();
        FG_ASSIGN_OR_RETURN(NodePtr type, ParsePrimary());
        FG_ASSIGN_OR_RETURN(type, ParsePostfixChain(std::move(type)));
        return Finish(NewWith(NodeKind::kTypeAnnotation, t.begin, "",
                              New(NodeKind::kNothing, t.begin), std::move(type)));
      }
      if (IsOperatorValue() || (Peek(1).Is("(") && t.unary)) {
        Next();
        return New(NodeKind::kIdentifier, t.begin, absl::StrCat(t.dotted ? "." : "", t.text));
      }
      return Unexpected(t);
    case TokenKind::kEnd:
      return ErrorAt(t, "the text ends where an expression is expected");
    case TokenKind::kStringText:
    case TokenKind::kStringEnd:
      break;
  }
  return Unexpected(t);
}

// :name, :+, :(name), or a bare : in an index.
Parser::Result Parser::ParseSymbol() {
  const Token& colon = Next();
  const Token& t = Peek();
  const bool tight = !t.space_before;
  if (t.kind == TokenKind::kEnd || t.Is(",") || t.Is("]") || t.Is(")") || t.Is(";")) {
    return New(NodeKind::kColon, colon.begin);
  }
  if (tight && (t.kind == TokenKind::kIdentifier || t.kind == TokenKind::kKeyword ||
                (t.kind == TokenKind::kOperator && !t.Is("'")))) {
    Next();
    return New(NodeKind::kSymbolQuote, colon.begin, absl::StrCat(t.dotted ? "." : "", t.text));
  }
  if (tight && t.Is("(")) {
    const Token& name = Peek(1);
    if (Peek(2).Is(")") &&
        (name.kind == TokenKind::kIdentifier || name.kind == TokenKind::kOperator)) {
      Next();
      Next();
      Next();
      return New(NodeKind::kSymbolQuote, colon.begin,
                 absl::StrCat(name.dotted ? "." : "", name.text));
    }
    return ErrorAt(t, "quoted expressions are not part of this language");
  }
  return Unexpected(t);
}

Parser::Result Parser::ParseParenthesis() {
  const Token& opening = Next();
  const Scope scope(this, ParenContext());
  if (Peek().Is(")")) {
    Next();
    NodePtr tuple = New(NodeKind::kTuple, opening.begin);
    tuple->flags |= kParenthesised;
    return tuple;
  }
  if (Peek().Is(";")) return ParseNamedTuple(opening);
  FG_ASSIGN_OR_RETURN(NodePtr first, ParseAssignment(/*comma=*/false));
  if (Peek().IsKeyword("for")) {
    FG_ASSIGN_OR_RETURN(first, ParseComprehension(std::move(first), "generator"));
  } else if (Peek().Is(",")) {
    return ParseTupleRest(std::move(first), opening);
  } else if (Peek().Is(";")) {
    NodePtr block = NewWith(NodeKind::kBlock, opening.begin, "", std::move(first));
    while (Peek().Is(";")) {
      Next();
      if (Peek().Is(")") || Peek().Is(";")) continue;
      FG_ASSIGN_OR_RETURN(NodePtr statement, ParseAssignment(/*comma=*/false));
      block->children.push_back(std::move(statement));
      // (x; a = 1, b = 2) -> …
      while (Peek().Is(",")) {
        Next();
        FG_ASSIGN_OR_RETURN(statement, ParseAssignment(/*comma=*/false));
        block->children.push_back(std::move(statement));
        block->dim = 1;
      }
    }
    FG_RETURN_IF_ERROR(Expect(")", opening));
    if (block->dim == 1 && !Peek().Is("->")) {
      return ErrorAt(*block, "commas cannot stand in a block `(a; b)`");
    }
    block->flags |= kParenthesised;
    return Finish(std::move(block));
  }
  FG_RETURN_IF_ERROR(Expect(")", opening));
  first->flags |= kParenthesised;
  // The parentheses belong to the text of the node.
  first->span = {opening.begin, Last().end};
  return first;
}

Parser::Result Parser::ParseTupleRest(NodePtr first, const Token& opening) {
  NodePtr tuple = NewWith(NodeKind::kTuple, opening.begin, "", std::move(first));
  NodePtr keywords;
  while (Peek().Is(",")) {
    Next();
    if (Peek().Is(")") || Peek().Is(";")) break;
    FG_ASSIGN_OR_RETURN(NodePtr element, ParseAssignment(/*comma=*/false));
    tuple->children.push_back(std::move(element));
  }
  if (Peek().Is(";")) {
    const Token& semicolon = Next();
    FG_ASSIGN_OR_RETURN(keywords, ParseKeywordSection());
    if (!(Peek().Is(")") && Peek(1).Is("->"))) {
      return ErrorAt(semicolon, "`;` cannot stand in a tuple");
    }
  }
  FG_RETURN_IF_ERROR(Expect(")", opening));
  bool named = false;
  for (NodePtr& child : tuple->children) {
    FG_ASSIGN_OR_RETURN(child, AsArgument(std::move(child)));
    named = named || child->kind == NodeKind::kKeyword;
  }
  if (named && !Peek().Is("->")) {
    tuple->kind = NodeKind::kNamedTuple;
    for (const NodePtr& child : tuple->children) {
      if (child->kind != NodeKind::kKeyword && child->kind != NodeKind::kIdentifier &&
          child->kind != NodeKind::kField && child->kind != NodeKind::kSplat) {
        return ErrorAt(*child, "an element of a named tuple needs a name: `name = value`");
      }
    }
  }
  if (keywords != nullptr) tuple->children.push_back(std::move(keywords));
  tuple->flags |= kParenthesised;
  return Finish(std::move(tuple));
}

// (; a, b = 1)
Parser::Result Parser::ParseNamedTuple(const Token& opening) {
  Next();
  FG_ASSIGN_OR_RETURN(NodePtr tuple, ParseKeywordSection());
  FG_RETURN_IF_ERROR(Expect(")", opening));
  tuple->kind = NodeKind::kNamedTuple;
  tuple->flags |= kParenthesised;
  tuple->span.begin = opening.begin;
  return Finish(std::move(tuple));
}

Parser::Result Parser::ParseString() {
  const Token& opening = Next();
  NodePtr node = New(NodeKind::kInterpolated, opening.begin);
  std::string text;
  auto flush = [&](int32_t begin) {
    if (text.empty()) return;
    NodePtr part = New(NodeKind::kLiteral, begin);
    part->value = Value::String(std::exchange(text, ""));
    node->children.push_back(std::move(part));
  };
  while (Peek().kind != TokenKind::kStringEnd) {
    const Token& t = Next();
    if (t.kind == TokenKind::kStringText) {
      text.append(t.text.data(), t.text.size());
      continue;
    }
    flush(t.begin);
    if (t.Is("(")) {
      const Depth depth(this);
      FG_RETURN_IF_ERROR(depth.Check());
      const Scope scope(this, ParenContext());
      FG_ASSIGN_OR_RETURN(NodePtr part, ParseAssignment(/*comma=*/false));
      if (Peek().IsKeyword("for")) {
        FG_ASSIGN_OR_RETURN(part, ParseComprehension(std::move(part), "generator"));
      }
      FG_RETURN_IF_ERROR(Expect(")", t));
      node->children.push_back(std::move(part));
    } else if (t.kind == TokenKind::kIdentifier) {
      node->children.push_back(New(NodeKind::kIdentifier, t.begin, std::string(t.text)));
    } else {
      return Unexpected(t);
    }
  }
  Next();
  if (node->children.empty()) {
    node->kind = NodeKind::kLiteral;
    node->value = Value::String(std::move(text));
  } else {
    flush(Last().begin);
  }
  return Finish(std::move(node));
}

// raw"…" is a plain string, r"…" the call of the macro @r_str.
Parser::Result Parser::ParseStringMacro(NodePtr prefix) {
  const int32_t begin = prefix->span.begin;
  FG_ASSIGN_OR_RETURN(NodePtr text, ParseString());
  if (prefix->name == "raw") return text;
  return Finish(NewWith(NodeKind::kMacroCall, begin, absl::StrCat("@", prefix->name, "_str"),
                        std::move(text)));
}

// At the @. `qualifier` is "" or ends with a dot.
Parser::Result Parser::ParseMacroCall(std::string qualifier, int32_t begin) {
  Next();
  const Token& t = Next();
  std::string name;
  if (t.space_before) return ErrorAt(t, "the name of a macro must follow `@` at once");
  if (t.Is(".")) {
    name = ".";
  } else if (t.kind == TokenKind::kIdentifier || t.kind == TokenKind::kKeyword) {
    name = std::string(t.text);
    while (Peek().Is(".") && !Peek().space_before && Peek(1).kind == TokenKind::kIdentifier &&
           !Peek(1).space_before) {  // @Flux.functor is Flux.@functor.
      Next();
      absl::StrAppend(&qualifier, name, ".");
      name = std::string(Next().text);
    }
  } else {
    return ErrorAt(t, absl::StrCat("expected the name of a macro, found ", Describe(t)));
  }
  NodePtr call = New(NodeKind::kMacroCall, begin, absl::StrCat(qualifier, "@", name));
  if (Peek().Is("(") && !Peek().space_before) {
    Next();
    FG_RETURN_IF_ERROR(ParseArguments(call.get()));
    return Finish(std::move(call));
  }
  Context context = context_;
  context.space_sensitive = true;
  const Scope scope(this, context);
  while (!AtExpressionEnd() &&
         !(Peek().IsKeyword("for") && context_.in_brackets && !call->children.empty())) {
    FG_ASSIGN_OR_RETURN(NodePtr argument, ParseAssignment(/*comma=*/true));
    call->children.push_back(std::move(argument));
  }
  return Finish(std::move(call));
}

}  // namespace fluxgate::lang
