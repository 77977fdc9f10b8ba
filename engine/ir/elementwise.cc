#include "engine/ir/elementwise.h"

#include <type_traits>

#include "absl/strings/str_cat.h"
#include "engine/kernels/scalar_ops.h"

namespace fluxgate::ir {
namespace {

// Which dtypes a row has a body for.
template <ResultRule rule, bool bitwise, typename T>
inline constexpr bool kDefined =
    std::is_floating_point_v<T> ? !bitwise : rule != ResultRule::kFloat;

template <typename T, typename F>
void Map(int64_t count, const void* a, void* result, F f) {
  const auto* x = static_cast<const T*>(a);
  auto* out = static_cast<decltype(f(*x))*>(result);
  for (int64_t i = 0; i < count; ++i) out[i] = f(x[i]);
}
template <typename T, typename F>
void Map(int64_t count, const void* a, const void* b, void* result, F f) {
  const auto* x = static_cast<const T*>(a);
  const auto* y = static_cast<const T*>(b);
  auto* out = static_cast<decltype(f(*x, *y))*>(result);
  for (int64_t i = 0; i < count; ++i) out[i] = f(x[i], y[i]);
}

constexpr bool IsBitwise(OpKind op) {
  return op == OpKind::kAnd || op == OpKind::kOr || op == OpKind::kXor;
}

}  // namespace

absl::Status ApplyElementwise(OpKind op, DType dtype, int64_t count, const void* a, const void* b,
                              void* result) {
  bool defined = false;
  DispatchDType(dtype, [&](auto zero) {
    using T = decltype(zero);
    switch (op) {
#define UNARY(Name, text, rule, lo, hi, smooth)                          \
  case OpKind::k##Name:                                                  \
    if constexpr (kDefined<ResultRule::rule, false, T>) {                \
      defined = true;                                                    \
      Map<T>(count, a, result, [](T x) { return scalar_ops::Name(x); }); \
    }                                                                    \
    return;
#define BINARY(Name, text, rule, lo, hi, smooth)                                    \
  case OpKind::k##Name:                                                             \
    if constexpr (kDefined<ResultRule::rule, IsBitwise(OpKind::k##Name), T>) {      \
      defined = true;                                                               \
      Map<T>(count, a, b, result, [](T x, T y) { return scalar_ops::Name(x, y); }); \
    }                                                                               \
    return;
#define SHAPED(Name, text) case OpKind::k##Name:
#include "engine/ir/op.def"
      return;
    }
  });
  if (defined) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(GetOpInfo(op).name, " is not defined for ", DTypeName(dtype)));
}

void ApplyCast(DType from, DType to, int64_t count, const void* operand, void* result) {
  DispatchDType(from, [&](auto from_zero) {
    DispatchDType(to, [&](auto to_zero) {
      using From = decltype(from_zero);
      using To = decltype(to_zero);
      Map<From>(count, operand, result, [](From x) { return scalar_ops::Cast<To>(x); });
    });
  });
}

void ApplySelect(int64_t element_size, int64_t count, const void* condition, const void* a,
                 const void* b, void* result) {
  const auto* which = static_cast<const bool*>(condition);
  const auto select = [&](auto zero) {
    using T = decltype(zero);
    const auto* x = static_cast<const T*>(a);
    const auto* y = static_cast<const T*>(b);
    auto* out = static_cast<T*>(result);
    for (int64_t i = 0; i < count; ++i) out[i] = which[i] ? x[i] : y[i];
  };
  if (element_size == 8) {
    select(uint64_t{});
  } else if (element_size == 4) {
    select(uint32_t{});
  } else {
    select(uint8_t{});
  }
}

}  // namespace fluxgate::ir
