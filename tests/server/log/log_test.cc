// Lines of the log, as text and as JSON.

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

#include "server/log/call_log.h"

namespace fluxgate::log {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

// A log that is kept.
class Lines {
 public:
  explicit Lines(Format format, spdlog::level::level_enum level = spdlog::level::info) {
    auto sink = std::make_shared<spdlog::sinks::ostream_sink_mt>(text_);
    sink->set_formatter(MakeFormatter(format));
    logger_ = std::make_shared<spdlog::logger>("", sink);
    logger_->set_level(level);
  }
  const std::shared_ptr<spdlog::logger>& logger() const { return logger_; }
  std::string Take() {
    std::string text = text_.str();
    text_.str("");
    return text;
  }

 private:
  std::ostringstream text_;
  std::shared_ptr<spdlog::logger> logger_;
};

google::protobuf::Struct Parsed(const std::string& line) {
  google::protobuf::Struct object;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(line, &object).ok()) << line;
  return object;
}

CallRecord Record(absl::StatusCode code) {
  CallRecord record;
  record.rpc = "fluxgate.v1.Models/Predict";
  record.session = "default";
  record.request_id = "cafe-1";
  record.code = code;
  record.times.queue = std::chrono::microseconds(1500);
  record.times.compute = std::chrono::microseconds(250);
  record.bytes_in = 12;
  return record;
}

TEST(LogFormatTest, TextIsForPeople) {
  Lines lines(Format::kText);
  lines.logger()->info("it \"starts\"");
  EXPECT_THAT(lines.Take(), MatchesRegex(R"(\[[^]]+\] \[info\] it "starts"
)"));
}

TEST(LogFormatTest, JsonIsAnObjectALine) {
  Lines lines(Format::kJson);
  lines.logger()->warn("a \"quoted\" \\ word\nand a line \x01");
  const std::string line = lines.Take();
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto object = Parsed(line);
  EXPECT_EQ(object.fields().at("message").string_value(), "a \"quoted\" \\ word\nand a line \x01");
  EXPECT_EQ(object.fields().at("level").string_value(), "warning");
  EXPECT_THAT(object.fields().at("time").string_value(),
              MatchesRegex(R"(....-..-..T..:..:..\....Z)"));
}

TEST(LogFormatTest, OnlyTheTwoNames) {
  EXPECT_TRUE(ParseFormat("json").ok());
  EXPECT_THAT(std::string(ParseFormat("xml").status().message()), HasSubstr("text or json"));
}

TEST(CallLogTest, SaysWhatTheCallWas) {
  Lines lines(Format::kText);
  CallLog log({false, std::chrono::seconds(10), Format::kText, lines.logger()});
  log.Write(Record(absl::StatusCode::kNotFound));
  EXPECT_THAT(lines.Take(),
              EndsWith("[info] call rpc=fluxgate.v1.Models/Predict code=NOT_FOUND session=default "
                       "request_id=cafe-1 queue_ms=1.500 compute_ms=0.250 total_ms=1.750 "
                       "bytes_in=12 bytes_out=0\n"));
}

TEST(CallLogTest, JsonHasNumbersAsNumbers) {
  Lines lines(Format::kJson);
  CallLog log({false, std::chrono::seconds(10), Format::kJson, lines.logger()});
  log.Write(Record(absl::StatusCode::kInternal));
  const auto object = Parsed(lines.Take());
  EXPECT_EQ(object.fields().at("level").string_value(), "error");
  EXPECT_EQ(object.fields().at("code").string_value(), "INTERNAL");
  EXPECT_EQ(object.fields().at("queue_ms").number_value(), 1.5);
  EXPECT_EQ(object.fields().at("bytes_in").number_value(), 12);
  EXPECT_FALSE(object.fields().contains("tenant"));
}

TEST(CallLogTest, NoValueBeginsAnotherFieldOrLine) {
  for (const Format format : {Format::kText, Format::kJson}) {
    Lines lines(format);
    CallLog log({false, std::chrono::seconds(10), format, lines.logger()});
    CallRecord record = Record(absl::StatusCode::kNotFound);
    record.session = "a b=c\n[error] forged \"quote\" é" + std::string(1000, 'x');
    log.Write(record);
    const std::string line = lines.Take();
    EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1) << line;
    EXPECT_THAT(line, Not(HasSubstr("[error] forged")));
    EXPECT_LT(line.size(), 1200u);
    if (format == Format::kJson) {
      EXPECT_THAT(Parsed(line).fields().at("session").string_value(),
                  HasSubstr("a\\x20b=c\\n[error]\\x20forged"));
    }
  }
}

TEST(CallLogTest, OnlyWhatWentWrongOrTookLong) {
  Lines lines(Format::kText);
  const CallLog log({false, std::chrono::seconds(10), Format::kText, lines.logger()});
  const CallLog all({true, std::chrono::seconds(10), Format::kText, lines.logger()});
  metrics::CallTimes quick, slow;
  slow.queue = std::chrono::seconds(9);
  slow.compute = std::chrono::seconds(2);
  EXPECT_FALSE(log.Wants(absl::StatusCode::kOk, quick));
  EXPECT_TRUE(all.Wants(absl::StatusCode::kOk, quick));
  EXPECT_TRUE(log.Wants(absl::StatusCode::kOk, slow));
  EXPECT_TRUE(log.Wants(absl::StatusCode::kInvalidArgument, quick));

  Lines few(Format::kText, spdlog::level::warn), many(Format::kText, spdlog::level::debug);
  const CallLog warnings({true, std::chrono::seconds(10), Format::kText, few.logger()});
  EXPECT_FALSE(warnings.Wants(absl::StatusCode::kInvalidArgument, quick));
  EXPECT_TRUE(warnings.Wants(absl::StatusCode::kResourceExhausted, quick));
  const CallLog debug({false, std::chrono::seconds(10), Format::kText, many.logger()});
  EXPECT_TRUE(debug.Wants(absl::StatusCode::kOk, quick));
}

}  // namespace
}  // namespace fluxgate::log
