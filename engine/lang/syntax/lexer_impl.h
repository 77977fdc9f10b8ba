#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_LEXER_IMPL_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_LEXER_IMPL_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/lang/syntax/lexer.h"

namespace fluxgate::lang {

// One pass over the text. Strings with interpolations are a stack of modes, not a recursion, so
// that their nesting cannot exhaust the stack.
class Lexer {
 public:
  explicit Lexer(const Source& source) : source_(source), text_(source.text) {}
  absl::Status Run();

  TokenList list;
  bool incomplete = false;

 private:
  // An open string, or the parenthesis of an interpolation inside one.
  struct Mode {
    bool string = false;
    bool triple = false;
    bool raw = false;
    int32_t begin = 0;
    int parentheses = 0;
    std::vector<size_t> parts;  // token indices of the string's texts
  };

  char At(size_t ahead = 0) const {
    return position_ + ahead < text_.size() ? text_[position_ + ahead] : '\0';
  }
  bool StartsWith(absl::string_view prefix) const;
  absl::Status Error(int32_t begin, int32_t end, absl::string_view message) const;
  Token& Emit(TokenKind kind, size_t length);
  absl::string_view Keep(std::string text);

  absl::Status SkipTrivia();
  absl::Status SkipBlockComment();
  absl::Status LexToken();
  void LexIdentifier();
  absl::Status LexOperator();
  absl::Status LexNumber();
  absl::Status LexInteger(absl::string_view digits, int base, size_t length);
  absl::Status LexFloat(std::string digits, bool single, size_t length);
  absl::Status LexChar();
  bool QuoteIsTranspose() const;

  void OpenString();
  absl::Status LexStringPart();
  absl::Status CloseString();
  void EmitStringText(size_t begin, size_t end);
  absl::StatusOr<std::string> Unescape(absl::string_view raw, size_t offset) const;
  // One escape sequence at raw[*i], just behind the backslash.
  absl::Status UnescapeOne(absl::string_view raw, size_t offset, size_t* i,
                           std::string* result) const;

  const Source& source_;
  const absl::string_view text_;
  size_t position_ = 0;
  bool space_before_ = true, newline_before_ = false;
  std::vector<Mode> modes_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_LEXER_IMPL_H_
