#include "engine/lang/display/text.h"

#include <utf8proc.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "engine/lang/syntax/characters.h"

namespace fluxgate::lang {
namespace {

// The escape of a character that is not shown as it is; `next` decides how many digits it needs.
std::string Escape(char32_t c, char32_t next) {
  switch (c) {
    case '\0':
      return next >= '0' && next <= '7' ? "\\x00" : "\\0";
    case '\a':
      return "\\a";
    case '\b':
      return "\\b";
    case '\t':
      return "\\t";
    case '\n':
      return "\\n";
    case '\v':
      return "\\v";
    case '\f':
      return "\\f";
    case '\r':
      return "\\r";
    case 0x1b:
      return "\\e";
    default:
      break;
  }
  const bool hex_follows =
      (next >= '0' && next <= '9') || (next >= 'a' && next <= 'f') || (next >= 'A' && next <= 'F');
  const auto code = static_cast<uint32_t>(c);
  if (code < 0x80) return absl::StrFormat("\\x%02x", code);
  // All digits only where the next character would count as one.
  if (code < 0x10000) return absl::StrFormat("\\u%0*x", hex_follows ? 4 : 1, code);
  return absl::StrFormat("\\U%0*x", hex_follows ? 8 : 1, code);
}

absl::string_view CategoryName(utf8proc_category_t category) {
  switch (category) {
    case UTF8PROC_CATEGORY_CN:
      return "Other, not assigned";
    case UTF8PROC_CATEGORY_LU:
      return "Letter, uppercase";
    case UTF8PROC_CATEGORY_LL:
      return "Letter, lowercase";
    case UTF8PROC_CATEGORY_LT:
      return "Letter, titlecase";
    case UTF8PROC_CATEGORY_LM:
      return "Letter, modifier";
    case UTF8PROC_CATEGORY_LO:
      return "Letter, other";
    case UTF8PROC_CATEGORY_MN:
      return "Mark, nonspacing";
    case UTF8PROC_CATEGORY_MC:
      return "Mark, spacing combining";
    case UTF8PROC_CATEGORY_ME:
      return "Mark, enclosing";
    case UTF8PROC_CATEGORY_ND:
      return "Number, decimal digit";
    case UTF8PROC_CATEGORY_NL:
      return "Number, letter";
    case UTF8PROC_CATEGORY_NO:
      return "Number, other";
    case UTF8PROC_CATEGORY_PC:
      return "Punctuation, connector";
    case UTF8PROC_CATEGORY_PD:
      return "Punctuation, dash";
    case UTF8PROC_CATEGORY_PS:
      return "Punctuation, open";
    case UTF8PROC_CATEGORY_PE:
      return "Punctuation, close";
    case UTF8PROC_CATEGORY_PI:
      return "Punctuation, initial quote";
    case UTF8PROC_CATEGORY_PF:
      return "Punctuation, final quote";
    case UTF8PROC_CATEGORY_PO:
      return "Punctuation, other";
    case UTF8PROC_CATEGORY_SM:
      return "Symbol, math";
    case UTF8PROC_CATEGORY_SC:
      return "Symbol, currency";
    case UTF8PROC_CATEGORY_SK:
      return "Symbol, modifier";
    case UTF8PROC_CATEGORY_SO:
      return "Symbol, other";
    case UTF8PROC_CATEGORY_ZS:
      return "Separator, space";
    case UTF8PROC_CATEGORY_ZL:
      return "Separator, line";
    case UTF8PROC_CATEGORY_ZP:
      return "Separator, paragraph";
    case UTF8PROC_CATEGORY_CC:
      return "Other, control";
    case UTF8PROC_CATEGORY_CF:
      return "Other, format";
    case UTF8PROC_CATEGORY_CS:
      return "Other, surrogate";
    case UTF8PROC_CATEGORY_CO:
      return "Other, private use";
  }
  return "Other, not assigned";
}

bool IsOperatorName(absl::string_view name) {
  static constexpr absl::string_view kOperators[] = {
      "+",  "-",   "*",  "/", "\\", "^",  "%",   "÷",   "&",  "|",  "⊻",  "!", "~",
      "==", "!=",  "<",  ">", "<=", ">=", "===", "!==", "=>", "|>", "<|", "∘", "<<",
      ">>", ">>>", "//", "≈", "<:", ">:", "√",   "⋅",   "×",  "∈",  "∉",  "∪", "∩"};
  return std::find(std::begin(kOperators), std::end(kOperators), name) != std::end(kOperators);
}

}  // namespace

std::string QuoteString(absl::string_view text) {
  std::string result = "\"";
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = DecodeUtf8(text, i);
    if (c.length == 0) {
      absl::StrAppendFormat(&result, "\\x%02x", static_cast<unsigned char>(text[i++]));
      continue;
    }
    i += static_cast<size_t>(c.length);
    if (c.value == '"' || c.value == '\\' || c.value == '$') {
      result.push_back('\\');
      AppendUtf8(c.value, &result);
    } else if (c.value == ' ' || IsPrintable(c.value)) {
      AppendUtf8(c.value, &result);
    } else {
      result += Escape(c.value, DecodeUtf8(text, i).value);
    }
  }
  return result + "\"";
}

// Julia's show(io, MIME"text/plain"(), ::AbstractString), in its order of computing.
std::string ElideString(const std::string& text, int columns) {
  const auto length = static_cast<int64_t>(text.size());
  const auto digits = [](int64_t n) { return static_cast<int64_t>(absl::StrCat(n).size()); };
  const int64_t limit = 7 * std::max(20, columns);
  if (length <= limit - 2) return QuoteString(text);
  constexpr int64_t kShort = 16;  // " ⋯  bytes ⋯ " and four quotes
  int64_t shown = std::max(limit, kShort + 1) - kShort;
  const int64_t first = digits(length - shown);
  shown -= first;
  shown = std::max<int64_t>(0, shown + first - digits(length - shown));
  const auto continues = [&](int64_t i) { return (text[static_cast<size_t>(i)] & 0xc0) == 0x80; };
  int64_t head = 0, tail = length;  // what stands before head and from tail on is shown
  for (int64_t n = (shown + 1) / 2; n > 0 && head < length; --n) {
    do ++head;
    while (head < length && continues(head));
  }
  for (int64_t n = shown / 2; n > 0 && tail > 0; --n) {
    do --tail;
    while (tail > 0 && continues(tail));
  }
  const int64_t least = kShort + digits(length - shown) - 1, skipped = tail - head;
  if (skipped < least) return QuoteString(text);
  const absl::string_view view = text;
  const absl::string_view middle =
      view.substr(static_cast<size_t>(head), static_cast<size_t>(skipped));
  if (4 * least > skipped && CountCharacters(middle) < least) return QuoteString(text);
  return absl::StrCat(QuoteString(view.substr(0, static_cast<size_t>(head))), " ⋯ ", skipped,
                      " bytes ⋯ ", QuoteString(view.substr(static_cast<size_t>(tail))));
}

std::string QuoteChar(char32_t c) {
  std::string text;
  if (c == '\'' || c == '\\') {
    text = {'\\', static_cast<char>(c)};
  } else if (c == ' ' || IsPrintable(c)) {
    AppendUtf8(c, &text);
  } else {
    text = Escape(c, 0);
  }
  return absl::StrCat("'", text, "'");
}

std::string QuoteSymbol(absl::string_view name) {
  if (IsIdentifier(name) || IsOperatorName(name)) return absl::StrCat(":", name);
  return absl::StrCat("Symbol(", QuoteString(name), ")");
}

std::string DescribeChar(char32_t c) {
  const auto code = static_cast<utf8proc_int32_t>(c);
  return absl::StrFormat("%s: %s U+%04X (category %s: %s)", QuoteChar(c),
                         c < 0x80 ? "ASCII/Unicode" : "Unicode", static_cast<uint32_t>(c),
                         utf8proc_category_string(code), CategoryName(utf8proc_category(code)));
}

}  // namespace fluxgate::lang
