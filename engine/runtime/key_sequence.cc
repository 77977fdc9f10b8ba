#include "engine/runtime/key_sequence.h"

#include "engine/kernels/random.h"

namespace fluxgate {

std::array<int64_t, 2> KeySequence::Next() {
  const uint64_t draw = draws_++;
  const kernels::PhiloxBlock block = kernels::Philox(
      {static_cast<uint32_t>(draw), static_cast<uint32_t>(draw >> 32), 0x6b657973u, 0},
      {static_cast<uint32_t>(seed_), static_cast<uint32_t>(seed_ >> 32)});
  const auto word = [&](int i) {
    return static_cast<int64_t>(static_cast<uint64_t>(block[i]) |
                                static_cast<uint64_t>(block[i + 1]) << 32);
  };
  return {word(0), word(2)};
}

}  // namespace fluxgate
