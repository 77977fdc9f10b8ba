#ifndef FLUXGATE_ENGINE_BASE_STATUS_MESSAGE_H_
#define FLUXGATE_ENGINE_BASE_STATUS_MESSAGE_H_

#include "absl/status/status.h"
#include "absl/strings/cord.h"
#include "absl/strings/string_view.h"

namespace fluxgate {

// The same code and payloads (source positions, field paths) under another message.
inline absl::Status WithMessage(const absl::Status& status, absl::string_view message) {
  absl::Status result(status.code(), message);
  status.ForEachPayload(
      [&](absl::string_view url, const absl::Cord& payload) { result.SetPayload(url, payload); });
  return result;
}

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_STATUS_MESSAGE_H_
