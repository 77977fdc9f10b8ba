#ifndef FLUXGATE_ENGINE_OPTIM_TREE_H_
#define FLUXGATE_ENGINE_OPTIM_TREE_H_

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/nn/context.h"
#include "engine/value/value.h"

namespace fluxgate::optim {

// Visits every leaf of a state tree, a shared one each time. ArgumentError when the tree holds
// numbers or arrays: then it is a model.
absl::Status ForEachLeaf(absl::string_view function, const Value& tree,
                         absl::FunctionRef<absl::Status(const Value& leaf)> visit);

// One step: the leaves' states and the model's arrays change in place. Gradients are trees of
// NamedTuples and tuples with nothing where there is none; those of a shared array are added.
absl::Status UpdateInPlace(nn::Context& context, const Value& tree, const Value& model,
                           const Value& gradient);

// The same structure around new arrays and new mutable structs; what was shared stays shared.
absl::StatusOr<Value> DeepCopy(const Value& value);

}  // namespace fluxgate::optim

#endif  // FLUXGATE_ENGINE_OPTIM_TREE_H_
