#include <algorithm>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/characters.h"
#include "engine/lang/syntax/lexer_impl.h"

namespace fluxgate::lang {
namespace {

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

// The blanks that every line of a triple-quoted string begins with. `first` parts begin on the line
// of the opening quotes, which does not count; lines of blanks alone count only as the last.
size_t CommonIndent(const std::vector<absl::string_view>& parts) {
  std::string text;  // Interpolations stand as one character.
  for (const absl::string_view part : parts) absl::StrAppend(&text, text.empty() ? "" : "x", part);
  absl::string_view common;
  bool any = false;
  for (size_t newline = text.find('\n'); newline != std::string::npos;
       newline = text.find('\n', newline + 1)) {
    size_t end = newline + 1;
    while (end < text.size() && IsBlank(text[end])) ++end;
    if (end < text.size() && text[end] == '\n') continue;
    const absl::string_view indent = absl::string_view(text).substr(newline + 1, end - newline - 1);
    if (!any) {
      common = indent;
      any = true;
    }
    size_t same = 0;
    while (same < common.size() && same < indent.size() && common[same] == indent[same]) ++same;
    common = common.substr(0, same);
  }
  return common.size();
}

}  // namespace

void Lexer::OpenString() {
  Mode mode;
  mode.string = true;
  mode.begin = static_cast<int32_t>(position_);
  mode.triple = StartsWith("\"\"\"");
  mode.raw = !space_before_ && !list.tokens.empty() &&
             list.tokens.back().kind == TokenKind::kIdentifier &&
             list.tokens.back().end == static_cast<int32_t>(position_);
  Emit(TokenKind::kStringBegin, mode.triple ? 3 : 1).raw = mode.raw;
  modes_.push_back(std::move(mode));
}

void Lexer::EmitStringText(size_t begin, size_t end) {
  const size_t resume = position_;
  position_ = begin;
  modes_.back().parts.push_back(list.tokens.size());
  Emit(TokenKind::kStringText, end - begin);
  position_ = resume;
}

absl::Status Lexer::LexStringPart() {
  const Mode& mode = modes_.back();
  const absl::string_view quotes = mode.triple ? "\"\"\"" : "\"";
  const size_t begin = position_;
  while (position_ < text_.size()) {
    if (StartsWith(quotes)) {
      EmitStringText(begin, position_);
      return CloseString();
    }
    if (At() == '\\') {
      position_ += 2;
      continue;
    }
    if (At() == '$' && !mode.raw) {
      EmitStringText(begin, position_);
      const auto dollar = static_cast<int32_t>(position_);
      ++position_;
      if (At() == '(') {
        Mode inner;
        inner.begin = dollar;
        inner.parentheses = 1;
        modes_.push_back(std::move(inner));
        Emit(TokenKind::kPunctuation, 1);
        return absl::OkStatus();
      }
      const CodePoint c = DecodeUtf8(text_, position_);
      if (c.length == 0 || !IsIdentifierStart(c.value)) {
        return Error(dollar, dollar + 1,
                     "a name or a parenthesis must follow `$` in a string; write `\\$` for the "
                     "character");
      }
      LexIdentifier();
      return absl::OkStatus();
    }
    ++position_;
  }
  incomplete = true;
  return Error(mode.begin, mode.begin + static_cast<int32_t>(quotes.size()),
               "the string is not closed");
}

absl::Status Lexer::CloseString() {
  const Mode mode = std::move(modes_.back());
  modes_.pop_back();
  std::vector<absl::string_view> parts;
  for (const size_t index : mode.parts) parts.push_back(list.tokens[index].text);
  size_t indent = 0;
  if (mode.triple) {
    indent = CommonIndent(parts);
    if (absl::StartsWith(parts[0], "\r\n")) {
      parts[0].remove_prefix(2);
    } else if (absl::StartsWith(parts[0], "\n")) {
      parts[0].remove_prefix(1);
    }
  }
  for (size_t p = 0; p < parts.size(); ++p) {
    Token& token = list.tokens[mode.parts[p]];
    std::string stripped;
    absl::string_view raw = parts[p];
    if (indent > 0) {
      // A part begins a line when a newline stands before it, in it or taken from its front.
      bool line_start = p == 0 && raw.size() < token.text.size();
      size_t i = 0;
      while (i < raw.size()) {
        if (line_start) {
          size_t n = 0;
          while (n < indent && i < raw.size() && IsBlank(raw[i])) ++n, ++i;
          line_start = false;
          continue;
        }
        line_start = raw[i] == '\n';
        stripped.push_back(raw[i++]);
      }
      raw = stripped;
    }
    if (mode.raw) {
      // Backslashes are plain, but those before a quote are halved.
      std::string text;
      for (size_t i = 0; i < raw.size();) {
        size_t slashes = 0;
        while (i + slashes < raw.size() && raw[i + slashes] == '\\') ++slashes;
        const bool quote = i + slashes == raw.size() || raw[i + slashes] == '"';
        text.append(quote ? slashes / 2 : slashes, '\\');
        i += slashes;
        if (i < raw.size()) text.push_back(raw[i++]);
      }
      token.text = Keep(std::move(text));
    } else if (indent > 0 || raw.find_first_of("\\\r") != absl::string_view::npos) {
      FG_ASSIGN_OR_RETURN(std::string text, Unescape(raw, static_cast<size_t>(token.begin)));
      token.text = Keep(std::move(text));
    } else {
      token.text = raw;
    }
  }
  Emit(TokenKind::kStringEnd, mode.triple ? 3 : 1);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Lexer::Unescape(absl::string_view raw, size_t offset) const {
  std::string result;
  for (size_t i = 0; i < raw.size();) {
    if (raw[i] == '\r' && i + 1 < raw.size() && raw[i + 1] == '\n') {
      ++i;  // Lines end with \n whatever the text was written on.
    } else if (raw[i] != '\\') {
      result.push_back(raw[i++]);
    } else {
      ++i;
      FG_RETURN_IF_ERROR(UnescapeOne(raw, offset, &i, &result));
    }
  }
  return result;
}

absl::Status Lexer::UnescapeOne(absl::string_view raw, size_t offset, size_t* i,
                                std::string* result) const {
  const auto at = static_cast<int32_t>(offset + *i) - 1;
  const char c = *i < raw.size() ? raw[*i] : '\0';
  ++*i;
  static constexpr absl::string_view kNames = "ntrabfv0e\\\"'$`";
  static constexpr absl::string_view kValues("\n\t\r\a\b\f\v\0\x1b\\\"'$`", 14);
  auto hex = [&](size_t most, uint32_t* value) {
    size_t n = 0;
    while (n < most && *i < raw.size()) {
      const char d = raw[*i];
      const int digit = d >= '0' && d <= '9'   ? d - '0'
                        : d >= 'a' && d <= 'f' ? d - 'a' + 10
                        : d >= 'A' && d <= 'F' ? d - 'A' + 10
                                               : -1;
      if (digit < 0) break;
      *value = *value * 16 + static_cast<uint32_t>(digit);
      ++*i;
      ++n;
    }
    return n > 0;
  };
  if (c == '\n') {  // The line goes on; blanks at the start of the next one do not count.
    while (*i < raw.size() && IsBlank(raw[*i])) ++*i;
    return absl::OkStatus();
  }
  if (c >= '0' && c <= '7') {
    uint32_t value = 0;
    --*i;
    for (int n = 0; n < 3 && *i < raw.size() && raw[*i] >= '0' && raw[*i] <= '7'; ++n) {
      value = value * 8 + static_cast<uint32_t>(raw[(*i)++] - '0');
    }
    if (value > 0x7f) return Error(at, at + 2, "an octal escape past \\177 is not valid UTF-8");
    result->push_back(static_cast<char>(value));
    return absl::OkStatus();
  }
  if (c == 'x' || c == 'u' || c == 'U') {
    uint32_t value = 0;
    if (!hex(c == 'x' ? 2 : c == 'u' ? 4 : 8, &value)) {
      return Error(at, at + 2, absl::StrCat("digits must follow \\", std::string(1, c)));
    }
    if ((c == 'x' && value > 0x7f) || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff)) {
      return Error(at, at + 2, "the escape is not a Unicode character");
    }
    AppendUtf8(value, result);
    return absl::OkStatus();
  }
  const size_t name = c == '\0' ? absl::string_view::npos : kNames.find(c);
  if (name == absl::string_view::npos) return Error(at, at + 2, "invalid escape sequence");
  result->push_back(kValues[name]);
  return absl::OkStatus();
}

absl::Status Lexer::LexChar() {
  const auto begin = static_cast<int32_t>(position_);
  size_t end = position_ + 1;
  if (end < text_.size() && text_[end] == '\\') ++end;
  if (end < text_.size()) end += static_cast<size_t>(DecodeUtf8(text_, end).length);
  while (end < text_.size() && text_[end] != '\'' && text_[end] != '\n' && end - position_ < 16) {
    ++end;
  }
  if (end >= text_.size() || text_[end] != '\'') {
    return Error(begin, begin + 1,
                 "a character is one sign between single quotes; strings take double quotes");
  }
  const absl::string_view raw = text_.substr(position_ + 1, end - position_ - 1);
  FG_ASSIGN_OR_RETURN(const std::string text, Unescape(raw, position_ + 1));
  const CodePoint c = DecodeUtf8(text, 0);
  if (c.length == 0 || static_cast<size_t>(c.length) != text.size()) {
    return Error(begin, static_cast<int32_t>(end) + 1,
                 "a character literal holds one character; strings take double quotes");
  }
  Token& token = Emit(TokenKind::kChar, end + 1 - position_);
  token.value = static_cast<int32_t>(list.values.size());
  list.values.push_back(Value::Char(c.value));
  return absl::OkStatus();
}

}  // namespace fluxgate::lang
