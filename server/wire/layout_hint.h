#ifndef FLUXGATE_SERVER_WIRE_LAYOUT_HINT_H_
#define FLUXGATE_SERVER_WIRE_LAYOUT_HINT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "engine/value/value.h"
#include "server/session/session.h"

namespace fluxgate::wire {

// A shape error of f(inputs...), with a word about `layout` when the first input read with its dims
// reversed would have fitted. Other errors stay as they are.
absl::Status WithLayoutHint(session::Visit& visit, const absl::Status& status, const Value& f,
                            absl::Span<const Value> inputs, absl::string_view field);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_LAYOUT_HINT_H_
