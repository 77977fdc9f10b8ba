#ifndef FLUXGATE_ENGINE_DATA_FUNCTIONS_H_
#define FLUXGATE_ENGINE_DATA_FUNCTIONS_H_

#include "absl/types/span.h"
#include "engine/nn/function.h"

namespace fluxgate::data {

// DataLoader and what else MLUtils and OneHotArrays offer: onehot, onehotbatch, onecold, numobs,
// getobs, splitobs, batch, unbatch.
absl::Span<const nn::Function> Functions();

}  // namespace fluxgate::data

#endif  // FLUXGATE_ENGINE_DATA_FUNCTIONS_H_
