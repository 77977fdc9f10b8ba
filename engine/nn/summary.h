#ifndef FLUXGATE_ENGINE_NN_SUMMARY_H_
#define FLUXGATE_ENGINE_NN_SUMMARY_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "engine/nn/context.h"
#include "engine/value/value.h"

namespace fluxgate::nn {

// What goes through a model for an input of one shape, found by shape inference alone.
struct LayerSummary {
  std::string path;  // "layers[2]"; "" when the model is not a Chain
  Value layer;
  absl::optional<Shape> output;  // nothing when it is not one array
  absl::optional<DType> dtype;
  int64_t parameters = 0;
};
struct ModelSummary {
  std::vector<LayerSummary> layers;
  absl::optional<Shape> output;
  absl::optional<DType> dtype;
  int64_t parameters = 0;  // tied ones once
  int64_t parameter_bytes = 0;
  int64_t activation_bytes = 0;  // of the layers' outputs
};

// One entry per layer; Chains within Chains are opened. The error of a layer that does not fit
// names its path.
absl::StatusOr<ModelSummary> Summarise(Context& context, const Value& model, DType dtype,
                                       const Shape& input);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_SUMMARY_H_
