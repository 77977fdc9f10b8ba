#ifndef FLUXGATE_ENGINE_LANG_DISPLAY_DISPLAY_H_
#define FLUXGATE_ENGINE_LANG_DISPLAY_DISPLAY_H_

#include <string>

#include "engine/lang/syntax/float_format.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

struct DisplayOptions {
  int rows = 24, columns = 80;  // of the terminal: larger arrays are elided with ⋮ … ⋱
};

// What Julia 1.10's REPL prints for a value (without a trailing newline): show(io,
// MIME"text/plain").
std::string Display(const Value& value, const DisplayOptions& options = {});
// The compact form that stands inside other values and that repr() and string interpolation give.
std::string Repr(const Value& value);   // strings quoted
std::string Print(const Value& value);  // strings as they are: print, string(...), $x
// Julia's typeof: "Matrix{Float32}", "Tuple{Int64, Vector{Float64}}".
std::string TypeName(const Value& value);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_DISPLAY_DISPLAY_H_
