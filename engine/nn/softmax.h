#ifndef FLUXGATE_ENGINE_NN_SOFTMAX_H_
#define FLUXGATE_ENGINE_NN_SOFTMAX_H_

#include <vector>

#include "engine/nn/arguments.h"
#include "engine/nn/function.h"

namespace fluxgate::nn {

// softmax, logsoftmax and logsumexp (NNlib's src/softmax.jl).
std::vector<Function> SoftmaxRows();

// x .- log.(sum(exp.(x); dims)), safe for large and infinite x. Same shape as x.
ir::Expr LogSoftmax(ir::Expr x, const ReductionDims& dims);
// exp.(x) ./ sum(exp.(x); dims), likewise.
ir::Expr Softmax(ir::Expr x, const ReductionDims& dims);

// sum(x; dims) where no dim at all (Julia's dims past the last one) leaves x as it is.
ir::Expr SumOver(ir::Expr x, const ReductionDims& dims);

}  // namespace fluxgate::nn

#endif  // FLUXGATE_ENGINE_NN_SOFTMAX_H_
