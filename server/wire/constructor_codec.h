#ifndef FLUXGATE_SERVER_WIRE_CONSTRUCTOR_CODEC_H_
#define FLUXGATE_SERVER_WIRE_CONSTRUCTOR_CODEC_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/value/value.h"
#include "google/protobuf/message.h"
#include "proto/fluxgate/v1/layer.pb.h"
#include "proto/fluxgate/v1/optimiser.pb.h"
#include "server/session/session.h"

namespace fluxgate::wire {

// A typed layer or optimiser is a call of the constructor that text calls: the fields of its
// message are the arguments. One table says which field is which argument; the conversion is the
// same for all. `field` is the message's path in its request.
absl::StatusOr<Value> DecodeLayer(session::Visit& visit, const v1::Layer& layer,
                                  absl::string_view field);
absl::StatusOr<Value> DecodeOptimiser(session::Visit& visit, const v1::Optimiser& optimiser,
                                      absl::string_view field);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_CONSTRUCTOR_CODEC_H_
