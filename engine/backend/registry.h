#ifndef FLUXGATE_ENGINE_BACKEND_REGISTRY_H_
#define FLUXGATE_ENGINE_BACKEND_REGISTRY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/backend/backend.h"

namespace fluxgate {

// The backend of a device, made at first use and then shared. INVALID_ARGUMENT lists the devices
// that exist when there is no such one. "reference" is there for tests and is not listed.
absl::StatusOr<std::shared_ptr<Backend>> GetBackend(absl::string_view device);

// The devices that a session may name.
std::vector<std::string> DeviceNames();

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BACKEND_REGISTRY_H_
