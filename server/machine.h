#ifndef FLUXGATE_SERVER_MACHINE_H_
#define FLUXGATE_SERVER_MACHINE_H_

#include <cstdint>

namespace fluxgate {

// The machine's cores that this process may run on, within its control groups' limits.
int AvailableCores();
// What is free now, within the control groups' limits.
int64_t AvailableMemoryBytes();

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_MACHINE_H_
