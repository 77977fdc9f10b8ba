#ifndef FLUXGATE_SERVER_PROCESS_MEMORY_H_
#define FLUXGATE_SERVER_PROCESS_MEMORY_H_

#include <cstdint>

namespace fluxgate {

// What this process holds: its resident pages, or what its allocator gave out if that is more,
// since memory may be allocated long before it is written.
int64_t ProcessMemoryBytes();
// Gives the allocator's free pages back to the system.
void ReleaseFreeMemory();

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_PROCESS_MEMORY_H_
