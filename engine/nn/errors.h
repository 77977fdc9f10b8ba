#ifndef FLUXGATE_ENGINE_NN_ERRORS_H_
#define FLUXGATE_ENGINE_NN_ERRORS_H_

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace fluxgate::nn {

// INVALID_ARGUMENT with a message such as "DimensionMismatch: layer Dense(2 => 3) expects …": the
// kind that Julia would throw stands first, and the language shows it as such.
template <typename... Parts>
absl::Status Error(absl::string_view kind, const Parts&... parts) {
  return absl::InvalidArgumentError(absl::StrCat(kind, ": ", parts...));
}

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_ERRORS_H_
