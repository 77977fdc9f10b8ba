#include "engine/base/crc32c.h"

#include <nmmintrin.h>

#include <cstring>

namespace fluxgate {

// SSE4.2 is part of the oldest processor that a build runs on, so the instruction needs no check.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view bytes) {
  const char* p = bytes.data();
  size_t n = bytes.size();
  uint64_t state = ~crc;
  for (; n >= 8; p += 8, n -= 8) {
    uint64_t word;
    std::memcpy(&word, p, 8);
    state = _mm_crc32_u64(state, word);
  }
  uint32_t tail = static_cast<uint32_t>(state);
  for (; n > 0; ++p, --n) tail = _mm_crc32_u8(tail, static_cast<unsigned char>(*p));
  return ~tail;
}

uint32_t Crc32c(absl::string_view bytes) { return ExtendCrc32c(0, bytes); }

}  // namespace fluxgate
