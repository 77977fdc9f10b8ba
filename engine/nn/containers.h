#ifndef FLUXGATE_ENGINE_NN_CONTAINERS_H_
#define FLUXGATE_ENGINE_NN_CONTAINERS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/value/value.h"

namespace fluxgate::nn {

// The `layers` field of a container: a tuple of the positional layers, a NamedTuple of the named
// ones, or the one vector, tuple or NamedTuple that was given. `reserved` names cannot name layers.
absl::StatusOr<Value> InnerLayers(absl::string_view container, absl::Span<const Value> positional,
                                  absl::Span<const std::pair<std::string, Value>> named,
                                  std::vector<absl::string_view> reserved);

// The layers in such a field, in order.
std::vector<Value> LayerElements(const Value& layers);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_CONTAINERS_H_
