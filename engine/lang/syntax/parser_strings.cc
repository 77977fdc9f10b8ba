#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {

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
