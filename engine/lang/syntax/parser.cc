#include "engine/lang/syntax/parser.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/parser_impl.h"

namespace fluxgate::lang {

absl::Status Parser::Depth::Check() const {
  if (parser_->depth_ <= parser_->options_.max_depth) return absl::OkStatus();
  return AtSource(JuliaError("ParseError", absl::StrCat("nested more than ",
                                                        parser_->options_.max_depth, " deep")),
                  parser_->source_, {parser_->Peek().begin, parser_->Peek().end});
}

Parser::Context Parser::ParenContext() const {
  Context context;
  context.newline_is_space = true;
  context.end_is_index = context_.end_is_index;
  context.in_brackets = true;
  return context;
}

Parser::Context Parser::BracketContext(bool index) const {
  Context context;
  context.space_sensitive = true;
  context.end_is_index = index || context_.end_is_index;
  context.in_brackets = true;
  return context;
}

// ---- Tokens
// --------------------------------------------------------------------------------------

const Token& Parser::Peek(size_t ahead) const {
  return list_.tokens[std::min(position_ + ahead, list_.tokens.size() - 1)];
}

const Token& Parser::Next() {
  const Token& token = Peek();
  if (position_ + 1 < list_.tokens.size()) ++position_;
  return token;
}

bool Parser::AtBlockEnd() const {
  const Token& t = Peek();
  return t.kind == TokenKind::kEnd || (t.kind == TokenKind::kKeyword &&
                                       (t.text == "end" || t.text == "else" || t.text == "elseif" ||
                                        t.text == "catch" || t.text == "finally"));
}

bool Parser::AtExpressionEnd() const {
  const Token& t = Peek();
  if (AtNewline()) return true;
  if (AtBlockEnd()) return !(t.IsKeyword("end") && context_.end_is_index);
  return t.Is(")") || t.Is("]") || t.Is("}") || t.Is(",") || t.Is(";") ||
         (t.Is(":") && !context_.range_colon);
}

std::string Parser::Describe(const Token& token) const {
  constexpr int32_t kLongest = 40;
  if (token.kind == TokenKind::kEnd) return "the end of the text";
  if (token.kind == TokenKind::kStringBegin) return "a string";
  return absl::StrCat("`",
                      absl::string_view(source_.text)
                          .substr(static_cast<size_t>(token.begin),
                                  static_cast<size_t>(std::min(kLongest, token.end - token.begin))),
                      "`");
}

absl::Status Parser::ErrorAt(const Token& token, absl::string_view message) {
  if (token.kind == TokenKind::kEnd) incomplete_ = true;
  return AtSource(JuliaError("ParseError", message), source_, {token.begin, token.end});
}

absl::Status Parser::ErrorAt(const Node& node, absl::string_view message) const {
  return AtSource(JuliaError("ParseError", message), source_, node.span);
}

absl::Status Parser::Unexpected(const Token& token) {
  return ErrorAt(token, absl::StrCat("unexpected ", Describe(token)));
}

absl::Status Parser::Expect(absl::string_view punctuation, const Token& opening) {
  if (Peek().Is(punctuation)) {
    Next();
    return absl::OkStatus();
  }
  const Position position = PositionAt(source_, opening.begin);
  return ErrorAt(Peek(), absl::StrCat("expected `", punctuation, "` for the ", Describe(opening),
                                      " of line ", position.line, ", found ", Describe(Peek())));
}

// ---- Nodes
// ---------------------------------------------------------------------------------------

NodePtr Parser::New(NodeKind kind, int32_t begin, std::string name) const {
  auto node = std::make_unique<Node>();
  node->kind = kind;
  node->name = std::move(name);
  const int32_t end = position_ > 0 ? Last().end : begin;
  node->span = {begin, std::max(begin, end)};
  return node;
}

absl::Status Parser::CheckHeight(Node* node) const {
  for (const NodePtr& child : node->children) {
    node->height = std::max(node->height, child->height + 1);
  }
  if (node->extra != nullptr) node->height = std::max(node->height, node->extra->height + 1);
  if (node->height <= options_.max_height) return absl::OkStatus();
  return ErrorAt(*node, absl::StrCat("the expression is nested more than ", options_.max_height,
                                     " deep: split it"));
}

Parser::Result Parser::Finish(NodePtr node) const {
  node->span.end = std::max(node->span.end, Last().end);
  FG_RETURN_IF_ERROR(CheckHeight(node.get()));
  return node;
}

// ---- Programs
// ------------------------------------------------------------------------------------

absl::Status Parser::ParseStatements(std::vector<NodePtr>* statements) {
  while (true) {
    while (Peek().Is(";")) Next();
    if (AtBlockEnd()) return absl::OkStatus();
    FG_ASSIGN_OR_RETURN(NodePtr statement, ParseAssignment(/*comma=*/true));
    if (Peek().Is(";") && !Peek().newline_before) {
      statement->flags |= kShowless;
    } else if (!AtBlockEnd() && !Peek().newline_before) {
      return ErrorAt(
          Peek(), absl::StrCat("unexpected ", Describe(Peek()), " after the end of an expression"));
    }
    statements->push_back(std::move(statement));
  }
}

absl::StatusOr<std::vector<NodePtr>> Parser::ParseProgram() {
  std::vector<NodePtr> statements;
  FG_RETURN_IF_ERROR(ParseStatements(&statements));
  if (Peek().kind != TokenKind::kEnd) return Unexpected(Peek());
  return statements;
}

// Of the tree, for each byte of text, about.
constexpr int64_t kTreeBytes = 64;

absl::StatusOr<std::shared_ptr<const Program>> Parse(std::string source_name, std::string text,
                                                     const ParseOptions& options,
                                                     bool* incomplete) {
  if (incomplete != nullptr) *incomplete = false;
  auto source = std::make_shared<Source>();
  source->name = std::move(source_name);
  if (static_cast<int64_t>(text.size()) > options.max_bytes) {
    const size_t size = text.size();
    source->text = text.substr(0, 80);
    return AtSource(JuliaError("ParseError", absl::StrCat("the text has ", size, " bytes; at most ",
                                                          options.max_bytes, " are accepted")),
                    *source, {0, 0});
  }
  source->text = std::move(text);
  FG_ASSIGN_OR_RETURN(TokenList tokens, Tokenize(*source, incomplete));
  Parser parser(*source, options, std::move(tokens));
  auto statements = parser.ParseProgram();
  if (!statements.ok()) {
    if (incomplete != nullptr) *incomplete = parser.incomplete();
    return statements.status();
  }
  auto program = std::make_shared<Program>();
  program->source = std::move(source);
  program->statements = *std::move(statements);
  program->charge.Resize(static_cast<int64_t>(program->source->text.size()) * kTreeBytes);
  return program;
}

}  // namespace fluxgate::lang
