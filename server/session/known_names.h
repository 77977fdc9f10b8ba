#ifndef FLUXGATE_SERVER_SESSION_KNOWN_NAMES_H_
#define FLUXGATE_SERVER_SESSION_KNOWN_NAMES_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/session/session.h"

namespace fluxgate::session {

// What sort of function a request asks for by name.
enum class Sort : uint8_t { kFunction, kLoss, kMetric, kActivation, kInitialiser, kOptimiser };

// NOT_FOUND with the nearest name and what there is of that sort: built in, and in the workspace.
absl::Status NoSuchFunction(Visit& visit, absl::string_view name, Sort sort);
// The names that are built in, with commas: "mse, mae, ...".
std::string BuiltInNames(Sort sort);

// The same error with more said at its end.
absl::Status Hinted(const absl::Status& status, absl::string_view hint);
// "a Matrix{Float32}", "an Int64".
std::string WithArticle(absl::string_view noun);
// "1 example", "3 examples".
std::string Counted(int64_t count, absl::string_view noun);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_KNOWN_NAMES_H_
