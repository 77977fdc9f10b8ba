#ifndef FLUXGATE_ENGINE_LANG_BUILTINS_REDUCTIONS_H_
#define FLUXGATE_ENGINE_LANG_BUILTINS_REDUCTIONS_H_

#include <vector>

#include "engine/lang/builtin.h"
#include "engine/lang/builtins/definition.h"

namespace fluxgate::lang {

std::vector<Builtin> FoldBuiltins();        // sum, prod, maximum, any, count, cumsum, ...
std::vector<Builtin> SearchBuiltins();      // findmax, argmin, findall, findfirst, ...
std::vector<Builtin> StatisticsBuiltins();  // mean, std, var, median, quantile, cor

// f.(collection) for arrays and any other iterable; `f` null: the collection itself, dense.
absl::StatusOr<Value> Mapped(Evaluator& eval, const Value* f, const Value& collection);
// The order that sorts these numbers, 0-based; the trace is guarded by them.
absl::StatusOr<std::vector<int64_t>> SortedOrder(Evaluator& eval, const Value& numbers);
// The elements at these 0-based flat positions, as a vector.
absl::StatusOr<Value> PickElements(Evaluator& eval, const Value& numbers,
                                   const std::vector<int64_t>& positions);
// "reducing over an empty collection is not allowed".
absl::Status EmptyReduction();
// dims that the array has; the others have size 1 and reduce to themselves.
std::vector<int> OwnDims(const std::vector<int>& dims, int rank);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_BUILTINS_REDUCTIONS_H_
