#ifndef FLUXGATE_ENGINE_LANG_OPERATIONS_ELEMENTWISE_ROWS_H_
#define FLUXGATE_ENGINE_LANG_OPERATIONS_ELEMENTWISE_ROWS_H_

#include <vector>

#include "engine/lang/operations/elementwise.h"

namespace fluxgate::lang {

std::vector<Elementwise> MathRows();    // exp, log, sin, ...: a float of a number
std::vector<Elementwise> NumberRows();  // abs, sign, floor, isnan, max, clamp, ...

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_OPERATIONS_ELEMENTWISE_ROWS_H_
