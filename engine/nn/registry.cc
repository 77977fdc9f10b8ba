#include <algorithm>
#include <iterator>
#include <vector>

#include "engine/nn/activations.h"
#include "engine/nn/initialisers.h"
#include "engine/nn/layer.h"
#include "engine/nn/layer_util.h"
#include "engine/nn/losses.h"
#include "engine/nn/softmax.h"

namespace fluxgate::nn {

absl::Span<const Layer> Layers() {
  static const auto& layers = *new std::vector<Layer>{
      DenseLayer(),          ScaleLayer(),    ChainLayer(),
      SkipConnectionLayer(), ParallelLayer(), DropoutLayer(),
  };
  return layers;
}

const Layer* FindLayer(const StructType& type) {
  for (const Layer& layer : Layers()) {
    if (layer.type.get() == &type) return &layer;
  }
  return nullptr;
}

const Layer* FindLayer(absl::string_view name) {
  for (const Layer& layer : Layers()) {
    if (layer.type->name == name) return &layer;
  }
  return nullptr;
}

absl::Span<const Function> Functions() {
  static const auto& functions = *new std::vector<Function>([] {
    std::vector<Function> all;
    for (std::vector<Function> rows :
         {ActivationRows(), SoftmaxRows(), LossRows(), InitialiserRows(), UtilityRows()}) {
      std::move(rows.begin(), rows.end(), std::back_inserter(all));
    }
    return all;
  }());
  return functions;
}

const Function* FindFunction(absl::string_view name) {
  for (const Function& function : Functions()) {
    if (function.name == name || std::find(function.aliases.begin(), function.aliases.end(),
                                           name) != function.aliases.end()) {
      return &function;
    }
  }
  return nullptr;
}

}  // namespace fluxgate::nn
