#ifndef FLUXGATE_SERVER_MACHINE_H_
#define FLUXGATE_SERVER_MACHINE_H_

#include <cstdint>

namespace fluxgate {

// The cgroup's limit, or the machine's cores.
int AvailableCores();
// What is free now, within the cgroup's limit.
int64_t AvailableMemoryBytes();

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_MACHINE_H_
