#ifndef FLUXGATE_ENGINE_BACKEND_CPU_CPU_BACKEND_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_CPU_BACKEND_H_

#include <memory>

#include "engine/backend/backend.h"

namespace fluxgate {

// The processor, with kernels chosen for its instruction level.
std::unique_ptr<Backend> NewCpuBackend();

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_CPU_BACKEND_H_
