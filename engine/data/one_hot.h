#ifndef FLUXGATE_ENGINE_DATA_ONE_HOT_H_
#define FLUXGATE_ENGINE_DATA_ONE_HOT_H_

#include <vector>

#include "engine/nn/function.h"

namespace fluxgate::data {

// onehot, onehotbatch and onecold (OneHotArrays). Labels are the elements of a range, vector, tuple
// or string; what is made is a Bool array with its one_hot flag set.
std::vector<nn::Function> OneHotRows();

}  // namespace fluxgate::data

#endif  // FLUXGATE_ENGINE_DATA_ONE_HOT_H_
