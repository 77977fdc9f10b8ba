#ifndef FLUXGATE_CLIENT_CLI_JSON_MESSAGES_H_
#define FLUXGATE_CLIENT_CLI_JSON_MESSAGES_H_

#include <google/protobuf/message.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fluxgate::client {

using MessagePtr = std::unique_ptr<google::protobuf::Message>;

// An empty message of a type of the API.
MessagePtr NewMessage(const google::protobuf::Descriptor& type);

// The messages of a text that holds JSON objects one after another.
absl::StatusOr<std::vector<MessagePtr>> MessagesFromJson(const google::protobuf::Descriptor& type,
                                                         absl::string_view text);

// As grpcurl prints it: two spaces for each level, fields that are not set left out.
absl::StatusOr<std::string> ToJson(const google::protobuf::Message& message);

// An error with its details as JSON in the message: what there is to say without knowing the types.
absl::Status WithDetailsAsJson(const absl::Status& status);

}  // namespace fluxgate::client

#endif  // FLUXGATE_CLIENT_CLI_JSON_MESSAGES_H_
