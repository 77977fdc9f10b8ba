// Compiled once per instruction level, with ISA naming it.

#include "engine/backend/cpu/kernels/tile_bodies.h"
#include "engine/backend/cpu/kernels/tile_loop.h"

namespace fluxgate::cpu::ISA {
namespace {

template <typename Op, typename T>
void UnaryTile(void* to, const void* a, const void*, const void*, int64_t count) {
  using Result = decltype(Op::Apply(T()));
  auto* out = static_cast<Stored<Result>*>(to);
  const auto* x = static_cast<const Stored<T>*>(a);
  FLUXGATE_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) out[i] = Op::Apply(FromStored<T>(x[i]));
}

template <typename Op, typename T>
void UnarySingle(void* to, const void* a, const void*, const void*, int64_t) {
  using Result = decltype(Op::Apply(T()));
  *static_cast<Stored<Result>*>(to) = Op::Apply(FromStored<T>(*static_cast<const Stored<T>*>(a)));
}

template <ir::ResultRule rule, typename Op>
TileFn Choose(DType dtype, bool single) {
  switch (dtype) {
    case DType::kFloat32:
      return single ? UnarySingle<Op, float> : UnaryTile<Op, float>;
    case DType::kFloat64:
      return single ? UnarySingle<Op, double> : UnaryTile<Op, double>;
    case DType::kBool:
      if constexpr (rule != ir::ResultRule::kFloat)
        return single ? UnarySingle<Op, bool> : UnaryTile<Op, bool>;
      return nullptr;
    case DType::kInt32:
      if constexpr (rule != ir::ResultRule::kFloat)
        return single ? UnarySingle<Op, int32_t> : UnaryTile<Op, int32_t>;
      return nullptr;
    case DType::kInt64:
      if constexpr (rule != ir::ResultRule::kFloat)
        return single ? UnarySingle<Op, int64_t> : UnaryTile<Op, int64_t>;
      return nullptr;
  }
  return nullptr;
}

#define UNARY(Name, text, rule, lo, hi, smooth)     \
  struct Name##Op {                                 \
    template <typename T>                           \
    [[gnu::always_inline]] static auto Apply(T x) { \
      return scalar_ops::Name(x);                   \
    }                                               \
  };
#include "engine/ir/op.def"

struct SinOfSmallAngleOp {
  [[gnu::always_inline]] static float Apply(float x) { return scalar_ops::SinOfSmallAngle(x); }
};
struct CosOfSmallAngleOp {
  [[gnu::always_inline]] static float Apply(float x) { return scalar_ops::CosOfSmallAngle(x); }
};

// Sin and Cos branch to the C library for large angles, which are rare: without them the loop
// vectorises.
template <typename Op, typename SmallAngleOp>
void AngleTile(void* to, const void* a, const void* b, const void* c, int64_t count) {
  const auto* x = static_cast<const float*>(a);
  uint32_t large = 0;
  for (int64_t i = 0; i < count; ++i) large |= scalar_ops::IsLargeAngle(x[i]) ? 1u : 0u;
  if (large == 0) return UnaryTile<SmallAngleOp, float>(to, a, b, c, count);
  UnaryTile<Op, float>(to, a, b, c, count);
}

}  // namespace

TileFn UnaryBody(ir::OpKind op, DType dtype, bool single) {
  if (dtype == DType::kFloat32 && !single) {
    if (op == ir::OpKind::kSin) return AngleTile<SinOp, SinOfSmallAngleOp>;
    if (op == ir::OpKind::kCos) return AngleTile<CosOp, CosOfSmallAngleOp>;
  }
  switch (op) {
#define UNARY(Name, text, rule, lo, hi, smooth) \
  case ir::OpKind::k##Name:                     \
    return Choose<ir::ResultRule::rule, Name##Op>(dtype, single);
#define BINARY(Name, text, rule, lo, hi, smooth) case ir::OpKind::k##Name:
#define SHAPED(Name, text) case ir::OpKind::k##Name:
#include "engine/ir/op.def"
    return nullptr;
  }
  return nullptr;
}

}  // namespace fluxgate::cpu::ISA
