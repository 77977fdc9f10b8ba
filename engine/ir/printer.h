#ifndef FLUXGATE_ENGINE_IR_PRINTER_H_
#define FLUXGATE_ENGINE_IR_PRINTER_H_

#include <string>

#include "engine/ir/graph.h"

namespace fluxgate::ir {

// One line per node, such as `%4 = mul(%2, %3) : Float32[3,4]`, then the outputs.
std::string ToString(const Graph& graph);

}  // namespace fluxgate::ir

#endif  // FLUXGATE_ENGINE_IR_PRINTER_H_
