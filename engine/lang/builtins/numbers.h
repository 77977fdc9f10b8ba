#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_NUMBERS_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_NUMBERS_H_

#include <vector>

#include "engine/lang/builtin.h"

namespace fluxgate::lang {

std::vector<Builtin> RoundingBuiltins();  // round, floor, ceil, trunc with types and digits
std::vector<Builtin> IntegerBuiltins();   // gcd, factorial, binomial, digits, limits of types, ...

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_NUMBERS_H_
