#ifndef FLUXGATE_SERVER_SESSION_MODEL_CHECK_H_
#define FLUXGATE_SERVER_SESSION_MODEL_CHECK_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/tensor/shape.h"
#include "engine/value/trace.h"
#include "engine/value/value.h"
#include "server/session/session.h"

namespace fluxgate::session {

// f(arguments...) with a placeholder for each array, so that its nodes are left in the trace.
// REQUIRES: `trace` is the active one.
absl::StatusOr<Value> CallOnPlaceholders(Visit& visit, Trace& trace, const Value& f,
                                         absl::Span<const Value> arguments);

struct CheckedCall {
  std::string type;             // of the result
  absl::optional<Shape> shape;  // when it is a tensor or a number
  int64_t activation_bytes = 0;
  int64_t nodes = 0;
};

// What f(arguments...) would give: traces it, which knows dtypes and shapes without computing. A
// function that branches on its data computes what it branches on.
absl::StatusOr<CheckedCall> CheckCall(Visit& visit, const Value& f,
                                      absl::Span<const Value> arguments);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_MODEL_CHECK_H_
