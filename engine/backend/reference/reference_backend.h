#ifndef FLUXGATE_ENGINE_BACKEND_REFERENCE_REFERENCE_BACKEND_H_
#define FLUXGATE_ENGINE_BACKEND_REFERENCE_REFERENCE_BACKEND_H_

#include <memory>

#include "engine/backend/backend.h"

namespace fluxgate {

// Runs a plan's graph with the interpreter, node by node: slow, plain, and what the other backends
// are held to.
std::unique_ptr<Backend> NewReferenceBackend();

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_BACKEND_REFERENCE_REFERENCE_BACKEND_H_
