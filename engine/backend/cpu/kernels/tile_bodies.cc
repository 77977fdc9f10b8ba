#include "engine/backend/cpu/kernels/tile_bodies.h"

namespace fluxgate::cpu {

#define FLUXGATE_AT_LEVEL(call) \
  switch (level) {              \
    case CpuLevel::kV2:         \
      return v2::call;          \
    case CpuLevel::kV3:         \
      return v3::call;          \
    case CpuLevel::kV4:         \
      return v4::call;          \
  }                             \
  return nullptr

TileFn UnaryBody(CpuLevel level, ir::OpKind op, DType dtype, bool single) {
  FLUXGATE_AT_LEVEL(UnaryBody(op, dtype, single));
}
TileFn BinaryBody(CpuLevel level, ir::OpKind op, DType dtype, bool a_uniform, bool b_uniform) {
  FLUXGATE_AT_LEVEL(BinaryBody(op, dtype, a_uniform, b_uniform));
}
TileFn CastBody(CpuLevel level, DType from, DType to) { FLUXGATE_AT_LEVEL(CastBody(from, to)); }
TileFn SelectBody(CpuLevel level, int64_t element_size, bool condition_uniform, bool a_uniform,
                  bool b_uniform) {
  FLUXGATE_AT_LEVEL(SelectBody(element_size, condition_uniform, a_uniform, b_uniform));
}
#undef FLUXGATE_AT_LEVEL

}  // namespace fluxgate::cpu
