#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_TEXT_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"

namespace fluxgate::lang {

std::vector<Builtin> StringFunctionBuiltins();  // split, join, replace, strip, startswith, ...
std::vector<Builtin> CharacterBuiltins();       // uppercase, isletter, codepoint, Char, String, ...
std::vector<Builtin> NumberTextBuiltins();      // parse, tryparse
std::vector<Builtin> PrintingBuiltins();        // print, println, show, string, repr, IOBuffer, ...

inline bool IsText(const Value& v) { return v.is(Kind::kString) || v.is(Kind::kChar); }
// A string's or character's text.
absl::StatusOr<std::string> TextOf(absl::string_view function, const Value& v);
std::vector<char32_t> CodePoints(absl::string_view text);
std::string FromCodePoints(absl::Span<const char32_t> points);
bool IsSpace(char32_t c);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_TEXT_H_
