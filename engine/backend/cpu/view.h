#ifndef FLUXGATE_ENGINE_BACKEND_CPU_VIEW_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_VIEW_H_

#include "engine/ir/graph.h"

namespace fluxgate::cpu {

// How the elements of an array lie in the memory of another: element (i, j, ...) is at
// offset + i * strides[0] + j * strides[1] + ...
struct View {
  Shape shape;
  Dims strides;
  int64_t offset = 0;
};

View DenseView(const Shape& shape);
// What a Broadcast, Permute or Slice node makes of a view of its operand.
View ApplyViewNode(const ir::Node& node, const View& operand);

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_VIEW_H_
