#include "server/session/engine_hosts.h"

#include <memory>
#include <utility>

#include "engine/backend/registry.h"
#include "engine/base/status_macros.h"

namespace fluxgate::session {

HostFactory EngineHosts(int64_t plan_cache_bytes, Crew* crew) {
  auto plans = std::make_shared<compile::PlanCache>(plan_cache_bytes);
  return [plans, crew](const HostOptions& options) -> absl::StatusOr<std::unique_ptr<RuntimeHost>> {
    RuntimeHost::Options made;
    FG_ASSIGN_OR_RETURN(made.backend, GetBackend(options.device));
    made.plan_cache = plans;
    made.budget = options.budget;
    made.seed = options.seed;
    made.crew = crew;
    return std::make_unique<RuntimeHost>(std::move(made));
  };
}

std::vector<std::string> EngineDevices() { return DeviceNames(); }

}  // namespace fluxgate::session
