#ifndef FLUXGATE_ENGINE_LANG_GRADIENT_DERIVATIVE_TEXT_H_
#define FLUXGATE_ENGINE_LANG_GRADIENT_DERIVATIVE_TEXT_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

// A derivative as Julia text, by one of a function's parameters.
struct DerivativeText {
  std::string parameter;  // "x"
  std::string text;       // "6x + 2"
};

// The derivatives of f by each parameter, simplified. `arguments` say of what kind the parameters
// are and, where f branches on them, which branch is meant; without them, f is taken as a function
// of numbers, and one that branches is INVALID_ARGUMENT. Order 1, or up to 8 for one number.
absl::StatusOr<std::vector<DerivativeText>> DeriveText(Evaluator& eval, const Value& f,
                                                       absl::Span<const Value> arguments,
                                                       int order);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_GRADIENT_DERIVATIVE_TEXT_H_
