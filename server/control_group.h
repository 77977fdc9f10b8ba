#ifndef FLUXGATE_SERVER_CONTROL_GROUP_H_
#define FLUXGATE_SERVER_CONTROL_GROUP_H_

#include <cstdint>
#include <string>

#include "absl/types/optional.h"

namespace fluxgate {

// The tightest limits of the control groups that this process is in: its own, and those around it.
// Version 1, version 2, and machines that mount both, on the host and in a container.
struct ControlGroupLimits {
  absl::optional<int> cores;  // at least 1, rounded down
  absl::optional<int64_t> memory_bytes;
  // What can still be had within all of those limits: file pages that the system drops at will
  // count as free.
  absl::optional<int64_t> free_bytes;
};

// Reads /proc/self/cgroup and /sys/fs/cgroup; a test has them below a folder of its own.
ControlGroupLimits ReadControlGroupLimits(const std::string& root = "");

}  // namespace fluxgate

#endif  // FLUXGATE_SERVER_CONTROL_GROUP_H_
