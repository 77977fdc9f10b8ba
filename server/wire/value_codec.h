#ifndef FLUXGATE_SERVER_WIRE_VALUE_CODEC_H_
#define FLUXGATE_SERVER_WIRE_VALUE_CODEC_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/value/value.h"
#include "google/protobuf/map.h"
#include "google/protobuf/repeated_field.h"
#include "proto/fluxgate/v1/tensor.pb.h"
#include "proto/fluxgate/v1/value.pb.h"
#include "server/session/session.h"

namespace fluxgate::wire {

// The value of a message in any form; `source` runs and `ref` looks up in the visited session, and
// may give values that are not tensors. A tensor without dims is a number.
absl::StatusOr<Value> DecodeValue(session::Visit& visit, const v1::Tensor& message,
                                  absl::string_view field);
// The same for what must be a number or an array; ranges become arrays.
absl::StatusOr<Value> DecodeNumbers(session::Visit& visit, const v1::Tensor& message,
                                    absl::string_view field);
// The arguments of a call. `field` names the list.
absl::StatusOr<std::vector<Value>> DecodeArguments(
    session::Visit& visit, const google::protobuf::RepeatedPtrField<v1::Tensor>& messages,
    absl::string_view field);
absl::StatusOr<lang::Keywords> DecodeKeywords(
    session::Visit& visit, const google::protobuf::Map<std::string, v1::Tensor>& messages,
    absl::string_view field);
// What is only checked: dims alone stand for zeros.
absl::StatusOr<Value> DecodeShape(session::Visit& visit, const v1::Tensor& message,
                                  absl::string_view field);
// The arguments of such a call.
absl::StatusOr<std::vector<Value>> DecodeShapes(
    session::Visit& visit, const google::protobuf::RepeatedPtrField<v1::Tensor>& messages,
    absl::string_view field);

// Everything that fits the bounds of an answer; `truncated` says when something did not.
absl::Status EncodeValue(session::Visit& visit, const Value& value, v1::Value* message);
v1::Value::Kind KindOf(const Value& value);
// The first line of what a prompt shows.
std::string Summary(session::Visit& visit, const Value& value);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_VALUE_CODEC_H_
