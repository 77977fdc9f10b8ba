#ifndef FLUXGATE_ENGINE_BASE_STACK_H_
#define FLUXGATE_ENGINE_BASE_STACK_H_

#include <cstddef>
#include <cstdint>

namespace fluxgate {

// The calling thread's stack; lowest is 0 when the system does not say. Slow on a process's first
// thread, whose stack the C library looks up in /proc.
struct StackExtent {
  uintptr_t lowest = 0;
  size_t bytes = 0;
};
StackExtent ThisThreadsStack();

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BASE_STACK_H_
