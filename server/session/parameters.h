#ifndef FLUXGATE_SERVER_SESSION_PARAMETERS_H_
#define FLUXGATE_SERVER_SESSION_PARAMETERS_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "engine/value/value.h"
#include "server/session/derivatives.h"

namespace fluxgate::session {

// The parameters of a model, or the numeric leaves of any other value, by path; only those at
// `paths` when there are any.
absl::StatusOr<NamedTensors> ReadTensors(const Value& value, const std::vector<std::string>& paths);

// x, and y when there is one, of a dataset.
absl::StatusOr<NamedTensors> DatasetTensors(const Value& dataset);

// Writes parameters in place, all or none: every name that shares them sees it. The values must
// have the parameters' dims; numbers are converted to their dtype. Returns how many numbers.
absl::StatusOr<int64_t> WriteParameters(const Value& model,
                                        const std::vector<std::pair<std::string, Value>>& values);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_PARAMETERS_H_
