#ifndef FLUXGATE_ENGINE_LANG_EVALUATE_PRINTF_H_
#define FLUXGATE_ENGINE_LANG_EVALUATE_PRINTF_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"

namespace fluxgate::lang {

// What Printf's @sprintf gives: C's conversions d, i, u, x, o, e, f, g, a, c, s and %%, with flags,
// width and precision. Integers round what is no integer, as Julia does.
absl::StatusOr<std::string> FormatPrintf(Evaluator& eval, absl::string_view format,
                                         absl::Span<const Value> values);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EVALUATE_PRINTF_H_
