#include "server/wire/error_codec.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/optional.h"
#include "engine/base/status_message.h"
#include "engine/lang/syntax/diagnostics.h"
#include "google/rpc/error_details.pb.h"
#include "proto/fluxgate/v1/error.pb.h"
#include "server/session/evaluation.h"
#include "server/wire/text.h"

namespace fluxgate::wire {
namespace {

constexpr char kBadRequest[] = "type.googleapis.com/google.rpc.BadRequest";

// Trailers hold 8 KiB in all, and the message travels twice, once percent-encoded.
constexpr size_t kMaxMessage = 800;
constexpr size_t kMaxExcerpt = 240;
constexpr size_t kMaxRequestId = 128;
constexpr size_t kMaxTrace = 8;

absl::optional<google::rpc::BadRequest> GetBadRequest(const absl::Status& status) {
  absl::optional<absl::Cord> payload = status.GetPayload(kBadRequest);
  google::rpc::BadRequest bad;
  if (!payload.has_value() || !bad.ParseFromString(std::string(*payload))) return absl::nullopt;
  return bad;
}

v1::SourceDiagnostic ToProto(const SourceDiagnostic& from) {
  v1::SourceDiagnostic to;
  to.set_kind(CleanText(from.kind, kMaxExcerpt));
  to.set_message(CleanText(from.message, kMaxMessage));
  to.set_source(CleanText(from.source, kMaxExcerpt));
  to.set_line(static_cast<uint32_t>(std::max(from.line, 0)));
  to.set_column(static_cast<uint32_t>(std::max(from.column, 0)));
  if (!from.excerpt.empty()) {
    const std::vector<absl::string_view> lines = absl::StrSplit(from.excerpt, '\n');
    for (size_t i = 0; i < std::min<size_t>(lines.size(), 4); ++i) {
      to.add_excerpt(CleanText(lines[i], kMaxExcerpt));
    }
  }
  to.set_suggestion(CleanText(from.suggestion, kMaxExcerpt));
  for (size_t i = 0; i < std::min(from.trace.size(), kMaxTrace); ++i) {
    to.add_trace(CleanText(from.trace[i], kMaxExcerpt / 2));
  }
  return to;
}

}  // namespace

absl::Status FieldError(absl::string_view field, absl::string_view description,
                        absl::StatusCode code) {
  return AtField(absl::Status(code, description), field);
}

absl::Status AtField(absl::Status status, absl::string_view field) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnavailable:
      return status;
    default:
      break;
  }
  if (field.empty() || status.GetPayload(kBadRequest).has_value()) return status;
  google::rpc::BadRequest bad;
  auto* violation = bad.add_field_violations();
  violation->set_field(CleanText(field, kMaxExcerpt));
  violation->set_description(CleanText(status.message(), kMaxMessage));
  absl::Status result = WithMessage(status, absl::StrCat(field, ": ", status.message()));
  result.SetPayload(kBadRequest, absl::Cord(bad.SerializeAsString()));
  return result;
}

google::rpc::Status ToRpcStatus(const absl::Status& status, absl::string_view request_id) {
  google::rpc::Status rich;
  rich.set_code(static_cast<int>(status.code()));
  const auto add_request_id = [&] {
    if (request_id.empty()) return;
    google::rpc::RequestInfo info;
    info.set_request_id(CleanText(request_id, kMaxRequestId));
    rich.add_details()->PackFrom(info);
  };
  if (absl::IsInternal(status)) {
    // Ours to mend: nothing of it is for the client.
    spdlog::error("internal error{}: {}",
                  request_id.empty()
                      ? ""
                      : absl::StrCat(" of the request ", CleanText(request_id, kMaxRequestId)),
                  std::string(status.message()));
    rich.set_message("an internal error; the server's log has more");
    add_request_id();
    return rich;
  }
  rich.set_message(CleanText(status.message(), kMaxMessage));
  if (absl::optional<google::rpc::BadRequest> bad = GetBadRequest(status)) {
    rich.add_details()->PackFrom(*bad);
  }
  if (absl::optional<SourceDiagnostic> diagnostic = GetDiagnostic(status)) {
    v1::SourceDiagnostic detail = ToProto(*diagnostic);
    detail.set_incomplete(session::IsIncomplete(status));
    rich.add_details()->PackFrom(detail);
  }
  // A queue that is full, or a server about to go, is worth another try soon.
  if (absl::IsUnavailable(status) || (absl::IsResourceExhausted(status) &&
                                      absl::StrContains(status.message(), "the queue is full"))) {
    google::rpc::RetryInfo retry;
    retry.mutable_retry_delay()->set_seconds(1);
    rich.add_details()->PackFrom(retry);
  }
  add_request_id();
  return rich;
}

grpc::Status ToGrpcStatus(const absl::Status& status, absl::string_view request_id) {
  if (status.ok()) return grpc::Status::OK;
  const google::rpc::Status rich = ToRpcStatus(status, request_id);
  return grpc::Status(static_cast<grpc::StatusCode>(rich.code()), rich.message(),
                      rich.SerializeAsString());
}

}  // namespace fluxgate::wire
