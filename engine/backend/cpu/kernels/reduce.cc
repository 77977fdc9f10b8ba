#include "engine/backend/cpu/kernels/reduce.h"

#include <algorithm>

namespace fluxgate::cpu {
namespace {

ReduceBodies BodiesAt(CpuLevel level, kernels::ReduceKind kind, DType dtype) {
  switch (level) {
    case CpuLevel::kV2:
      return v2::FindReduceBodies(kind, dtype);
    case CpuLevel::kV3:
      return v3::FindReduceBodies(kind, dtype);
    case CpuLevel::kV4:
      return v4::FindReduceBodies(kind, dtype);
  }
  return {};
}

}  // namespace

absl::StatusOr<ReduceKernel> ReduceKernel::Create(ir::OpKind op, DType dtype, const Shape& operand,
                                                  absl::Span<const int> dims, CpuLevel level) {
  ReduceKernel kernel;
  if (op == ir::OpKind::kSum) {
    kernel.kind_ = kernels::ReduceKind::kSum;
  } else if (op == ir::OpKind::kProd) {
    kernel.kind_ = kernels::ReduceKind::kProd;
  } else if (op == ir::OpKind::kReduceMax) {
    kernel.kind_ = kernels::ReduceKind::kMax;
  } else if (op == ir::OpKind::kReduceMin) {
    kernel.kind_ = kernels::ReduceKind::kMin;
  } else {
    return absl::InvalidArgumentError("not a reduction");
  }
  kernel.dtype_ = dtype;
  kernel.shape_ = operand;
  kernel.dims_.assign(dims.begin(), dims.end());
  kernel.bodies_ = BodiesAt(level, kernel.kind_, dtype);

  // Kept dims, then reduced ones, then kept ones, leaving out dims of 1: anything else is general.
  int stage = 0;
  for (int d = 0; d < operand.rank(); ++d) {
    if (operand.dim(d) == 1) continue;
    const bool reduced = std::find(dims.begin(), dims.end(), d) != dims.end();
    if (stage == 0 && reduced) stage = 1;
    if (stage == 1 && !reduced) stage = 2;
    if (stage == 2 && reduced) return kernel;
    (stage == 0 ? kernel.inner_ : stage == 1 ? kernel.count_ : kernel.outer_) *= operand.dim(d);
  }
  if (kernel.count_ == 0 || kernel.bodies_.rows == nullptr) return kernel;
  kernel.layout_ = kernel.inner_ == 1 ? Layout::kRows : Layout::kColumns;
  return kernel;
}

void ReduceKernel::Run(const void* input, void* output) const {
  switch (layout_) {
    case Layout::kRows:
      return bodies_.rows(input, output, inner_, count_, outer_);
    case Layout::kColumns:
      return bodies_.columns(input, output, inner_, count_, outer_);
    case Layout::kGeneral:
      return kernels::Reduce(kind_, dtype_, shape_, dims_, input, output);
  }
}

}  // namespace fluxgate::cpu
