#include "engine/compile/passes.h"

namespace fluxgate::compile {

ir::Graph RemoveDead(const ir::Graph& graph) { return ir::Prune(graph, graph.outputs); }

}  // namespace fluxgate::compile
