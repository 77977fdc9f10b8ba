#include "engine/lang/syntax/lexer.h"

#include <array>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/lexer_impl.h"

namespace fluxgate::lang {
namespace {

struct OperatorRow {
  absl::string_view spelling;
  absl::string_view name;  // "": the spelling
  Precedence precedence;
  bool unary = false;
  bool dottable = true;
};

// Longer spellings stand before their prefixes.
constexpr OperatorRow kOperators[] = {
    {">>>=", "", Precedence::kAssignment},
    {"===", "", Precedence::kComparison},
    {"!==", "", Precedence::kComparison},
    {">>>", "", Precedence::kShift},
    {"<<=", "", Precedence::kAssignment},
    {">>=", "", Precedence::kAssignment},
    {"//=", "", Precedence::kAssignment},
    {"-->", "", Precedence::kArrow},
    {"+=", "", Precedence::kAssignment},
    {"-=", "", Precedence::kAssignment},
    {"*=", "", Precedence::kAssignment},
    {"/=", "", Precedence::kAssignment},
    {"\\=", "", Precedence::kAssignment},
    {"%=", "", Precedence::kAssignment},
    {"^=", "", Precedence::kAssignment},
    {"|=", "", Precedence::kAssignment},
    {"&=", "", Precedence::kAssignment},
    {"÷=", "", Precedence::kAssignment},
    {"⊻=", "", Precedence::kAssignment},
    {"−=", "-=", Precedence::kAssignment},
    {"=>", "", Precedence::kPair},
    {"->", "", Precedence::kNone, false, false},
    {"||", "", Precedence::kOr},
    {"&&", "", Precedence::kAnd},
    {"==", "", Precedence::kComparison},
    {"!=", "", Precedence::kComparison},
    {"<=", "", Precedence::kComparison},
    {">=", "", Precedence::kComparison},
    {"<:", "", Precedence::kComparison, true},
    {">:", "", Precedence::kComparison, true},
    {"<|", "", Precedence::kPipeLeft},
    {"|>", "", Precedence::kPipeRight},
    {"//", "", Precedence::kRational},
    {"<<", "", Precedence::kShift},
    {">>", "", Precedence::kShift},
    {"::", "", Precedence::kNone, true, false},
    {"=", "", Precedence::kAssignment},
    {"<", "", Precedence::kComparison},
    {">", "", Precedence::kComparison},
    {":", "", Precedence::kColon, true, false},
    {"+", "", Precedence::kPlus, true},
    {"-", "", Precedence::kPlus, true},
    {"|", "", Precedence::kPlus},
    {"*", "", Precedence::kTimes},
    {"/", "", Precedence::kTimes},
    {"\\", "", Precedence::kTimes},
    {"%", "", Precedence::kTimes},
    {"&", "", Precedence::kTimes},
    {"^", "", Precedence::kPower},
    {"!", "", Precedence::kNone, true},
    {"~", "", Precedence::kNone, true},
    {"?", "", Precedence::kNone, false, false},
    {"÷", "", Precedence::kTimes},
    {"−", "-", Precedence::kPlus, true},
    {"≠", "!=", Precedence::kComparison},
    {"≤", "<=", Precedence::kComparison},
    {"≥", ">=", Precedence::kComparison},
    {"≡", "===", Precedence::kComparison},
    {"≢", "!==", Precedence::kComparison},
    {"∈", "in", Precedence::kComparison},
    {"∉", "", Precedence::kComparison},
    {"∋", "", Precedence::kComparison},
    {"∌", "", Precedence::kComparison},
    {"⊆", "", Precedence::kComparison},
    {"⊇", "", Precedence::kComparison},
    {"⊊", "", Precedence::kComparison},
    {"⊋", "", Precedence::kComparison},
    {"⊂", "", Precedence::kComparison},
    {"⊃", "", Precedence::kComparison},
    {"≈", "", Precedence::kComparison},
    {"≉", "", Precedence::kComparison},
    {"⊻", "", Precedence::kPlus},
    {"∪", "", Precedence::kPlus},
    {"⊕", "", Precedence::kPlus},
    {"⊖", "", Precedence::kPlus},
    {"±", "", Precedence::kPlus, true},
    {"∓", "", Precedence::kPlus, true},
    {"∘", "", Precedence::kTimes},
    {"⋅", "", Precedence::kTimes},
    {"·", "⋅", Precedence::kTimes},
    {"×", "", Precedence::kTimes},
    {"∩", "", Precedence::kTimes},
    {"⊗", "", Precedence::kTimes},
    {"⊙", "", Precedence::kTimes},
    {"⊘", "", Precedence::kTimes},
    {"⊠", "", Precedence::kTimes},
    {"√", "", Precedence::kNone, true},
    {"∛", "", Precedence::kNone, true},
    {"¬", "", Precedence::kNone, true},
};

// Where the rows of each first byte are, in order.
using OperatorIndex = std::array<std::vector<const OperatorRow*>, 256>;

const OperatorRow* FindOperator(absl::string_view text) {
  static const OperatorIndex index = [] {
    OperatorIndex made;
    for (const OperatorRow& row : kOperators) {
      made[static_cast<unsigned char>(row.spelling[0])].push_back(&row);
    }
    return made;
  }();
  if (text.empty()) return nullptr;
  for (const OperatorRow* row : index[static_cast<unsigned char>(text[0])]) {
    if (absl::StartsWith(text, row->spelling)) return row;
  }
  return nullptr;
}

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

bool Lexer::StartsWith(absl::string_view prefix) const {
  return absl::StartsWith(text_.substr(position_), prefix);
}

absl::Status Lexer::Error(int32_t begin, int32_t end, absl::string_view message) const {
  return AtSource(JuliaError("ParseError", message), source_, {begin, end});
}

absl::string_view Lexer::Keep(std::string text) {
  list.pool.push_back(std::move(text));
  return list.pool.back();
}

Token& Lexer::Emit(TokenKind kind, size_t length) {
  Token token;
  token.kind = kind;
  token.begin = static_cast<int32_t>(position_);
  token.end = static_cast<int32_t>(position_ + length);
  token.space_before = space_before_;
  token.newline_before = newline_before_;
  token.text = text_.substr(position_, length);
  position_ += length;
  space_before_ = newline_before_ = false;
  list.tokens.push_back(token);
  return list.tokens.back();
}

absl::Status Lexer::Run() {
  if (StartsWith("\xef\xbb\xbf")) position_ = 3;  // A byte order mark.
  while (true) {
    if (!modes_.empty() && modes_.back().string) {
      FG_RETURN_IF_ERROR(LexStringPart());
      continue;
    }
    FG_RETURN_IF_ERROR(SkipTrivia());
    if (position_ >= text_.size()) break;
    FG_RETURN_IF_ERROR(LexToken());
  }
  if (!modes_.empty()) {
    incomplete = true;
    return Error(modes_.back().begin, modes_.back().begin + 1,
                 "the interpolation is not closed: `)` is missing");
  }
  Emit(TokenKind::kEnd, 0);
  return absl::OkStatus();
}

absl::Status Lexer::SkipTrivia() {
  while (position_ < text_.size()) {
    const char c = At();
    if (c == '\n') {
      newline_before_ = space_before_ = true;
      ++position_;
    } else if (c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v') {
      space_before_ = true;
      ++position_;
    } else if (StartsWith("\u00a0")) {  // A no-break space, as pages are pasted with.
      space_before_ = true;
      position_ += 2;
    } else if (c == '#') {
      space_before_ = true;
      if (At(1) == '=') {
        FG_RETURN_IF_ERROR(SkipBlockComment());
      } else {
        while (position_ < text_.size() && At() != '\n') ++position_;
      }
    } else {
      break;
    }
  }
  return absl::OkStatus();
}

absl::Status Lexer::SkipBlockComment() {
  const auto begin = static_cast<int32_t>(position_);
  int64_t depth = 0;
  while (position_ < text_.size()) {
    if (StartsWith("#=")) {
      ++depth;
      position_ += 2;
    } else if (StartsWith("=#")) {
      position_ += 2;
      if (--depth == 0) return absl::OkStatus();
    } else {
      if (At() == '\n') newline_before_ = true;
      ++position_;
    }
  }
  incomplete = true;
  return Error(begin, begin + 2, "the comment is not closed: `=#` is missing");
}

absl::Status Lexer::LexToken() {
  const char c = At();
  if (IsDigit(c) || (c == '.' && IsDigit(At(1)))) return LexNumber();
  if (c == '"') {
    OpenString();
    return absl::OkStatus();
  }
  if (c == '\'') {
    if (!QuoteIsTranspose()) return LexChar();
    Emit(TokenKind::kOperator, 1);
    return absl::OkStatus();
  }
  const CodePoint code_point = DecodeUtf8(text_, position_);
  // Before identifiers: · is a letter modifier for Unicode, an operator for Julia.
  if (IsIdentifierStart(code_point.value) &&
      (code_point.length == 1 || FindOperator(text_.substr(position_)) == nullptr)) {
    LexIdentifier();
    return absl::OkStatus();
  }
  if (StartsWith("...")) {
    Emit(TokenKind::kPunctuation, 3);
    return absl::OkStatus();
  }
  if (absl::string_view("()[]{},;@$").find(c) != absl::string_view::npos) {
    if (!modes_.empty()) {  // Inside an interpolation, whose end is its own parenthesis.
      if (c == '(') ++modes_.back().parentheses;
      if (c == ')' && --modes_.back().parentheses == 0) modes_.pop_back();
    }
    Emit(TokenKind::kPunctuation, 1);
    return absl::OkStatus();
  }
  return LexOperator();
}

void Lexer::LexIdentifier() {
  size_t end = position_;
  bool ascii = true;
  while (end < text_.size()) {
    const CodePoint c = DecodeUtf8(text_, end);
    if (c.length == 0 || !IsIdentifierPart(c.value)) break;
    // x!=y is a comparison.
    if (c.value == '!' && end + 1 < text_.size() && text_[end + 1] == '=') break;
    if (c.length > 1 && FindOperator(text_.substr(end)) != nullptr) break;
    ascii = ascii && c.length == 1;
    end += static_cast<size_t>(c.length);
  }
  Token& token = Emit(TokenKind::kIdentifier, end - position_);
  if (!ascii) token.text = Keep(NormalizeIdentifier(token.text));
  if (IsKeyword(token.text)) token.kind = TokenKind::kKeyword;
}

absl::Status Lexer::LexOperator() {
  const bool dotted = At() == '.';
  const OperatorRow* row = FindOperator(text_.substr(position_ + (dotted ? 1 : 0)));
  if (dotted && (row == nullptr || !row->dottable)) {
    Emit(TokenKind::kPunctuation, 1);
    return absl::OkStatus();
  }
  if (row == nullptr) {
    const CodePoint c = DecodeUtf8(text_, position_);
    const auto begin = static_cast<int32_t>(position_);
    return Error(begin, begin + c.length,
                 IsPrintable(c.value)
                     ? absl::StrCat("invalid character `", text_.substr(position_, c.length), "`")
                     : absl::StrCat("invalid character U+", absl::Hex(c.value, absl::kZeroPad4)));
  }
  if (StartsWith("**")) {
    const auto begin = static_cast<int32_t>(position_);
    return Error(begin, begin + 2, "use `x^y` instead of `x**y` for a power");
  }
  Token& token = Emit(TokenKind::kOperator, row->spelling.size() + (dotted ? 1 : 0));
  token.text = row->name.empty() ? row->spelling : row->name;
  token.precedence = row->precedence;
  token.unary = row->unary;
  token.dotted = dotted;
  return absl::OkStatus();
}

bool Lexer::QuoteIsTranspose() const {
  if (space_before_ || list.tokens.empty()) return false;
  const Token& last = list.tokens.back();
  switch (last.kind) {
    case TokenKind::kIdentifier:
    case TokenKind::kNumber:
    case TokenKind::kStringEnd:
      return true;
    case TokenKind::kKeyword:
      return last.text == "end" || last.text == "true" || last.text == "false";
    case TokenKind::kOperator:
      return last.text == "'";
    case TokenKind::kPunctuation:
      return last.text == ")" || last.text == "]" || last.text == "}";
    default:
      return false;
  }
}

absl::StatusOr<TokenList> Tokenize(const Source& source, bool* incomplete) {
  const size_t invalid = FindInvalidUtf8(source.text);
  if (invalid != absl::string_view::npos) {
    const auto at = static_cast<int32_t>(invalid);
    return AtSource(JuliaError("ParseError", "the text is not valid UTF-8"), source, {at, at + 1});
  }
  Lexer lexer(source);
  const absl::Status status = lexer.Run();
  if (incomplete != nullptr) *incomplete = lexer.incomplete;
  if (!status.ok()) return status;
  return std::move(lexer.list);
}

}  // namespace fluxgate::lang
