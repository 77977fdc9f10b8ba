#ifndef FLUXGATE_CLIENT_CPP_ERRORS_H_
#define FLUXGATE_CLIENT_CPP_ERRORS_H_

#include <grpcpp/support/status.h>

#include <chrono>
#include <string>

#include "absl/status/status.h"
#include "absl/types/optional.h"
#include "google/rpc/status.pb.h"
#include "proto/fluxgate/v1/error.pb.h"

namespace fluxgate::client {

// The server's error with its details: the absl::Status has the same code and message, and carries
// the google.rpc.Status as a payload.
absl::Status ToStatus(const grpc::Status& status);
// The same of an error inside an answer, as of a job that failed.
absl::Status ToStatus(const google::rpc::Status& status);

// The error as it came, with all of its details, when it has any.
absl::optional<google::rpc::Status> GetDetails(const absl::Status& status);

// Where text failed, when it did.
absl::optional<v1::SourceDiagnostic> GetDiagnostic(const absl::Status& status);

// How long the server asked to wait before the next try.
absl::optional<std::chrono::milliseconds> GetRetryDelay(const absl::Status& status);

// By what the server's log knows the call that failed.
absl::optional<std::string> GetRequestId(const absl::Status& status);

// For people: "ERROR: UndefVarError: ..." with the excerpt for an error in text, else the message
// and each offending field on its own line.
std::string FormatError(const absl::Status& status);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CPP_ERRORS_H_
