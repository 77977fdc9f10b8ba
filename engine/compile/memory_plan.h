#ifndef FLUXGATE_ENGINE_COMPILE_MEMORY_PLAN_H_
#define FLUXGATE_ENGINE_COMPILE_MEMORY_PLAN_H_

#include <cstdint>
#include <vector>

#include "absl/types/span.h"

namespace fluxgate::compile {

// A block of the arena and the steps during which it holds something, both ends included.
struct Lifetime {
  int64_t bytes = 0;
  int first_step = 0;
  int last_step = 0;
};

struct MemoryLayout {
  std::vector<int64_t> offsets;  // One per block, multiples of kArenaAlignment.
  int64_t total_bytes = 0;
};

inline constexpr int64_t kArenaAlignment = 64;

// Places blocks so that those alive at the same step do not overlap: the largest first, each at the
// lowest offset that is free throughout its life.
MemoryLayout LayOutMemory(absl::Span<const Lifetime> blocks);

}  // namespace fluxgate::compile

#endif  // FLUXGATE_ENGINE_COMPILE_MEMORY_PLAN_H_
