#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_ARRAYS_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_ARRAYS_H_

#include <vector>

#include "engine/lang/builtin.h"

namespace fluxgate::lang {

std::vector<Builtin> ArrayMakerBuiltins();  // zeros, fill, collect, copy, Vector{T}(undef, n), ...
std::vector<Builtin> ArrayShapeBuiltins();  // size, reshape, permutedims, repeat, circshift, ...
std::vector<Builtin> ArrayPartBuiltins();   // getindex, view, eachcol, hcat, cat, stack, ...
std::vector<Builtin> ArrayTurnBuiltins();   // diff, rotl90, rotr90, rot180

// copy(x): a new array, list, dictionary or set; anything else is itself.
absl::StatusOr<Value> CopyOf(Evaluator& eval, const Value& v);
// collect(x): an Array, or a List when not all elements are numbers.
absl::StatusOr<Value> CollectIterable(Evaluator& eval, const Value& v);
// The array under other dims, sharing its storage where it can.
absl::StatusOr<Value> ReshapeValue(Evaluator& eval, const Value& v, const Shape& shape);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_ARRAYS_H_
