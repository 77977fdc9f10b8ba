#ifndef FLUXGATE_ENGINE_KERNELS_SCALAR_OPS_H_
#define FLUXGATE_ENGINE_KERNELS_SCALAR_OPS_H_

#include <cstdint>

#include "engine/kernels/scalar_math.h"

// One function for each UNARY and BINARY row of op.def, under the row's name: the meaning of the
// elementwise ops in every backend. Rows with result kFloat take float and double; kSame and kBool
// rows take bool, int32_t, int64_t, float and double (And, Or and Xor no floats). Integers wrap;
// Bool counts modulo 2 in Add, Sub and Neg.
namespace fluxgate::scalar_ops {

template <typename T>
inline constexpr bool kIsFloat = false;
template <>
inline constexpr bool kIsFloat<float> = true;
template <>
inline constexpr bool kIsFloat<double> = true;
template <typename T>
inline constexpr bool kIsBool = false;
template <>
inline constexpr bool kIsBool<bool> = true;

// The unsigned integer of T's size.
template <typename T>
struct UnsignedOf {
  using type = uint64_t;
};
template <>
struct UnsignedOf<int32_t> {
  using type = uint32_t;
};
template <>
struct UnsignedOf<float> {
  using type = uint32_t;
};
template <typename T>
using Unsigned = typename UnsignedOf<T>::type;

// ---- One operand --------------------------------------------------------------------------------

template <typename T>
FLUXGATE_SCALAR_OP T Neg(T x) {
  if constexpr (kIsBool<T>)
    return x;
  else if constexpr (kIsFloat<T>)
    return -x;
  else
    return static_cast<T>(Unsigned<T>(0) - static_cast<Unsigned<T>>(x));
}
template <typename T>
FLUXGATE_SCALAR_OP T Abs(T x) {
  if constexpr (kIsBool<T>)
    return x;
  else if constexpr (kIsFloat<T>)
    return Magnitude(x);
  else
    return x < 0 ? Neg(x) : x;
}
// NaN and the zeros are their own sign.
template <typename T>
FLUXGATE_SCALAR_OP T Sign(T x) {
  if constexpr (kIsBool<T>)
    return x;
  else {
    const T negative = x < T(0) ? T(-1) : x;
    return x > T(0) ? T(1) : negative;
  }
}
template <typename T>
FLUXGATE_SCALAR_OP bool Not(T x) {
  return x == T(0);
}

#define FLUXGATE_ROUNDING(Name, function)                                       \
  template <typename T>                                                         \
  FLUXGATE_SCALAR_OP T Name(T x) {                                              \
    return x;                                                                   \
  }                                                                             \
  FLUXGATE_SCALAR_OP float Name(float x) { return __builtin_##function##f(x); } \
  FLUXGATE_SCALAR_OP double Name(double x) { return __builtin_##function(x); }
FLUXGATE_ROUNDING(Floor, floor)
FLUXGATE_ROUNDING(Ceil, ceil)
FLUXGATE_ROUNDING(Round, rint)
FLUXGATE_ROUNDING(Trunc, trunc)
#undef FLUXGATE_ROUNDING

template <typename T>
FLUXGATE_SCALAR_OP bool IsNan(T x) {
  if constexpr (kIsFloat<T>)
    return x != x;
  else
    return false;
}
template <typename T>
FLUXGATE_SCALAR_OP bool IsInf(T x) {
  if constexpr (kIsFloat<T>)
    return Magnitude(x) == static_cast<T>(__builtin_inf());
  else
    return false;
}
template <typename T>
FLUXGATE_SCALAR_OP bool IsFinite(T x) {
  if constexpr (kIsFloat<T>)
    return Magnitude(x) < static_cast<T>(__builtin_inf());
  else
    return true;
}
template <typename T>
FLUXGATE_SCALAR_OP T Barrier(T x) {
  return x;
}
template <typename T>
FLUXGATE_SCALAR_OP T StopGradient(T x) {
  return x;
}

// ---- Arithmetic ---------------------------------------------------------------------------------

template <typename T>
FLUXGATE_SCALAR_OP T Add(T a, T b) {
  if constexpr (kIsBool<T>)
    return a != b;
  else if constexpr (kIsFloat<T>)
    return a + b;
  else
    return static_cast<T>(static_cast<Unsigned<T>>(a) + static_cast<Unsigned<T>>(b));
}
template <typename T>
FLUXGATE_SCALAR_OP T Sub(T a, T b) {
  if constexpr (kIsBool<T>)
    return a != b;
  else if constexpr (kIsFloat<T>)
    return a - b;
  else
    return static_cast<T>(static_cast<Unsigned<T>>(a) - static_cast<Unsigned<T>>(b));
}
template <typename T>
FLUXGATE_SCALAR_OP T Mul(T a, T b) {
  if constexpr (kIsBool<T>)
    return a & b;
  else if constexpr (kIsFloat<T>)
    return a * b;
  else
    return static_cast<T>(static_cast<Unsigned<T>>(a) * static_cast<Unsigned<T>>(b));
}
FLUXGATE_SCALAR_OP float Div(float a, float b) { return a / b; }
FLUXGATE_SCALAR_OP double Div(double a, double b) { return a / b; }

// NaN if either is; 0.0 is greater than -0.0.
template <typename T>
FLUXGATE_SCALAR_OP T Max(T a, T b) {
  if constexpr (kIsFloat<T>) {
    const T greater = a > b ? a : b;
    const T ordered = a == b ? FromBits(BitsOf(a) & BitsOf(b)) : greater;
    return a != a || b != b ? a + b : ordered;
  } else {
    return a > b ? a : b;
  }
}
template <typename T>
FLUXGATE_SCALAR_OP T Min(T a, T b) {
  if constexpr (kIsFloat<T>) {
    const T less = a < b ? a : b;
    const T ordered = a == b ? FromBits(BitsOf(a) | BitsOf(b)) : less;
    return a != a || b != b ? a + b : ordered;
  } else {
    return a < b ? a : b;
  }
}

FLUXGATE_SCALAR_OP float Fmod(float a, float b) { return __builtin_fmodf(a, b); }
FLUXGATE_SCALAR_OP double Fmod(double a, double b) { return __builtin_fmod(a, b); }

// Dividing the least integer by -1 traps on x86, and so does dividing by 0.
template <typename T>
FLUXGATE_SCALAR_OP T Rem(T a, T b) {
  if constexpr (kIsFloat<T>)
    return Fmod(a, b);
  else if constexpr (kIsBool<T>)
    return false;
  else
    return b == 0 || b == -1 ? T(0) : a % b;
}
template <typename T>
FLUXGATE_SCALAR_OP T Mod(T a, T b) {
  const T r = Rem(a, b);
  if constexpr (kIsFloat<T>) {
    if (r == T(0)) return WithSign(r, b);
    return (r > T(0)) != (b > T(0)) ? r + b : r;
  } else if constexpr (kIsBool<T>) {
    return r;
  } else {
    return r != 0 && (r < 0) != (b < 0) ? r + b : r;
  }
}
template <typename T>
FLUXGATE_SCALAR_OP T IDiv(T a, T b) {
  if constexpr (kIsFloat<T>)
    return Round((a - Fmod(a, b)) / b);
  else if constexpr (kIsBool<T>)
    return a & b;
  else if (b == 0)
    return T(0);
  else
    return b == -1 ? Neg(a) : a / b;
}

// ---- Powers -------------------------------------------------------------------------------------

FLUXGATE_SCALAR_OP float PowOfLibm(float a, float b) { return __builtin_powf(a, b); }
FLUXGATE_SCALAR_OP double PowOfLibm(double a, double b) { return __builtin_pow(a, b); }

// A float to an exponent from -2 to 3 is what Julia's literal powers are: x^2 is x*x to the bit.
template <typename T>
FLUXGATE_SCALAR_OP T Pow(T a, T b) {
  if constexpr (kIsFloat<T>) {
    if (b == T(2)) return a * a;
    if (b == T(1)) return a;
    if (b == T(3)) return a * a * a;
    if (b == T(0)) return T(1);
    if (b == T(-1)) return T(1) / a;
    if (b == T(-2)) return (T(1) / a) * (T(1) / a);
    return PowOfLibm(a, b);
  } else if constexpr (kIsBool<T>) {
    return a || !b;
  } else {
    // A negative exponent gives the integer part, as 1 ÷ a^-b would.
    if (b < 0) return a == 1 ? T(1) : a == -1 ? (b % 2 != 0 ? T(-1) : T(1)) : T(0);
    T result = 1;
    for (Unsigned<T> n = static_cast<Unsigned<T>>(b); n != 0; n >>= 1) {
      if ((n & 1) != 0) result = Mul(result, a);
      a = Mul(a, a);
    }
    return result;
  }
}

FLUXGATE_SCALAR_OP float Atan2(float a, float b) { return __builtin_atan2f(a, b); }
FLUXGATE_SCALAR_OP double Atan2(double a, double b) { return __builtin_atan2(a, b); }

// ---- Comparison, logic --------------------------------------------------------------------------

template <typename T>
FLUXGATE_SCALAR_OP bool Eq(T a, T b) {
  return a == b;
}
template <typename T>
FLUXGATE_SCALAR_OP bool Ne(T a, T b) {
  return a != b;
}
template <typename T>
FLUXGATE_SCALAR_OP bool Lt(T a, T b) {
  return a < b;
}
template <typename T>
FLUXGATE_SCALAR_OP bool Le(T a, T b) {
  return a <= b;
}
template <typename T>
FLUXGATE_SCALAR_OP T And(T a, T b) {
  return a & b;
}
template <typename T>
FLUXGATE_SCALAR_OP T Or(T a, T b) {
  return a | b;
}
template <typename T>
FLUXGATE_SCALAR_OP T Xor(T a, T b) {
  return a ^ b;
}

// ---- Conversion ---------------------------------------------------------------------------------

// Floats to integers truncate; what does not fit, and NaN, gives the least integer. Everything but
// 0 is true.
template <typename To, typename From>
FLUXGATE_SCALAR_OP To Cast(From x) {
  if constexpr (kIsBool<To>) {
    return x != From(0);
  } else if constexpr (kIsFloat<From> && !kIsFloat<To>) {
    constexpr From kLimit = sizeof(To) == 4 ? From(0x1p31) : From(0x1p63);
    constexpr To kLeast = static_cast<To>(Unsigned<To>(1) << (sizeof(To) * 8 - 1));
    return x >= -kLimit && x < kLimit ? static_cast<To>(x) : kLeast;
  } else {
    return static_cast<To>(x);
  }
}
template <typename T>
FLUXGATE_SCALAR_OP T Select(bool condition, T a, T b) {
  return condition ? a : b;
}

}  // namespace fluxgate::scalar_ops

#endif  // FLUXGATE_ENGINE_KERNELS_SCALAR_OPS_H_
