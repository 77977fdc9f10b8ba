// Compiled once per instruction level, with ISA naming it.

#include "engine/backend/cpu/kernels/tile_bodies.h"
#include "engine/backend/cpu/kernels/tile_loop.h"

namespace fluxgate::cpu::ISA {
namespace {

template <typename Op, typename T, bool a_uniform, bool b_uniform>
void BinaryTile(void* to, const void* a, const void* b, const void*, int64_t count) {
  using Result = decltype(Op::Apply(T(), T()));
  auto* out = static_cast<Stored<Result>*>(to);
  const TileOperand<T, a_uniform> x(a);
  const TileOperand<T, b_uniform> y(b);
  FLUXGATE_INDEPENDENT
  for (int64_t i = 0; i < count; ++i) out[i] = Op::Apply(x[i], y[i]);
}

template <typename Op, typename T>
void BinarySingle(void* to, const void* a, const void* b, const void*, int64_t) {
  using Result = decltype(Op::Apply(T(), T()));
  *static_cast<Stored<Result>*>(to) = Op::Apply(FromStored<T>(*static_cast<const Stored<T>*>(a)),
                                                FromStored<T>(*static_cast<const Stored<T>*>(b)));
}

template <typename Op, typename T>
TileFn ChooseForm(bool a_uniform, bool b_uniform) {
  if (a_uniform && b_uniform) return BinarySingle<Op, T>;
  if (a_uniform) return BinaryTile<Op, T, true, false>;
  if (b_uniform) return BinaryTile<Op, T, false, true>;
  return BinaryTile<Op, T, false, false>;
}

constexpr bool IsBitwise(ir::OpKind op) {
  return op == ir::OpKind::kAnd || op == ir::OpKind::kOr || op == ir::OpKind::kXor;
}

template <ir::OpKind op, ir::ResultRule rule, typename Op>
TileFn Choose(DType dtype, bool a_uniform, bool b_uniform) {
  constexpr bool kIntegers = rule != ir::ResultRule::kFloat;
  constexpr bool kFloats = !IsBitwise(op);
  switch (dtype) {
    case DType::kFloat32:
      if constexpr (kFloats) return ChooseForm<Op, float>(a_uniform, b_uniform);
      return nullptr;
    case DType::kFloat64:
      if constexpr (kFloats) return ChooseForm<Op, double>(a_uniform, b_uniform);
      return nullptr;
    case DType::kBool:
      if constexpr (kIntegers) return ChooseForm<Op, bool>(a_uniform, b_uniform);
      return nullptr;
    case DType::kInt32:
      if constexpr (kIntegers) return ChooseForm<Op, int32_t>(a_uniform, b_uniform);
      return nullptr;
    case DType::kInt64:
      if constexpr (kIntegers) return ChooseForm<Op, int64_t>(a_uniform, b_uniform);
      return nullptr;
  }
  return nullptr;
}

#define BINARY(Name, text, rule, lo, hi, smooth)         \
  struct Name##Op {                                      \
    template <typename T>                                \
    [[gnu::always_inline]] static auto Apply(T x, T y) { \
      return scalar_ops::Name(x, y);                     \
    }                                                    \
  };
#include "engine/ir/op.def"

// One exponent for all: the multiplications that scalar_ops::Pow would choose for each element.
template <typename T>
void UniformPowTile(void* to, const void* a, const void* b, const void* c, int64_t count) {
  const T exponent = *static_cast<const T*>(b);
  const auto* x = static_cast<const T*>(a);
  auto* out = static_cast<T*>(to);
  if (exponent == T(2)) {
    FLUXGATE_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) out[i] = x[i] * x[i];
  } else if (exponent == T(3)) {
    FLUXGATE_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) out[i] = x[i] * x[i] * x[i];
  } else if (exponent == T(-1)) {
    FLUXGATE_INDEPENDENT
    for (int64_t i = 0; i < count; ++i) out[i] = T(1) / x[i];
  } else {
    BinaryTile<PowOp, T, false, true>(to, a, b, c, count);
  }
}

}  // namespace

TileFn BinaryBody(ir::OpKind op, DType dtype, bool a_uniform, bool b_uniform) {
  if (op == ir::OpKind::kPow && b_uniform && !a_uniform && dtype == DType::kFloat32)
    return UniformPowTile<float>;
  if (op == ir::OpKind::kPow && b_uniform && !a_uniform && dtype == DType::kFloat64) {
    return UniformPowTile<double>;
  }
  switch (op) {
#define UNARY(Name, text, rule, lo, hi, smooth) case ir::OpKind::k##Name:
#define SHAPED(Name, text) case ir::OpKind::k##Name:
#include "engine/ir/op.def"
    return nullptr;
#define BINARY(Name, text, rule, lo, hi, smooth) \
  case ir::OpKind::k##Name:                      \
    return Choose<ir::OpKind::k##Name, ir::ResultRule::rule, Name##Op>(dtype, a_uniform, b_uniform);
#include "engine/ir/op.def"
  }
  return nullptr;
}

}  // namespace fluxgate::cpu::ISA
