#ifndef FLUXGATE_TESTS_SERVER_GRPC_WRONG_REQUESTS_WRONG_REQUEST_H_
#define FLUXGATE_TESTS_SERVER_GRPC_WRONG_REQUESTS_WRONG_REQUEST_H_

#include <ostream>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fluxgate::rpc {

// A wrong request, and what the server must say to it. The session that it meets is the one of
// SetUpSession in wrong_requests_test.cc, and it must be the same bit for bit afterwards.
struct WrongRequest {
  std::string name;                   // of the test
  std::string rpc;                    // "Models/Predict"
  std::vector<std::string> messages;  // JSON, or bytes to send as they are; many in a stream
  absl::StatusCode code;
  // What is blamed: a field ("x.rows[1]"), a place in a text ("@2:5"), both ("source@1:4") or
  // nothing. "@" is a text whose place does not matter.
  std::string where;
  std::string says;  // a part of the message: what was expected, what exists
};
inline void PrintTo(const WrongRequest& row, std::ostream* out) { *out << row.rpc; }

inline constexpr auto kInvalid = absl::StatusCode::kInvalidArgument;
inline constexpr auto kMissing = absl::StatusCode::kNotFound;
inline constexpr auto kExists = absl::StatusCode::kAlreadyExists;
inline constexpr auto kWrongState = absl::StatusCode::kFailedPrecondition;
inline constexpr auto kConflict = absl::StatusCode::kAborted;
inline constexpr auto kTooMuch = absl::StatusCode::kResourceExhausted;
inline constexpr auto kTooLate = absl::StatusCode::kDeadlineExceeded;
inline constexpr auto kDamaged = absl::StatusCode::kDataLoss;

inline std::string Repeat(const std::string& text, int times) {
  std::string all;
  for (int i = 0; i < times; ++i) all += text;
  return all;
}

// {"field": "text"}; the text has no quotes and no backslashes.
inline std::string JsonOf(const std::string& field, const std::string& text) {
  return "{\"" + field + "\": \"" + text + "\"}";
}

// The wire's bytes of a field that holds bytes or text.
std::string WireField(int number, const std::string& bytes);

std::vector<WrongRequest> SessionRequests();
std::vector<WrongRequest> TextRequests();
std::vector<WrongRequest> WorkspaceRequests();
std::vector<WrongRequest> TensorRequests();
std::vector<WrongRequest> ModelRequests();
std::vector<WrongRequest> TrainingRequests();
std::vector<WrongRequest> DatasetRequests();
std::vector<WrongRequest> JobRequests();

}  // namespace fluxgate::rpc

#endif  // FLUXGATE_TESTS_SERVER_GRPC_WRONG_REQUESTS_WRONG_REQUEST_H_
