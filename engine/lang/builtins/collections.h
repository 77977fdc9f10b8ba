#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_COLLECTIONS_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_COLLECTIONS_H_

#include <vector>

#include "engine/lang/builtin.h"

namespace fluxgate::lang {

std::vector<Builtin> GrowingBuiltins();     // push!, pop!, append!, insert!, deleteat!, ...
std::vector<Builtin> SortingBuiltins();     // sort, sortperm, unique, reverse, issorted, ...
std::vector<Builtin> DictionaryBuiltins();  // Dict, keys, values, get, haskey, merge, pairs, ...
std::vector<Builtin> SetBuiltins();         // Set, union, intersect, setdiff, issubset, ...
std::vector<Builtin> EndsBuiltins();        // first, last, only, rest

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_COLLECTIONS_H_
