#include "engine/lang/syntax/characters.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

namespace fluxgate::lang {
namespace {

bool Between(char32_t c, char32_t low, char32_t high) { return low <= c && c <= high; }

// Symbols of category Sm that may begin a name: ∂ ∇ ∑ ∏ ∞ and their kin.
bool IsLetterLikeMathSymbol(char32_t c) {
  return Between(c, 0x2140, 0x2144) || c == 0x223f || c == 0x22be || c == 0x22bf || c == 0x22a4 ||
         c == 0x22a5 || c == 0x2202 || Between(c, 0x2205, 0x2207) || Between(c, 0x220e, 0x2211) ||
         c == 0x221e || c == 0x221f || Between(c, 0x222b, 0x2233) || Between(c, 0x22c0, 0x22c3) ||
         Between(c, 0x25f8, 0x25ff) || c == 0x266f || c == 0x27d8 || c == 0x27d9 || c == 0x27c0 ||
         c == 0x27c1 || Between(c, 0x29b0, 0x29b4) || Between(c, 0x2a00, 0x2a06) ||
         Between(c, 0x2a09, 0x2a16) || c == 0x2a1b || c == 0x2a1c;
}

// Superscript and subscript signs, angles, bold digits, and letters that Unicode files elsewhere.
bool IsOtherStart(char32_t c) {
  return Between(c, 0x207a, 0x207e) || Between(c, 0x208a, 0x208e) || Between(c, 0x2220, 0x2222) ||
         Between(c, 0x299b, 0x29af) || c == 0x2118 || c == 0x212e || c == 0x309b || c == 0x309c ||
         Between(c, 0x1d7ce, 0x1d7e1) || c == 0x1d6c1 || c == 0x1d6db || c == 0x1d6fb ||
         c == 0x1d715 || c == 0x1d735 || c == 0x1d74f || c == 0x1d76f || c == 0x1d789 ||
         c == 0x1d7a9 || c == 0x1d7c3;
}

constexpr absl::string_view kKeywords[] = {
    "baremodule", "begin",  "break",  "catch", "const",   "continue", "do",       "else",
    "elseif",     "end",    "export", "false", "finally", "for",      "function", "global",
    "if",         "import", "let",    "local", "macro",   "module",   "quote",    "return",
    "struct",     "true",   "try",    "using", "while"};

}  // namespace

CodePoint DecodeUtf8(absl::string_view text, size_t position) {
  if (position >= text.size()) return {};
  const auto first = static_cast<unsigned char>(text[position]);
  if (first < 0x80) return {first, 1};
  utf8proc_int32_t c = 0;
  const auto n = utf8proc_iterate(
      reinterpret_cast<const utf8proc_uint8_t*>(text.data() + position),
      static_cast<utf8proc_ssize_t>(std::min<size_t>(4, text.size() - position)), &c);
  if (n <= 0) return {};
  return {static_cast<char32_t>(c), static_cast<int>(n)};
}

void AppendUtf8(char32_t code_point, std::string* text) {
  utf8proc_uint8_t bytes[4];
  const auto n = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  text->append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(n));
}

size_t FindInvalidUtf8(absl::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const int length = DecodeUtf8(text, i).length;
    if (length == 0) return i;
    i += static_cast<size_t>(length);
  }
  return absl::string_view::npos;
}

bool IsIdentifierStart(char32_t c) {
  if (c < 0x80) return Between(c, 'a', 'z') || Between(c, 'A', 'Z') || c == '_';
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_SC:
      return true;
    case UTF8PROC_CATEGORY_SO:  // But for arrows and replacement characters.
      return !(Between(c, 0x2190, 0x21ff) || c == 0xfffc || c == 0xfffd || c == 0x233f ||
               c == 0x00a6);
    default:
      return IsLetterLikeMathSymbol(c) || IsOtherStart(c);
  }
}

bool IsIdentifierPart(char32_t c) {
  if (IsIdentifierStart(c)) return true;
  if (c < 0x80) return Between(c, '0', '9') || c == '!';
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NO:
    case UTF8PROC_CATEGORY_PC:
    case UTF8PROC_CATEGORY_SK:
      return true;
    default:
      return Between(c, 0x2032, 0x2037) || c == 0x2057;  // Primes.
  }
}

std::string NormalizeIdentifier(absl::string_view name) {
  if (std::all_of(name.begin(), name.end(), [](char c) { return (c & 0x80) == 0; })) {
    return std::string(name);
  }
  utf8proc_uint8_t* normalized = nullptr;
  const auto n = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(name.data()),
                              static_cast<utf8proc_ssize_t>(name.size()), &normalized,
                              static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE));
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(normalized, &std::free);
  if (n < 0) return std::string(name);
  const absl::string_view composed(reinterpret_cast<const char*>(normalized),
                                   static_cast<size_t>(n));
  std::string result;
  for (size_t i = 0; i < composed.size();) {
    const CodePoint c = DecodeUtf8(composed, i);
    if (c.length == 0) return std::string(name);
    i += static_cast<size_t>(c.length);
    AppendUtf8(c.value == 0x025b ? U'ε' : c.value == 0x00b5 ? U'μ' : c.value, &result);
  }
  return result;
}

bool IsIdentifier(absl::string_view text) {
  const CodePoint first = DecodeUtf8(text, 0);
  if (first.length == 0 || !IsIdentifierStart(first.value) || IsKeyword(text)) return false;
  for (size_t i = static_cast<size_t>(first.length); i < text.size();) {
    const CodePoint c = DecodeUtf8(text, i);
    if (c.length == 0 || !IsIdentifierPart(c.value)) return false;
    i += static_cast<size_t>(c.length);
  }
  return true;
}

bool IsKeyword(absl::string_view word) {
  return std::binary_search(std::begin(kKeywords), std::end(kKeywords), word);
}

int TextWidth(absl::string_view text) {
  int width = 0;
  for (size_t i = 0; i < text.size();) {
    const CodePoint c = DecodeUtf8(text, i);
    i += static_cast<size_t>(std::max(c.length, 1));
    width += c.value < 0x80 ? 1 : std::max(0, utf8proc_charwidth(static_cast<int32_t>(c.value)));
  }
  return width;
}

int CountCharacters(absl::string_view text) {
  return static_cast<int>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

bool IsPrintable(char32_t c) {
  if (c < 0x80) return c >= 0x20 && c != 0x7f;
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_CN:
    case UTF8PROC_CATEGORY_CC:
    case UTF8PROC_CATEGORY_CF:
    case UTF8PROC_CATEGORY_CS:
    case UTF8PROC_CATEGORY_CO:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_ZS:
      return false;
    default:
      return true;
  }
}

}  // namespace fluxgate::lang
