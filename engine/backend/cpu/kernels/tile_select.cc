// Compiled once per instruction level, with ISA naming it.

#include "engine/backend/cpu/kernels/tile_bodies.h"
#include "engine/backend/cpu/kernels/tile_loop.h"

namespace fluxgate::cpu::ISA {
namespace {

template <typename From, typename To>
void CastTile(void* to, const void* a, const void*, const void*, int64_t count) {
  auto* out = static_cast<Stored<To>*>(to);
  const auto* x = static_cast<const Stored<From>*>(a);
  FLUXGATE_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) out[i] = scalar_ops::Cast<To>(FromStored<From>(x[i]));
}

template <typename From>
TileFn CastFrom(DType to) {
  switch (to) {
    case DType::kBool:
      return CastTile<From, bool>;
    case DType::kInt32:
      return CastTile<From, int32_t>;
    case DType::kInt64:
      return CastTile<From, int64_t>;
    case DType::kFloat32:
      return CastTile<From, float>;
    case DType::kFloat64:
      return CastTile<From, double>;
  }
  return nullptr;
}

// Of the elements only the size matters.
template <typename T, bool condition_uniform, bool a_uniform, bool b_uniform>
void SelectTile(void* to, const void* a, const void* b, const void* c, int64_t count) {
  auto* out = static_cast<T*>(to);
  const TileOperand<bool, condition_uniform> which(a);
  const TileOperand<T, a_uniform> x(b);
  const TileOperand<T, b_uniform> y(c);
  FLUXGATE_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) {
    const T first = x[i];
    const T second = y[i];
    out[i] = which[i] ? first : second;
  }
}

template <typename T>
TileFn SelectOf(bool condition_uniform, bool a_uniform, bool b_uniform) {
  static constexpr TileFn kForms[] = {
      SelectTile<T, false, false, false>, SelectTile<T, false, false, true>,
      SelectTile<T, false, true, false>,  SelectTile<T, false, true, true>,
      SelectTile<T, true, false, false>,  SelectTile<T, true, false, true>,
      SelectTile<T, true, true, false>,   SelectTile<T, true, true, true>,
  };
  return kForms[(condition_uniform ? 4 : 0) + (a_uniform ? 2 : 0) + (b_uniform ? 1 : 0)];
}

}  // namespace

TileFn CastBody(DType from, DType to) {
  switch (from) {
    case DType::kBool:
      return CastFrom<bool>(to);
    case DType::kInt32:
      return CastFrom<int32_t>(to);
    case DType::kInt64:
      return CastFrom<int64_t>(to);
    case DType::kFloat32:
      return CastFrom<float>(to);
    case DType::kFloat64:
      return CastFrom<double>(to);
  }
  return nullptr;
}

TileFn SelectBody(int64_t element_size, bool condition_uniform, bool a_uniform, bool b_uniform) {
  if (element_size == 8) return SelectOf<uint64_t>(condition_uniform, a_uniform, b_uniform);
  if (element_size == 4) return SelectOf<uint32_t>(condition_uniform, a_uniform, b_uniform);
  return SelectOf<uint8_t>(condition_uniform, a_uniform, b_uniform);
}

}  // namespace fluxgate::cpu::ISA
