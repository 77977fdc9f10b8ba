#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_PARSER_IMPL_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_PARSER_IMPL_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/ast.h"
#include "engine/lang/syntax/lexer.h"
#include "engine/lang/syntax/parser.h"

namespace fluxgate::lang {

// Recursive descent over the tokens, operators by precedence climbing. Each file parser_*.cc holds
// one part of the grammar:
//
//   statement ─ assignment ─ comma ─ pair ─ ternary ─ binary ─ juxtapose ─ unary ─ factor ─ postfix
//   ─ primary
//
// Newlines are no tokens but a property of the token behind them; the context says whether they
// end an expression.
class Parser {
 public:
  using Result = absl::StatusOr<NodePtr>;

  Parser(const Source& source, const ParseOptions& options, TokenList tokens)
      : source_(source), options_(options), list_(std::move(tokens)) {}

  absl::StatusOr<std::vector<NodePtr>> ParseProgram();
  // After an error: it was at the end of the text, so that more input could mend it.
  bool incomplete() const { return incomplete_; }

 private:
  struct Context {
    bool newline_is_space = false;  // inside parentheses
    bool space_sensitive = false;   // inside [a -b] and macro arguments: blanks separate
    bool range_colon = true;        // false between ? and :
    bool end_is_index = false;      // inside a[…], `end` is the last index
    bool in_brackets = false;       // of any kind
    bool where = true;              // false behind `where`: f(x) where T where S
  };
  // Restores the context at the end of a scope.
  class Scope {
   public:
    Scope(Parser* parser, Context context)
        : parser_(parser), saved_(std::exchange(parser->context_, context)) {}
    ~Scope() { parser_->context_ = saved_; }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Parser* parser_;
    Context saved_;
  };
  // Counts nesting.
  class Depth {
   public:
    explicit Depth(Parser* parser) : parser_(parser) { ++parser_->depth_; }
    ~Depth() { --parser_->depth_; }
    Depth(const Depth&) = delete;
    Depth& operator=(const Depth&) = delete;
    absl::Status Check() const;

   private:
    Parser* parser_;
  };
  Context BlockContext() const { return {}; }
  Context ParenContext() const;
  Context BracketContext(bool index) const;

  // ---- Tokens (parser.cc) ----
  const Token& Peek(size_t ahead = 0) const;
  const Token& Next();
  const Token& Last() const { return list_.tokens[position_ - 1]; }
  bool AtNewline() const { return !context_.newline_is_space && Peek().newline_before; }
  // Nothing more can belong to the expression at hand.
  bool AtExpressionEnd() const;
  bool AtBlockEnd() const;
  absl::Status Expect(absl::string_view punctuation, const Token& opening);
  std::string Describe(const Token& token) const;
  absl::Status ErrorAt(const Token& token, absl::string_view message);
  absl::Status ErrorAt(const Node& node, absl::string_view message) const;
  absl::Status Unexpected(const Token& token);

  // ---- Nodes (parser.cc) ----
  NodePtr New(NodeKind kind, int32_t begin, std::string name = "") const;
  // By reference, so that `begin` may be read from a child that is moved in.
  template <typename... Children>
  NodePtr NewWith(NodeKind kind, int32_t begin, std::string name, Children&&... children) const {
    NodePtr node = New(kind, begin, std::move(name));
    (node->children.push_back(std::forward<Children>(children)), ...);
    return node;
  }
  // Closes the node at the last token read; an error when the tree gets too high.
  Result Finish(NodePtr node) const;
  absl::Status CheckHeight(Node* node) const;

  // ---- Operators (parser_operators.cc) ----
  // `comma`: a bare `a, b` is a tuple.
  Result ParseAssignment(bool comma);
  Result ParseComma();
  Result ParsePair();
  Result ParseTernary();
  Result ParseBinary(Precedence least);
  Result ParseComparison(NodePtr first);
  Result ParseRange(NodePtr first);
  Result ParseJuxtapose();
  Result ParseWhere(NodePtr body);
  Result ParseUnary();
  Result ParseFactor();
  Precedence BinaryPrecedence() const;
  bool IsJuxtaposed(const Node& left) const;
  bool IsOperatorValue() const;
  absl::Status CheckTarget(const Node& target, bool update) const;

  // ---- Primaries (parser_primary.cc) ----
  Result ParsePostfix();
  Result ParsePostfixChain(NodePtr node);
  Result ParsePrimary();
  Result ParseParenthesis();
  Result ParseTupleRest(NodePtr first, const Token& opening);
  Result ParseNamedTuple(const Token& opening);
  Result ParseSymbol();

  // ---- Calls and fields (parser_calls.cc) ----
  Result ParseCall(NodePtr callee, NodeKind kind);  // kCall or kDotCall
  Result ParseField(NodePtr object);
  Result ParseDoBlock(NodePtr call);
  absl::Status ParseArguments(Node* call);
  absl::StatusOr<NodePtr> ParseKeywordSection();
  Result AsArgument(NodePtr node) const;

  // ---- Strings and macros (parser_strings.cc) ----
  Result ParseString();
  Result ParseStringMacro(NodePtr prefix);
  Result ParseMacroCall(std::string qualifier, int32_t begin);

  // ---- Brackets (parser_arrays.cc) ----
  Result ParseBracketLiteral();
  Result ParseIndex(NodePtr object);
  Result ParseMatrixRest(NodePtr first, const Token& opening);
  Result ParseComprehension(NodePtr body, absl::string_view name);
  Result ParseForClause();
  absl::Status ParseList(Node* node, const Token& opening);
  Result ParseBraces(NodePtr object);

  // ---- Keywords (parser_blocks.cc) ----
  Result ParseKeyword();
  Result ParseBlock(const Token& opening);
  absl::Status ExpectEnd(const Token& opening);
  absl::Status ParseStatements(std::vector<NodePtr>* statements);
  Result ParseIf();
  Result ParseWhile();
  Result ParseFor();
  Result ParseLet();
  Result ParseTry();
  Result ParseReturn();
  Result ParseDeclaration(NodeKind kind);
  Result ParseUsing();
  absl::StatusOr<std::string> ParseImportPath();
  Result ParseModule();

  // ---- Definitions (parser_definitions.cc) ----
  Result ParseFunction();
  Result ParseStruct(bool is_mutable, int32_t begin);
  Result ParseAbstractType(int32_t begin);
  absl::Status ParseTypeHeader(Node* definition);
  Result ParseLambda(NodePtr parameters);
  static bool IsSignature(const Node& node);
  Result MakeSignature(NodePtr expression) const;
  Result MakeParameterList(std::vector<NodePtr> arguments) const;
  Result MakeParameter(NodePtr argument) const;
  Result MakeField(NodePtr statement) const;
  absl::Status AddWhereParameters(const Node& where, Node* target) const;
  absl::Status AddTypeParameter(NodePtr parameter, Node* target) const;

  const Source& source_;
  const ParseOptions options_;
  const TokenList list_;
  size_t position_ = 0;
  Context context_;
  int depth_ = 0;
  bool incomplete_ = false;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_PARSER_IMPL_H_
