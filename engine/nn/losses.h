#ifndef FLUXGATE_ENGINE_NN_LOSSES_H_
#define FLUXGATE_ENGINE_NN_LOSSES_H_

#include <vector>

#include "engine/nn/function.h"

namespace fluxgate::nn {

// The functions of Flux.Losses (src/losses/functions.jl): loss(ŷ, y; agg = mean, …). `agg` is any
// callable; the others give a number by default.
std::vector<Function> LossRows();

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_LOSSES_H_
