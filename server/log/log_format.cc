#include "server/log/log_format.h"

#include <spdlog/pattern_formatter.h>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace fluxgate::log {
namespace {

// Lines of this logger are fields already, as JSON without its braces.
constexpr char kFields[] = "fields";
constexpr size_t kMaxValueBytes = 200;

// A JSON string, with its quotes.
std::string Quoted(absl::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      quoted += {'\\', c};
    } else if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) {
      absl::StrAppend(&quoted, "\\u", absl::Hex(static_cast<unsigned char>(c), absl::kZeroPad4));
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

// One word of visible ASCII.
std::string Word(absl::string_view text) {
  return absl::StrReplaceAll(absl::CHexEscape(text.substr(0, kMaxValueBytes)), {{" ", "\\x20"}});
}

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    head_.format(message, out);
    const absl::string_view text(message.payload.data(), message.payload.size());
    const bool is_fields =
        absl::string_view(message.logger_name.data(), message.logger_name.size()) == kFields;
    const std::string body = absl::StrCat(
        is_fields ? std::string(text) : absl::StrCat("\"message\":", Quoted(text)), "}\n");
    out.append(body.data(), body.data() + body.size());
  }
  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }

 private:
  spdlog::pattern_formatter head_{R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",)",
                                  spdlog::pattern_time_type::utc, ""};
};

}  // namespace

absl::StatusOr<Format> ParseFormat(absl::string_view name) {
  if (name == "text") return Format::kText;
  if (name == "json") return Format::kJson;
  return absl::InvalidArgumentError(
      absl::StrCat("--log_format is text or json, not \"", name, "\""));
}

std::unique_ptr<spdlog::formatter> MakeFormatter(Format format) {
  if (format == Format::kJson) return std::make_unique<JsonFormatter>();
  return std::make_unique<spdlog::pattern_formatter>("[%Y-%m-%d %H:%M:%S.%e] [%l] %v");
}

FieldLogger::FieldLogger(const spdlog::logger& base, Format format)
    : format_(format),
      logger_(std::make_shared<spdlog::logger>(kFields, base.sinks().begin(), base.sinks().end())) {
  logger_->set_level(base.level());
}

void FieldLogger::Write(spdlog::level::level_enum level, absl::string_view message,
                        const std::vector<Field>& fields) const {
  const bool json = format_ == Format::kJson;
  std::string line = json ? absl::StrCat("\"message\":", Quoted(message)) : std::string(message);
  for (const Field& field : fields) {
    const std::string value = field.is_number ? field.value : Word(field.value);
    if (json) {
      absl::StrAppend(&line, ",", Quoted(field.name), ":", field.is_number ? value : Quoted(value));
    } else {
      absl::StrAppend(&line, " ", field.name, "=", value);
    }
  }
  logger_->log(level, spdlog::string_view_t(line.data(), line.size()));
}

}  // namespace fluxgate::log
