#ifndef FLUXGATE_ENGINE_VALUE_FLATTEN_H_
#define FLUXGATE_ENGINE_VALUE_FLATTEN_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "engine/value/array.h"
#include "engine/value/value.h"

namespace fluxgate {

struct Leaf {
  std::string path;  // "layers[1].weight"; "" when the value itself is the leaf
  Value value;
};

// The leaves (values without children) in walk order, depth first. Walks with its own stack; a
// value that contains itself or is nested past 10 000 levels is INVALID_ARGUMENT.
absl::StatusOr<std::vector<Leaf>> Flatten(const Value& value);

// The float arrays that train, in walk order, each storage once (tied parameters appear under their
// first path), as Flux.trainables(model; path=true).
absl::StatusOr<std::vector<Leaf>> Trainables(const Value& model);

// The same structure with each leaf replaced; `f` gets path and leaf.
absl::StatusOr<Value> MapLeaves(
    const Value& value,
    absl::FunctionRef<absl::StatusOr<Value>(const std::string& path, const Value& leaf)> f);

// The value at a path such as "layers[1].weight"; itself at "". NOT_FOUND names the first step that
// fails and what exists there.
absl::StatusOr<Value> AtPath(const Value& value, absl::string_view path);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_VALUE_FLATTEN_H_
