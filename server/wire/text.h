#ifndef FLUXGATE_SERVER_WIRE_TEXT_H_
#define FLUXGATE_SERVER_WIRE_TEXT_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"
#include "google/protobuf/repeated_field.h"

namespace fluxgate::wire {

// The text as a message may carry it: valid UTF-8 (other bytes become '?'), cut at a character's
// boundary with an ellipsis.
std::string CleanText(absl::string_view text, size_t max_bytes);

// The lines of a text, each one string: none for an empty text.
void AddLines(absl::string_view text, google::protobuf::RepeatedPtrField<std::string>* lines);

// A count that the API gives as uint32: the greatest one when it is larger.
uint32_t ToCount(int64_t count);

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_TEXT_H_
