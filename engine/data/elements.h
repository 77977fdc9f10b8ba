#ifndef FLUXGATE_ENGINE_DATA_ELEMENTS_H_
#define FLUXGATE_ENGINE_DATA_ELEMENTS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/nn/context.h"
#include "engine/value/value.h"

namespace fluxgate::data {

// The elements of an array, range, vector, tuple, string (its characters) or set; a lone number,
// character, string's element or symbol is refused with `what` in the message.
absl::StatusOr<std::vector<Value>> ElementsOf(nn::Context& context, const Value& value,
                                              absl::string_view what);

// An array of these values, which all come from `pool`: of numbers when the whole pool is.
absl::StatusOr<Value> MakeArray(std::vector<Value> values, Shape shape,
                                const std::vector<Value>& pool);

// A label in an error message.
std::string ElementText(const Value& value);

}  // namespace fluxgate::data

#endif  // FLUXGATE_ENGINE_DATA_ELEMENTS_H_
