#ifndef FLUXGATE_SERVER_LOG_LOG_FORMAT_H_
#define FLUXGATE_SERVER_LOG_LOG_FORMAT_H_

#include <spdlog/formatter.h>
#include <spdlog/logger.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

// How the lines of the log look: as text for people, or one JSON object a line.
namespace fluxgate::log {

enum class Format { kText, kJson };

// "text" or "json".
absl::StatusOr<Format> ParseFormat(absl::string_view name);

// For sinks:
//   text  [2026-11-21 19:20:00.123] [info] message
//   json  {"time":"2026-11-21T19:20:00.123Z","level":"info","message":"message"}
std::unique_ptr<spdlog::formatter> MakeFormatter(Format format);

// A line with fields, in the order given. A number has its JSON text for a value and `is_number`.
struct Field {
  absl::string_view name;
  std::string value;
  bool is_number = false;
};

// Writes lines with fields to the sinks of another logger, whose formatters MakeFormatter made:
//   text  ... [info] message name=value name=value
//   json  {"time":...,"level":"info","message":"message","name":"value",...}
// Values may come from clients: what is no visible ASCII character is escaped, so that no value
// begins another field or line.
class FieldLogger {
 public:
  FieldLogger(const spdlog::logger& base, Format format);

  bool Wants(spdlog::level::level_enum level) const { return logger_->should_log(level); }
  void Write(spdlog::level::level_enum level, absl::string_view message,
             const std::vector<Field>& fields) const;

 private:
  const Format format_;
  const std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace fluxgate::log

#endif  // FLUXGATE_SERVER_LOG_LOG_FORMAT_H_
