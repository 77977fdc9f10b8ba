#ifndef FLUXGATE_SERVER_WIRE_REQUEST_CHECKS_H_
#define FLUXGATE_SERVER_WIRE_REQUEST_CHECKS_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/timestamp.pb.h"

// The parts that many requests share.
namespace fluxgate::wire {

inline constexpr std::chrono::nanoseconds kDefaultTimeout = std::chrono::seconds(30);
inline constexpr std::chrono::nanoseconds kLongestTimeout = std::chrono::hours(24 * 7);
inline constexpr std::chrono::nanoseconds kLongestTimeToLive = std::chrono::hours(24 * 365);

// INVALID_ARGUMENT for one that is not positive or too long.
absl::StatusOr<std::chrono::nanoseconds> DecodeDuration(
    const google::protobuf::Duration& duration, absl::string_view field,
    std::chrono::nanoseconds longest = kLongestTimeout);
// The `timeout` of a request that has one, else `otherwise`.
template <typename Request>
absl::StatusOr<std::chrono::nanoseconds> TimeoutOf(
    const Request& request, std::chrono::nanoseconds otherwise = kDefaultTimeout) {
  if (!request.has_timeout()) return otherwise;
  return DecodeDuration(request.timeout(), "timeout");
}

absl::Status CheckRequestId(absl::string_view request_id);
absl::Status CheckRequired(absl::string_view value, absl::string_view field);
absl::Status CheckSource(absl::string_view source, absl::string_view field);

// Which part of a list a request wants.
struct Page {
  size_t begin = 0;
  size_t size = 0;
};
absl::StatusOr<Page> DecodePage(uint32_t page_size, absl::string_view page_token);
// The token of the page after this one; empty after the last of `total`.
std::string NextPageToken(const Page& page, size_t total);

google::protobuf::Duration ToProto(std::chrono::nanoseconds duration);
google::protobuf::Timestamp ToProto(std::chrono::system_clock::time_point time);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_REQUEST_CHECKS_H_
