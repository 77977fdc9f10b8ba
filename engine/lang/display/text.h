#ifndef FLUXGATE_ENGINE_LANG_DISPLAY_TEXT_H_
#define FLUXGATE_ENGINE_LANG_DISPLAY_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fluxgate::lang {

// "a\n\$b", in quotes.
std::string QuoteString(absl::string_view text);
// The same at a prompt of so many columns: of more than seven lines only the ends.
std::string ElideString(const std::string& text, int columns);
// 'a', '\n', '\u200b'.
std::string QuoteChar(char32_t c);
// :a, :+, Symbol("a b").
std::string QuoteSymbol(absl::string_view name);
// 'a': ASCII/Unicode U+0061 (category Ll: Letter, lowercase)
std::string DescribeChar(char32_t c);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_DISPLAY_TEXT_H_
