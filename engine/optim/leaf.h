#ifndef FLUXGATE_ENGINE_OPTIM_LEAF_H_
#define FLUXGATE_ENGINE_OPTIM_LEAF_H_

#include <memory>

#include "engine/value/struct.h"

namespace fluxgate::optim {

// Fields of a Leaf, the state that Optimisers keeps for one parameter.
enum LeafField { kLeafRule, kLeafState, kLeafFrozen };

const std::shared_ptr<const StructType>& LeafType();
// The leaf, or null when the value is something else.
Struct* AsLeaf(const Value& value);
bool IsFrozen(const Struct& leaf);

}  // namespace fluxgate::optim

#endif  // FLUXGATE_ENGINE_OPTIM_LEAF_H_
