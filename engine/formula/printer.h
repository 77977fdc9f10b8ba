#ifndef FLUXGATE_ENGINE_FORMULA_PRINTER_H_
#define FLUXGATE_ENGINE_FORMULA_PRINTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "engine/formula/algebra.h"

namespace fluxgate::formula {

// The term as Julia text, with as few parentheses as read well; with dots when any part of it is an
// array. RESOURCE_EXHAUSTED when it is too long or too deep to read.
absl::StatusOr<std::string> Print(const Algebra& algebra, TermId term);

}  // namespace fluxgate::formula

#endif  // FLUXGATE_ENGINE_FORMULA_PRINTER_H_
