#include "engine/backend/cpu/view.h"

namespace fluxgate::cpu {

View DenseView(const Shape& shape) {
  View view{shape, {}, 0};
  int64_t stride = 1;
  for (int64_t dim : shape.dims()) {
    view.strides.push_back(stride);
    stride *= dim;
  }
  return view;
}

View ApplyViewNode(const ir::Node& node, const View& operand) {
  View view{node.shape, Dims(node.shape.rank(), 0), operand.offset};
  for (int d = 0; d < node.shape.rank(); ++d) {
    if (node.op == ir::OpKind::kPermute) {
      view.strides[d] = operand.strides[std::get<ir::DimsAttr>(node.attr).dims[d]];
    } else if (node.op == ir::OpKind::kSlice) {
      const auto& slice = std::get<ir::SliceAttr>(node.attr);
      view.strides[d] = operand.strides[d] * slice.step[d];
      view.offset += operand.strides[d] * slice.start[d];
    } else if (d < operand.shape.rank() && operand.shape.dim(d) != 1) {
      view.strides[d] = operand.strides[d];
    }
  }
  return view;
}

}  // namespace fluxgate::cpu
