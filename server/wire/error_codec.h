#ifndef FLUXGATE_SERVER_WIRE_ERROR_CODEC_H_
#define FLUXGATE_SERVER_WIRE_ERROR_CODEC_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "engine/base/status_macros.h"  // IWYU pragma: export
#include "google/rpc/status.pb.h"

namespace fluxgate::wire {

// A mistake in one field of a request, by its path as the client wrote it: "x.rows[0][2]". Clients
// see it as BadRequest.field_violations.
absl::Status FieldError(absl::string_view field, absl::string_view description,
                        absl::StatusCode code = absl::StatusCode::kInvalidArgument);

// Says which field led to an error that was found deeper inside, unless one is named already. OK
// stays OK; errors that are nobody's mistake (cancelled, out of memory) stay as they are.
absl::Status AtField(absl::Status status, absl::string_view field);

// The one conversion at the edge: code, message, and details (BadRequest, SourceDiagnostic,
// RetryInfo, and RequestInfo when there is a `request_id`), all cut to what fits gRPC's metadata.
// An INTERNAL error's text stays on the server.
google::rpc::Status ToRpcStatus(const absl::Status& status, absl::string_view request_id = "");
grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view request_id = "");

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_ERROR_CODEC_H_
