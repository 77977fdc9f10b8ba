#include "server/wire/text.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_split.h"

namespace fluxgate::wire {
namespace {

constexpr size_t kMaxLineBytes = 64 << 10;
constexpr size_t kMaxLines = 1000;

// Bytes of the character that starts at `i`, 0 when it is not one.
size_t CharacterLength(absl::string_view text, size_t i) {
  const auto c = static_cast<unsigned char>(text[i]);
  const size_t length = c < 0x80                ? 1
                        : c >= 0xc2 && c < 0xe0 ? 2
                        : c >= 0xe0 && c < 0xf0 ? 3
                        : c >= 0xf0 && c < 0xf5 ? 4
                                                : 0;
  if (length == 0 || i + length > text.size()) return 0;
  for (size_t k = 1; k < length; ++k) {
    if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return 0;
  }
  // Over-long forms, surrogates, and what lies past Unicode's end.
  const unsigned char next = length > 1 ? static_cast<unsigned char>(text[i + 1]) : 0;
  if ((c == 0xe0 && next < 0xa0) || (c == 0xed && next >= 0xa0) || (c == 0xf0 && next < 0x90) ||
      (c == 0xf4 && next >= 0x90)) {
    return 0;
  }
  return length;
}

}  // namespace

std::string CleanText(absl::string_view text, size_t max_bytes) {
  std::string out;
  size_t i = 0;
  while (i < text.size()) {
    const size_t length = CharacterLength(text, i);
    const absl::string_view character = length > 0 ? text.substr(i, length) : "?";
    if (out.size() + character.size() > max_bytes) {
      out += "…";
      break;
    }
    out.append(character.data(), character.size());
    i += std::max<size_t>(length, 1);
  }
  return out;
}

void AddLines(absl::string_view text, google::protobuf::RepeatedPtrField<std::string>* lines) {
  if (text.empty()) return;
  size_t count = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (++count > kMaxLines) {
      *lines->Add() = "…";
      return;
    }
    *lines->Add() = CleanText(line, kMaxLineBytes);
  }
}

uint32_t ToCount(int64_t count) {
  return static_cast<uint32_t>(std::clamp<int64_t>(count, 0, std::numeric_limits<uint32_t>::max()));
}

}  // namespace fluxgate::wire
