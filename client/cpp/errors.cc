#include "client/cpp/errors.h"

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "google/rpc/error_details.pb.h"

namespace fluxgate::client {
namespace {

constexpr char kDetailsUrl[] = "type.googleapis.com/google.rpc.Status";

// gRPC on the server's side ends a stream in these words when messages hold all the memory that
// they may: its message has no word of ours.
constexpr absl::string_view kNoRoom = "RST_STREAM with error code 11";

std::string MessageOf(const grpc::Status& status) {
  if (!absl::StrContains(status.error_message(), kNoRoom)) return status.error_message();
  return absl::StrCat("the server has no room for messages now; try again later (",
                      status.error_message(), ")");
}

// The first detail of the type, if there is one.
template <typename Detail>
absl::optional<Detail> FindDetail(const absl::Status& status) {
  const absl::optional<google::rpc::Status> error = GetDetails(status);
  if (!error.has_value()) return absl::nullopt;
  for (const auto& any : error->details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return absl::nullopt;
}

}  // namespace

absl::Status ToStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()), MessageOf(status));
  if (!status.error_details().empty()) {
    result.SetPayload(kDetailsUrl, absl::Cord(status.error_details()));
  }
  return result;
}

absl::Status ToStatus(const google::rpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.code()), status.message());
  if (!result.ok()) result.SetPayload(kDetailsUrl, absl::Cord(status.SerializeAsString()));
  return result;
}

absl::optional<google::rpc::Status> GetDetails(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kDetailsUrl);
  google::rpc::Status error;
  if (!payload.has_value() || !error.ParseFromString(std::string(*payload))) return absl::nullopt;
  return error;
}

absl::optional<v1::SourceDiagnostic> GetDiagnostic(const absl::Status& status) {
  return FindDetail<v1::SourceDiagnostic>(status);
}

absl::optional<std::chrono::milliseconds> GetRetryDelay(const absl::Status& status) {
  auto info = FindDetail<google::rpc::RetryInfo>(status);
  if (!info.has_value()) return absl::nullopt;
  return std::chrono::milliseconds(info->retry_delay().seconds() * 1000 +
                                   info->retry_delay().nanos() / 1000000);
}

absl::optional<std::string> GetRequestId(const absl::Status& status) {
  auto info = FindDetail<google::rpc::RequestInfo>(status);
  if (!info.has_value()) return absl::nullopt;
  return info->request_id();
}

std::string FormatError(const absl::Status& status) {
  if (auto diagnostic = GetDiagnostic(status)) {
    // As Julia: error("x") is "ERROR: x".
    std::string text =
        diagnostic->kind() == "ErrorException"
            ? absl::StrCat("ERROR: ", diagnostic->message())
            : absl::StrCat("ERROR: ", diagnostic->kind(), ": ", diagnostic->message());
    if (!diagnostic->suggestion().empty()) {
      absl::StrAppend(&text, "\nSuggestion: did you mean `", diagnostic->suggestion(), "`?");
    }
    if (diagnostic->line() > 0) {
      absl::StrAppend(&text, "\n@ ", diagnostic->source(), ":", diagnostic->line(), ":",
                      diagnostic->column());
    }
    for (const std::string& line : diagnostic->excerpt()) absl::StrAppend(&text, "\n", line);
    for (const std::string& frame : diagnostic->trace()) absl::StrAppend(&text, "\n  in ", frame);
    return text;
  }
  std::string text =
      absl::StrCat("ERROR: ", absl::StatusCodeToString(status.code()), ": ", status.message());
  if (auto request = FindDetail<google::rpc::BadRequest>(status)) {
    for (const auto& violation : request->field_violations()) {
      // The server's own message begins with the first of them.
      const std::string line = absl::StrCat(violation.field(), ": ", violation.description());
      if (absl::StrContains(status.message(), line)) continue;
      absl::StrAppend(&text, "\n  ", line);
    }
  }
  if (absl::IsInternal(status)) {
    if (auto id = GetRequestId(status)) absl::StrAppend(&text, "\n  request_id: ", *id);
  }
  return text;
}

}  // namespace fluxgate::client
