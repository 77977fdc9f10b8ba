#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_FLOAT_FORMAT_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_FLOAT_FORMAT_H_

#include <string>

namespace fluxgate::lang {

// Shortest round-trip digits as Julia prints a float: "1.0e-5", "NaN", "-Inf".
std::string FormatFloat(double v);
// A Float32 by itself, "0.1f0", "1.0f-5", "NaN32"; among others of its type, "0.1", "1.0f-5", "NaN";
// and as print writes it, "0.1", "1.0e-5", "NaN".
enum class Float32Style { kLone, kElement, kPrinted };
std::string FormatFloat(float v, Float32Style style);
// At most six significant digits, as in arrays of several columns: "0.906654".
std::string FormatCompact(double v);
std::string FormatCompact(float v);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_FLOAT_FORMAT_H_
