#ifndef FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_BODIES_H_
#define FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_BODIES_H_

#include <cstdint>

#include "engine/backend/cpu/kernels/cpu_level.h"
#include "engine/ir/op.h"
#include "engine/tensor/dtype.h"

namespace fluxgate::cpu {

// The loops that fused programs are made of: to[i] = op(a[i], b[i], c[i]) for i below `count`. An
// operand may be `to` itself when its elements have the same size. A uniform operand is one element
// that stands for all; a `single` body computes one element and ignores the count.
using TileFn = void (*)(void* to, const void* a, const void* b, const void* c, int64_t count);

// Null where the op has no body for the operands' dtype. A binary body whose operands are both
// uniform is a single one.
TileFn UnaryBody(CpuLevel level, ir::OpKind op, DType dtype, bool single);
TileFn BinaryBody(CpuLevel level, ir::OpKind op, DType dtype, bool a_uniform, bool b_uniform);
TileFn CastBody(CpuLevel level, DType from, DType to);
TileFn SelectBody(CpuLevel level, int64_t element_size, bool condition_uniform, bool a_uniform,
                  bool b_uniform);

// The builds of the bodies, one namespace for each instruction level.
#define FLUXGATE_DECLARE_TILE_BODIES(level)                                                        \
  namespace level {                                                                                \
  TileFn UnaryBody(ir::OpKind op, DType dtype, bool single);                                       \
  TileFn BinaryBody(ir::OpKind op, DType dtype, bool a_uniform, bool b_uniform);                   \
  TileFn CastBody(DType from, DType to);                                                           \
  TileFn SelectBody(int64_t element_size, bool condition_uniform, bool a_uniform, bool b_uniform); \
  }
FLUXGATE_DECLARE_TILE_BODIES(v2)
FLUXGATE_DECLARE_TILE_BODIES(v3)
FLUXGATE_DECLARE_TILE_BODIES(v4)
#undef FLUXGATE_DECLARE_TILE_BODIES

}  // namespace fluxgate::cpu

#endif  // FLUXGATE_ENGINE_BACKEND_CPU_KERNELS_TILE_BODIES_H_
