#ifndef FLUXGATE_ENGINE_BACKEND_CPU_EXECUTABLE_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_EXECUTABLE_H_

#include <memory>

#include "absl/status/statusor.h"
#include "engine/backend/backend.h"
#include "engine/compile/plan.h"

namespace fluxgate::cpu {

// Chooses the kernels of a plan. Running an instance allocates nothing.
absl::StatusOr<std::shared_ptr<const Executable>> LoadPlan(compile::Plan plan);

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_EXECUTABLE_H_
