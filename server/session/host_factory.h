#ifndef FLUXGATE_SERVER_SESSION_HOST_FACTORY_H_
#define FLUXGATE_SERVER_SESSION_HOST_FACTORY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/base/memory_budget.h"
#include "engine/runtime/host.h"

namespace fluxgate::session {

struct HostOptions {
  std::string device;
  uint64_t seed = 0;
  std::shared_ptr<MemoryBudget> budget;
};

// Makes the host of a new session on its device.
using HostFactory = std::function<absl::StatusOr<std::unique_ptr<RuntimeHost>>(const HostOptions&)>;

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_HOST_FACTORY_H_
