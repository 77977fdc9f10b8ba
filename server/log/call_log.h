#ifndef FLUXGATE_SERVER_LOG_CALL_LOG_H_
#define FLUXGATE_SERVER_LOG_CALL_LOG_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "server/log/log_format.h"
#include "server/metrics/call_statistics.h"

namespace fluxgate::log {

// What the log says of a call that has ended, or of a job.
struct CallRecord {
  std::string rpc;  // "fluxgate.v1.Models/Train"; of a job: what began it
  std::string job;  // Empty: a call.
  std::string tenant, session, request_id;
  std::string peer;  // "ipv4", "ipv6" or "unix": the kind, no address
  absl::StatusCode code = absl::StatusCode::kOk;
  metrics::CallTimes times;
  int64_t bytes_in = 0, bytes_out = 0;
};

// One line for each call and job that ends:
//   error  an error of the server
//   warn   it had no room or no time
//   info   another error; one that took long; with `all`, each
//   debug  the rest
// Never a text, a number or a token of a client. Thread-safe.
class CallLog {
 public:
  struct Options {
    bool all = false;
    std::chrono::nanoseconds slow = std::chrono::seconds(10);
    Format format = Format::kText;
    std::shared_ptr<spdlog::logger> logger;  // The program's own when null.
  };
  explicit CallLog(const Options& options);

  // Whether a call that ends so gets a line: asked before its record is made.
  bool Wants(absl::StatusCode code, const metrics::CallTimes& times) const {
    return fields_.Wants(LevelOf(code, times));
  }
  void Write(const CallRecord& record) const;

 private:
  spdlog::level::level_enum LevelOf(absl::StatusCode code, const metrics::CallTimes& times) const;

  const bool all_;
  const std::chrono::nanoseconds slow_;
  const FieldLogger fields_;
};

}  // namespace fluxgate::log

#endif  // FLUXGATE_SERVER_LOG_CALL_LOG_H_
