#ifndef FLUXGATE_SERVER_SESSION_ENGINE_HOSTS_H_
#define FLUXGATE_SERVER_SESSION_ENGINE_HOSTS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "server/session/host_factory.h"

namespace fluxgate::session {

// Hosts on the engine's own devices. Sessions share compiled plans, of at most so many bytes, and
// the crew, which outlives them and may be null.
HostFactory EngineHosts(int64_t plan_cache_bytes, Crew* crew = nullptr);

// The devices that a session may name, the default one first.
std::vector<std::string> EngineDevices();

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_ENGINE_HOSTS_H_
