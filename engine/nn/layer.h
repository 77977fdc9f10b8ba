#ifndef FLUXGATE_ENGINE_NN_LAYER_H_
#define FLUXGATE_ENGINE_NN_LAYER_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "engine/nn/function.h"
#include "engine/value/struct.h"

namespace fluxgate::nn {

// A layer kind: a struct type, its constructor, and what calling an instance does. One row each in
// LayerRegistry; a layer is a Struct value whose type is the row's.
struct Layer {
  std::shared_ptr<const StructType> type;
  Function constructor;
  absl::StatusOr<Value> (*forward)(Context& context, const Struct& self,
                                   absl::Span<const Value> inputs) = nullptr;
  // The constructor call that makes an equal layer, as Flux shows it: "Dense(2 => 3, tanh)".
  // `repr` shows values that are not layers (activation functions by name). Containers are shown by
  // engine/nn/show.h and leave this null.
  std::string (*show)(const Struct& self,
                      absl::FunctionRef<std::string(const Value&)> repr) = nullptr;
};

// All layer kinds, in the order of the documentation.
absl::Span<const Layer> Layers();
// Null when the type is not a layer's.
const Layer* FindLayer(const StructType& type);
const Layer* FindLayer(absl::string_view name);

// Activations, losses, initialisers and utilities (everything that is not a layer's constructor).
absl::Span<const Function> Functions();
// By name or alias; null when there is none.
const Function* FindFunction(absl::string_view name);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_LAYER_H_
