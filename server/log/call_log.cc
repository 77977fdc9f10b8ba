#include "server/log/call_log.h"

#include <spdlog/spdlog.h>

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace fluxgate::log {
namespace {

Field Number(absl::string_view name, int64_t number) { return {name, absl::StrCat(number), true}; }

Field Milliseconds(absl::string_view name, std::chrono::nanoseconds time) {
  return {name, absl::StrFormat("%.3f", static_cast<double>(time.count()) * 1e-6), true};
}

void AddText(absl::string_view name, const std::string& text, std::vector<Field>& fields) {
  if (!text.empty()) fields.push_back({name, text});
}

}  // namespace

CallLog::CallLog(const Options& options)
    : all_(options.all),
      slow_(options.slow),
      fields_(options.logger != nullptr ? *options.logger : *spdlog::default_logger(),
              options.format) {}

spdlog::level::level_enum CallLog::LevelOf(absl::StatusCode code,
                                           const metrics::CallTimes& times) const {
  switch (code) {
    case absl::StatusCode::kOk:
      return all_ || times.sum() >= slow_ ? spdlog::level::info : spdlog::level::debug;
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kUnknown:
      return spdlog::level::err;
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnavailable:
      return spdlog::level::warn;
    default:
      return spdlog::level::info;
  }
}

void CallLog::Write(const CallRecord& record) const {
  std::vector<Field> fields;
  fields.push_back({"rpc", record.rpc});
  AddText("job", record.job, fields);
  fields.push_back({"code", absl::StatusCodeToString(record.code)});
  AddText("tenant", record.tenant, fields);
  AddText("session", record.session, fields);
  AddText("request_id", record.request_id, fields);
  AddText("peer", record.peer, fields);
  fields.push_back(Milliseconds("queue_ms", record.times.queue));
  fields.push_back(Milliseconds("compute_ms", record.times.compute));
  fields.push_back(Milliseconds("total_ms", record.times.sum()));
  if (record.job.empty()) {
    fields.push_back(Number("bytes_in", record.bytes_in));
    fields.push_back(Number("bytes_out", record.bytes_out));
  }
  fields_.Write(LevelOf(record.code, record.times), record.job.empty() ? "call" : "job", fields);
}

}  // namespace fluxgate::log
