#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_TEXT_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_TEXT_H_

#include <vector>

#include "engine/lang/builtin.h"

namespace fluxgate::lang {

std::vector<Builtin> StringFunctionBuiltins();  // split, join, replace, uppercase, parse, ...
std::vector<Builtin> PrintingBuiltins();        // print, println, show, string, repr, IOBuffer, ...

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_TEXT_H_
