#include "engine/compile/memory_plan.h"

#include <algorithm>
#include <numeric>

namespace fluxgate::compile {
namespace {

int64_t Aligned(int64_t bytes) {
  return (bytes + kArenaAlignment - 1) / kArenaAlignment * kArenaAlignment;
}

}  // namespace

MemoryLayout LayOutMemory(absl::Span<const Lifetime> blocks) {
  MemoryLayout layout;
  layout.offsets.assign(blocks.size(), 0);
  std::vector<int> order(blocks.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int a, int b) {
    if (blocks[a].bytes != blocks[b].bytes) return blocks[a].bytes > blocks[b].bytes;
    return a < b;
  });
  std::vector<int> placed;  // By offset.
  for (int block : order) {
    const int64_t bytes = Aligned(std::max<int64_t>(blocks[block].bytes, 1));
    int64_t offset = 0;
    for (int other : placed) {
      if (blocks[other].last_step < blocks[block].first_step ||
          blocks[block].last_step < blocks[other].first_step) {
        continue;
      }
      if (layout.offsets[other] >= offset + bytes) break;
      offset = std::max(offset,
                        layout.offsets[other] + Aligned(std::max<int64_t>(blocks[other].bytes, 1)));
    }
    layout.offsets[block] = offset;
    layout.total_bytes = std::max(layout.total_bytes, offset + bytes);
    placed.insert(
        std::upper_bound(placed.begin(), placed.end(), block,
                         [&](int a, int b) { return layout.offsets[a] < layout.offsets[b]; }),
        block);
  }
  return layout;
}

}  // namespace fluxgate::compile
