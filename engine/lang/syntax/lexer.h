#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_LEXER_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_LEXER_H_

#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/lang/syntax/ast.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

enum class TokenKind : uint8_t {
  kEnd,  // of the text
  kIdentifier,
  kKeyword,
  kNumber,
  kChar,
  kOperator,     // + .+ == -> :: ? ' : what stands between, before or behind operands
  kPunctuation,  // ( ) [ ] { } , ; @ . ... $
  // A string is a sequence: begin, then texts, names and parenthesised expressions, then end.
  kStringBegin,
  kStringText,
  kStringEnd,
};

// How tightly a binary operator binds, loosest first. kNone: never between two operands.
enum class Precedence : uint8_t {
  kNone,
  kAssignment,
  kPair,
  kTernary,
  kArrow,
  kOr,
  kAnd,
  kComparison,
  kPipeLeft,
  kPipeRight,
  kColon,
  kPlus,
  kTimes,
  kRational,
  kShift,
  kPower,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  Precedence precedence = Precedence::kNone;
  bool dotted = false;          // .+ (text is "+")
  bool unary = false;           // may stand before an operand
  bool space_before = false;    // blank, newline or comment
  bool newline_before = false;  // and among them a newline
  bool raw = false;             // a string behind a prefix: raw"…"
  int32_t begin = 0, end = 0;   // in the source
  int32_t value = -1;           // of numbers and characters: index into TokenList::values
  absl::string_view text;       // name (normalised), operator (≤ is "<="), unescaped string part

  bool Is(absl::string_view t) const {
    return text == t && (kind == TokenKind::kOperator || kind == TokenKind::kPunctuation);
  }
  bool IsKeyword(absl::string_view t) const { return kind == TokenKind::kKeyword && text == t; }
  bool IsWord(absl::string_view t) const { return kind == TokenKind::kIdentifier && text == t; }
};

// The tokens of a source, which must outlive it. The last one is kEnd.
struct TokenList {
  std::vector<Token> tokens;
  std::vector<Value> values;
  std::deque<std::string> pool;  // texts that differ from the source's bytes
};

// A syntax error is INVALID_ARGUMENT with its position; `incomplete`: the text ends inside a string
// or a comment.
absl::StatusOr<TokenList> Tokenize(const Source& source, bool* incomplete);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_LEXER_H_
