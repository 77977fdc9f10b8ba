#ifndef FLUXGATE_ENGINE_IR_HASH_H_
#define FLUXGATE_ENGINE_IR_HASH_H_

#include <cstddef>
#include <cstdint>

#include "engine/ir/graph.h"

namespace fluxgate::ir {

inline uint64_t Mix(uint64_t hash, uint64_t value) {
  hash = (hash ^ value) * 0x9E3779B97F4A7C15u;
  return hash ^ (hash >> 29);
}

// The same in every process, so that a fingerprint may be stored.
uint64_t HashNode(const Node& node);

// Same op, dtype, shape, operands and attributes; constants by their bytes.
bool SameNode(const Node& a, const Node& b);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_HASH_H_
