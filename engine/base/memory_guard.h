#ifndef FLUXGATE_ENGINE_BASE_MEMORY_GUARD_H_
#define FLUXGATE_ENGINE_BASE_MEMORY_GUARD_H_

#include <cstdint>

#include "absl/status/status.h"

namespace fluxgate {

// Refuses memory before the system kills for it. Budgets count what sessions hold; the process also
// holds messages, what its allocator keeps, and itself, and the sum is what a machine limits.
class MemoryGuard {
 public:
  virtual ~MemoryGuard() = default;
  // RESOURCE_EXHAUSTED when the process cannot hold `bytes` more. Thread-safe.
  virtual absl::Status Admit(int64_t bytes) = 0;
};

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_MEMORY_GUARD_H_
