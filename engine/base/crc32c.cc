#include "engine/base/crc32c.h"

#include <nmmintrin.h>

#include <array>
#include <cstring>

namespace fluxgate {
namespace {

// The instruction takes one cycle but its result three: three lanes of this many bytes keep it
// busy.
constexpr size_t kLane = 2048;

uint64_t Word(const char* p) {
  uint64_t word;
  std::memcpy(&word, p, 8);
  return word;
}

// What kLane zero bytes make of a state. The sum is linear over GF(2), so the states of a lane's
// bytes alone and of what came before it are added: a table for each byte of a state is enough.
class LaneShift {
 public:
  LaneShift() {
    for (size_t byte = 0; byte < 4; ++byte) {
      for (uint32_t value = 0; value < 256; ++value) {
        uint64_t state = value << (8 * byte);
        for (size_t i = 0; i < kLane; i += 8) state = _mm_crc32_u64(state, 0);
        table_[byte][value] = static_cast<uint32_t>(state);
      }
    }
  }
  uint64_t operator()(uint64_t state) const {
    return table_[0][state & 255] ^ table_[1][state >> 8 & 255] ^ table_[2][state >> 16 & 255] ^
           table_[3][state >> 24 & 255];
  }

 private:
  std::array<std::array<uint32_t, 256>, 4> table_;
};

}  // namespace

// SSE4.2 is part of the oldest processor that a build runs on, so the instruction needs no check.
uint32_t ExtendCrc32c(uint32_t crc, absl::string_view bytes) {
  static const LaneShift shift;
  const char* p = bytes.data();
  size_t n = bytes.size();
  uint64_t state = ~crc;
  for (; n >= 3 * kLane; p += 3 * kLane, n -= 3 * kLane) {
    uint64_t second = 0, third = 0;
    for (const char* q = p; q < p + kLane; q += 8) {
      state = _mm_crc32_u64(state, Word(q));
      second = _mm_crc32_u64(second, Word(q + kLane));
      third = _mm_crc32_u64(third, Word(q + 2 * kLane));
    }
    state = shift(shift(state) ^ second) ^ third;
  }
  for (; n >= 8; p += 8, n -= 8) state = _mm_crc32_u64(state, Word(p));
  uint32_t tail = static_cast<uint32_t>(state);
  for (; n > 0; ++p, --n) tail = _mm_crc32_u8(tail, static_cast<unsigned char>(*p));
  return ~tail;
}

uint32_t Crc32c(absl::string_view bytes) { return ExtendCrc32c(0, bytes); }

}  // namespace fluxgate
