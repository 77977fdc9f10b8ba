#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_CHARACTERS_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_CHARACTERS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fluxgate::lang {

// The code point at text[position] and how many bytes it takes; length 0 where the bytes are not
// UTF-8 (or at the end).
struct CodePoint {
  char32_t value = 0;
  int length = 0;
};
CodePoint DecodeUtf8(absl::string_view text, size_t position);
void AppendUtf8(char32_t code_point, std::string* text);
// The offset of the first byte that is not UTF-8, or npos.
size_t FindInvalidUtf8(absl::string_view text);

// Julia's rules for names.
bool IsIdentifierStart(char32_t c);
bool IsIdentifierPart(char32_t c);
// NFC, and the look-alikes that Julia takes for one (µ and μ, ɛ and ε).
std::string NormalizeIdentifier(absl::string_view name);
// True for a name that `x = 1` could assign: an identifier that is not a keyword.
bool IsIdentifier(absl::string_view text);
bool IsKeyword(absl::string_view word);

// Columns that a terminal needs, and characters (code points).
int TextWidth(absl::string_view text);
int CountCharacters(absl::string_view text);
bool IsPrintable(char32_t c);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_CHARACTERS_H_
