#include "server/wire/request_checks.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "server/wire/error_codec.h"
#include "server/wire/limits.h"

namespace fluxgate::wire {
namespace {

constexpr int64_t kNano = 1'000'000'000;
// What the opaque token begins with; then the index of the first item.
constexpr char kTokenPrefix[] = "at-";

}  // namespace

absl::StatusOr<std::chrono::nanoseconds> DecodeDuration(const google::protobuf::Duration& duration,
                                                        absl::string_view field,
                                                        std::chrono::nanoseconds longest) {
  if (duration.seconds() < 0 || duration.nanos() < 0 || duration.nanos() >= kNano ||
      (duration.seconds() == 0 && duration.nanos() == 0)) {
    return FieldError(field, "must be a positive duration, such as \"30s\"");
  }
  const int64_t longest_seconds = longest.count() / kNano;
  if (duration.seconds() > longest_seconds ||
      (duration.seconds() == longest_seconds && duration.nanos() > 0)) {
    return FieldError(field, absl::StrCat("is ", duration.seconds(), " s; the longest is ",
                                          longest_seconds, " s"));
  }
  return std::chrono::seconds(duration.seconds()) + std::chrono::nanoseconds(duration.nanos());
}

absl::Status CheckRequestId(absl::string_view request_id) {
  if (request_id.size() <= kMaxNameBytes) return absl::OkStatus();
  return FieldError("request_id", absl::StrCat("has ", request_id.size(),
                                               " bytes; the longest has ", kMaxNameBytes));
}

absl::Status CheckRequired(absl::string_view value, absl::string_view field) {
  return value.empty() ? FieldError(field, "is required") : absl::OkStatus();
}

absl::Status CheckSource(absl::string_view source, absl::string_view field) {
  if (source.size() <= kMaxSourceBytes) return absl::OkStatus();
  return FieldError(
      field, absl::StrCat("has ", source.size(), " bytes; a text has at most ", kMaxSourceBytes));
}

absl::StatusOr<Page> DecodePage(uint32_t page_size, absl::string_view page_token) {
  Page page;
  page.size = page_size == 0 ? kDefaultPageSize : std::min<uint32_t>(page_size, kMaxPageSize);
  if (page_token.empty()) return page;
  uint64_t begin = 0;
  if (!absl::ConsumePrefix(&page_token, kTokenPrefix) || !absl::SimpleAtoi(page_token, &begin)) {
    return FieldError("page_token", "is not one that the server gave");
  }
  page.begin = begin;
  return page;
}

std::string NextPageToken(const Page& page, size_t total) {
  const size_t end = page.begin + page.size;
  return page.begin < total && end < total ? absl::StrCat(kTokenPrefix, end) : "";
}

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration) {
  google::protobuf::Duration message;
  message.set_seconds(duration.count() / kNano);
  message.set_nanos(static_cast<int32_t>(duration.count() % kNano));
  return message;
}

google::protobuf::Timestamp ToProto(std::chrono::system_clock::time_point time) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch());
  google::protobuf::Timestamp message;
  message.set_seconds(since_epoch.count() / kNano);
  message.set_nanos(static_cast<int32_t>(since_epoch.count() % kNano));
  return message;
}

}  // namespace fluxgate::wire
