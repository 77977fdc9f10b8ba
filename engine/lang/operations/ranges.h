#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_RANGES_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_RANGES_H_

#include "absl/status/statusor.h"
#include "engine/lang/builtin.h"

namespace fluxgate::lang {

// start:step:stop for numbers (traced ones are decided) and characters; `step` null: start:stop.
absl::StatusOr<Value> MakeRange(Evaluator& eval, const Value& start, const Value* step,
                                const Value& stop);
// `length` evenly spaced numbers from start to stop.
absl::StatusOr<Value> MakeSpacedRange(Evaluator& eval, const Value& start, const Value& stop,
                                      int64_t length);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_RANGES_H_
