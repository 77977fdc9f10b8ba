#include "engine/nn/containers.h"

#include <algorithm>

#include "engine/base/status_macros.h"
#include "engine/nn/errors.h"
#include "engine/nn/layer_util.h"
#include "engine/value/containers.h"

namespace fluxgate::nn {
namespace {

bool HoldsLayers(const Value& value) {
  return value.is(Kind::kTuple) || value.is(Kind::kNamedTuple) || value.is(Kind::kList);
}

}  // namespace

absl::StatusOr<Value> InnerLayers(absl::string_view container, absl::Span<const Value> positional,
                                  absl::Span<const std::pair<std::string, Value>> named,
                                  std::vector<absl::string_view> reserved) {
  Value layers;
  if (!named.empty()) {
    if (!positional.empty()) {
      return Error("MethodError", container, " takes its layers by position or by name, not both");
    }
    std::vector<std::string> names;
    std::vector<Value> values;
    for (const auto& [name, layer] : named) {
      if (std::find(reserved.begin(), reserved.end(), absl::string_view(name)) != reserved.end()) {
        return Error("ArgumentError", "a ", container, " cannot have a named layer called `", name,
                     "`");
      }
      names.push_back(name);
      values.push_back(layer);
    }
    layers = NamedTuple::Of(std::move(names), std::move(values));
  } else if (positional.size() == 1 && HoldsLayers(positional[0])) {
    layers = positional[0];
  } else {
    layers = Tuple::Of(std::vector<Value>(positional.begin(), positional.end()));
  }
  for (const Value& layer : LayerElements(layers)) {
    FG_RETURN_IF_ERROR(CheckCallable(layer, container));
  }
  return layers;
}

std::vector<Value> LayerElements(const Value& layers) {
  if (const auto* tuple = layers.As<Tuple>()) return tuple->elements;
  if (const auto* named = layers.As<NamedTuple>()) return named->values;
  if (const auto* list = layers.As<List>()) return list->elements;
  return {layers};
}

}  // namespace fluxgate::nn
