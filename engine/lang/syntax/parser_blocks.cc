#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {

Parser::Result Parser::ParseKeyword() {
  const Token& t = Peek();
  const absl::string_view word = t.text;
  // These leave the surroundings as they are: `x && return y`, `(a; break)`.
  if (word == "return") return ParseReturn();
  if (word == "break" || word == "continue") {
    Next();
    return New(word == "break" ? NodeKind::kBreak : NodeKind::kContinue, t.begin);
  }
  const Depth depth(this);
  FG_RETURN_IF_ERROR(depth.Check());
  const Scope scope(this, BlockContext());
  if (word == "if") return ParseIf();
  if (word == "while") return ParseWhile();
  if (word == "for") return ParseFor();
  if (word == "let") return ParseLet();
  if (word == "try") return ParseTry();
  if (word == "function") return ParseFunction();
  if (word == "struct") {
    Next();
    return ParseStruct(/*is_mutable=*/false, t.begin);
  }
  if (word == "global") return ParseDeclaration(NodeKind::kGlobal);
  if (word == "local") return ParseDeclaration(NodeKind::kLocal);
  if (word == "const") return ParseDeclaration(NodeKind::kConst);
  if (word == "using" || word == "import") return ParseUsing();
  if (word == "module" || word == "baremodule") return ParseModule();
  if (word == "begin") {
    Next();
    FG_ASSIGN_OR_RETURN(NodePtr block, ParseBlock(t));
    FG_RETURN_IF_ERROR(ExpectEnd(t));
    block->span.begin = t.begin;
    return Finish(std::move(block));
  }
  if (word == "macro" || word == "quote" || word == "export") {
    return ErrorAt(t, absl::StrCat("`", word, "` is not part of this language"));
  }
  return Unexpected(t);
}

// Statements up to a keyword that ends a block, which is not read.
Parser::Result Parser::ParseBlock(const Token& opening) {
  const Scope scope(this, BlockContext());
  NodePtr block = New(NodeKind::kBlock, Peek().begin);
  FG_RETURN_IF_ERROR(ParseStatements(&block->children));
  if (Peek().kind == TokenKind::kEnd) {
    incomplete_ = true;
    return ErrorAt(opening, absl::StrCat("`end` is missing for this `", opening.text, "`"));
  }
  if (!block->children.empty()) {
    block->span = {block->children.front()->span.begin, block->children.back()->span.end};
  }
  FG_RETURN_IF_ERROR(CheckHeight(block.get()));
  return block;
}

absl::Status Parser::ExpectEnd(const Token& opening) {
  if (Peek().IsKeyword("end")) {
    Next();
    return absl::OkStatus();
  }
  if (Peek().kind == TokenKind::kEnd) {
    incomplete_ = true;
    return ErrorAt(opening, absl::StrCat("`end` is missing for this `", opening.text, "`"));
  }
  const Position position = PositionAt(source_, opening.begin);
  return ErrorAt(Peek(), absl::StrCat("expected `end` for the `", opening.text, "` of line ",
                                      position.line, ", found ", Describe(Peek())));
}

Parser::Result Parser::ParseIf() {
  const Token& opening = Next();
  NodePtr node = New(NodeKind::kIf, opening.begin);
  while (true) {
    FG_ASSIGN_OR_RETURN(NodePtr condition, ParseAssignment(/*comma=*/false));
    FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
    node->children.push_back(std::move(condition));
    node->children.push_back(std::move(body));
    if (!Peek().IsKeyword("elseif")) break;
    Next();
  }
  if (Peek().IsKeyword("else")) {
    Next();
    FG_ASSIGN_OR_RETURN(NodePtr otherwise, ParseBlock(opening));
    node->children.push_back(std::move(otherwise));
    node->flags |= kHasElse;
  }
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(std::move(node));
}

Parser::Result Parser::ParseWhile() {
  const Token& opening = Next();
  FG_ASSIGN_OR_RETURN(NodePtr condition, ParseAssignment(/*comma=*/false));
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(
      NewWith(NodeKind::kWhile, opening.begin, "", std::move(condition), std::move(body)));
}

Parser::Result Parser::ParseFor() {
  const Token& opening = Peek();
  NodePtr node = New(NodeKind::kFor, opening.begin);
  do {
    Next();  // for, or a comma
    FG_ASSIGN_OR_RETURN(NodePtr clause, ParseForClause());
    node->children.push_back(std::move(clause));
  } while (Peek().Is(","));
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  node->children.push_back(std::move(body));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(std::move(node));
}

Parser::Result Parser::ParseLet() {
  const Token& opening = Next();
  NodePtr node = New(NodeKind::kLet, opening.begin);
  while (!Peek().newline_before && !Peek().Is(";") && !AtBlockEnd()) {
    FG_ASSIGN_OR_RETURN(NodePtr binding, ParseAssignment(/*comma=*/false));
    const bool assignment = binding->kind == NodeKind::kAssign && binding->name == "=";
    if (!assignment && binding->kind != NodeKind::kIdentifier &&
        binding->kind != NodeKind::kFunction) {
      return ErrorAt(*binding, "expected `name = value` behind `let`");
    }
    node->children.push_back(std::move(binding));
    if (!Peek().Is(",")) break;
    Next();
  }
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  node->children.push_back(std::move(body));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(std::move(node));
}

Parser::Result Parser::ParseTry() {
  const Token& opening = Next();
  NodePtr node = New(NodeKind::kTry, opening.begin);
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  node->children.push_back(std::move(body));
  for (int i = 0; i < 3; ++i) node->children.push_back(New(NodeKind::kNothing, opening.begin));
  enum { kCatch = 1, kFinally = 2, kElse = 3 };
  while (!Peek().IsKeyword("end")) {
    const Token& word = Peek();
    const int part = word.IsKeyword("catch")     ? kCatch
                     : word.IsKeyword("finally") ? kFinally
                     : word.IsKeyword("else")    ? kElse
                                                 : 0;
    const bool repeated =
        part != 0 && node->child(static_cast<size_t>(part)).kind != NodeKind::kNothing;
    if (part == 0 || repeated) return Unexpected(word);
    Next();
    if (part == kCatch && Peek().kind == TokenKind::kIdentifier && !Peek().newline_before &&
        (Peek(1).newline_before || Peek(1).Is(";") || Peek(1).kind == TokenKind::kKeyword)) {
      node->name = std::string(Next().text);
    }
    FG_ASSIGN_OR_RETURN(NodePtr block, ParseBlock(opening));
    node->children[static_cast<size_t>(part)] = std::move(block);
  }
  if (node->child(kCatch).kind == NodeKind::kNothing &&
      node->child(kFinally).kind == NodeKind::kNothing) {
    return ErrorAt(opening, "`try` needs `catch` or `finally`");
  }
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  return Finish(std::move(node));
}

Parser::Result Parser::ParseReturn() {
  const Token& keyword = Next();
  NodePtr node = New(NodeKind::kReturn, keyword.begin);
  if (!AtExpressionEnd()) {
    FG_ASSIGN_OR_RETURN(NodePtr value, ParseAssignment(/*comma=*/!context_.in_brackets));
    node->children.push_back(std::move(value));
  }
  return Finish(std::move(node));
}

// global x, y; local x::Int = 1; const a, b = 1, 2.
Parser::Result Parser::ParseDeclaration(NodeKind kind) {
  const Token& keyword = Next();
  NodePtr node = New(kind, keyword.begin);
  FG_ASSIGN_OR_RETURN(NodePtr declared, ParseAssignment(/*comma=*/true));
  if (declared->kind == NodeKind::kTuple && !declared->has(kParenthesised)) {
    node->children = std::move(declared->children);
  } else {
    node->children.push_back(std::move(declared));
  }
  for (const NodePtr& child : node->children) {
    const bool name =
        child->kind == NodeKind::kIdentifier || child->kind == NodeKind::kTypeAnnotation;
    if (!name && child->kind != NodeKind::kAssign && child->kind != NodeKind::kFunction &&
        child->kind != NodeKind::kConst && child->kind != NodeKind::kGlobal) {
      return ErrorAt(*child, absl::StrCat("`", keyword.text, "` takes names and assignments"));
    }
  }
  return Finish(std::move(node));
}

// Base.show, Flux.@functor, Base.:+, +.
absl::StatusOr<std::string> Parser::ParseImportPath() {
  std::string path;
  while (true) {
    if (Peek().Is("@")) {
      Next();
      absl::StrAppend(&path, "@");
    }
    const Token& t = Next();
    if (t.Is(":") && Peek().kind == TokenKind::kOperator) continue;  // Base.:+
    if (t.Is(".") || t.Is("...")) {
      return ErrorAt(t, "packages relative to a module are not part of this language");
    }
    if (t.kind != TokenKind::kIdentifier && t.kind != TokenKind::kOperator) {
      return ErrorAt(t, absl::StrCat("expected the name of a package, found ", Describe(t)));
    }
    absl::StrAppend(&path, t.text);
    if (Peek().newline_before) return path;
    if (Peek().kind == TokenKind::kOperator && Peek().dotted) {  // Base.+
      absl::StrAppend(&path, ".", Next().text);
      return path;
    }
    if (!Peek().Is(".")) return path;
    Next();
    absl::StrAppend(&path, ".");
  }
}

Parser::Result Parser::ParseUsing() {
  const Token& keyword = Next();
  NodePtr node = New(NodeKind::kUsing, keyword.begin);
  if (keyword.text == "import") node->flags |= kImport;
  std::string package;  // Of `using package: names`.
  while (true) {
    FG_ASSIGN_OR_RETURN(std::string path, ParseImportPath());
    if (!Peek().newline_before && Peek().IsWord("as")) {
      Next();
      const Token& name = Next();
      if (name.kind != TokenKind::kIdentifier) return Unexpected(name);
      absl::StrAppend(&path, " as ", name.text);
    }
    if (!Peek().newline_before && Peek().Is(":") && package.empty() && node->names.empty()) {
      Next();
      package = std::move(path);
      continue;
    }
    node->names.push_back(package.empty() ? path : absl::StrCat(package, ": ", path));
    if (Peek().newline_before || !Peek().Is(",")) return Finish(std::move(node));
    Next();
  }
}

Parser::Result Parser::ParseModule() {
  const Token& opening = Next();
  const Token& name = Next();
  if (name.kind != TokenKind::kIdentifier) return Unexpected(name);
  NodePtr node = New(NodeKind::kModuleDef, opening.begin, std::string(name.text));
  FG_ASSIGN_OR_RETURN(NodePtr body, ParseBlock(opening));
  FG_RETURN_IF_ERROR(ExpectEnd(opening));
  node->children.push_back(std::move(body));
  return Finish(std::move(node));
}

}  // namespace fluxgate::lang
