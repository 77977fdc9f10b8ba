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
        if (t.dotted && Peek().Is("(") && !Peek().space_before) {  // .+(a, b)
          return ParseCall(New(NodeKind::kIdentifier, t.begin, std::string(t.text)),
                           NodeKind::kDotCall);
        }
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

}  // namespace fluxgate::lang
