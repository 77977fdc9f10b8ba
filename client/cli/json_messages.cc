#include "client/cli/json_messages.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "client/cpp/errors.h"

namespace fluxgate::client {
namespace {

// Takes the first JSON object off a text; one that is not closed is taken whole, for the parser to
// complain about.
absl::string_view TakeObject(absl::string_view& text) {
  int depth = 0;
  bool quoted = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '\\') ++i;
      quoted = c != '"';
    } else if (c == '"') {
      quoted = true;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if ((c == '}' || c == ']') && --depth <= 0) {
      break;
    }
  }
  const absl::string_view object = text.substr(0, i + 1);
  text = absl::StripLeadingAsciiWhitespace(text.substr(object.size()));
  return object;
}

// The JSON printer indents by one space.
std::string IndentedByTwo(absl::string_view json) {
  std::string text;
  for (absl::string_view line : absl::StrSplit(absl::StripTrailingAsciiWhitespace(json), '\n')) {
    const size_t level = line.find_first_not_of(' ');
    absl::StrAppend(&text, text.empty() ? "" : "\n", std::string(level, ' '), line);
  }
  return text;
}

}  // namespace

MessagePtr NewMessage(const google::protobuf::Descriptor& type) {
  static auto* factory = new google::protobuf::DynamicMessageFactory;
  return MessagePtr(factory->GetPrototype(&type)->New());
}

absl::StatusOr<std::vector<MessagePtr>> MessagesFromJson(const google::protobuf::Descriptor& type,
                                                         absl::string_view text) {
  std::vector<MessagePtr> messages;
  text = absl::StripLeadingAsciiWhitespace(text);
  while (!text.empty()) {
    const absl::string_view object = TakeObject(text);
    messages.push_back(NewMessage(type));
    const auto status = google::protobuf::util::JsonStringToMessage(
        google::protobuf::StringPiece(object.data(), object.size()), messages.back().get());
    if (status.ok()) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("object ", messages.size(), " of the JSON is no ", type.full_name(), ": ",
                     absl::string_view(status.message().data(), status.message().size()),
                     "\n`fluxgate describe ", type.name(), "` lists its fields"));
  }
  return messages;
}

absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  std::string json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &json, options);
  if (!status.ok()) {
    return absl::InternalError(absl::StrCat("an answer that JSON cannot say: ", status.ToString()));
  }
  return IndentedByTwo(json);
}

absl::Status WithDetailsAsJson(const absl::Status& status) {
  const absl::optional<google::rpc::Status> error = GetDetails(status);
  if (!error.has_value()) return status;
  std::string message(status.message());
  for (const auto& detail : error->details()) {
    const absl::StatusOr<std::string> json = ToJson(detail);
    // The name of a detail of a type that this client does not know still says something.
    absl::StrAppend(&message, "\n", json.ok() ? *json : detail.type_url());
  }
  return absl::Status(status.code(), message);
}

}  // namespace fluxgate::client
