#ifndef FLUXGATE_SERVER_MACHINE_H_
#define FLUXGATE_SERVER_MACHINE_H_

#include <cstdint>

namespace fluxgate {

// What this process may use: the cgroup's limits where there are some, else the machine's.
int AvailableCores();
int64_t AvailableMemoryBytes();

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_MACHINE_H_
