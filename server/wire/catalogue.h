#ifndef FLUXGATE_SERVER_WIRE_CATALOGUE_H_
#define FLUXGATE_SERVER_WIRE_CATALOGUE_H_

#include <cstdint>

#include "absl/status/status.h"
#include "proto/fluxgate/v1/server.pb.h"

namespace fluxgate::wire {

// What the engine knows by name: devices, ops, layers, optimisers, functions.
absl::Status FillCatalogue(v1::GetServerInfoResponse* response);

uint32_t MaxRank();

}  // namespace fluxgate::wire

#endif  // FLUXGATE_SERVER_WIRE_CATALOGUE_H_
