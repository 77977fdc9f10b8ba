#ifndef FLUXGATE_ENGINE_KERNELS_SCALAR_MATH_H_
#define FLUXGATE_ENGINE_KERNELS_SCALAR_MATH_H_

#include <cstdint>

// Transcendental functions of one number, in Float32 and Float64, as branch-free polynomials that
// compilers vectorise. Results are within 2.2 ulp. They contain no fused
// multiply-add and call nothing that depends on how they are compiled, so a value has the same bits
// at every instruction level. Argument reductions and coefficients are those of FreeBSD's msun and
// of Cephes.
//
// Every function is forced inline and static: files compiled for different instruction levels
// include this one, and the linker must find nothing here to merge. For the same reason nothing of
// the standard library is called.
#define FLUXGATE_SCALAR_OP [[gnu::always_inline]] static inline

namespace fluxgate::scalar_ops {

FLUXGATE_SCALAR_OP uint32_t BitsOf(float x) { return __builtin_bit_cast(uint32_t, x); }
FLUXGATE_SCALAR_OP uint64_t BitsOf(double x) { return __builtin_bit_cast(uint64_t, x); }
FLUXGATE_SCALAR_OP float FromBits(uint32_t bits) { return __builtin_bit_cast(float, bits); }
FLUXGATE_SCALAR_OP double FromBits(uint64_t bits) { return __builtin_bit_cast(double, bits); }

FLUXGATE_SCALAR_OP float Magnitude(float x) { return __builtin_fabsf(x); }
FLUXGATE_SCALAR_OP double Magnitude(double x) { return __builtin_fabs(x); }
FLUXGATE_SCALAR_OP float WithSign(float magnitude, float sign) {
  return FromBits((BitsOf(magnitude) & 0x7fffffffu) | (BitsOf(sign) & 0x80000000u));
}
FLUXGATE_SCALAR_OP double WithSign(double magnitude, double sign) {
  constexpr uint64_t kSign = uint64_t{1} << 63;
  return FromBits((BitsOf(magnitude) & ~kSign) | (BitsOf(sign) & kSign));
}

// ---- exp ----------------------------------------------------------------------------------------

// x = n ln2 + r with |r| <= ln2 / 2; expm1 is exp(r) - 1.
struct ExpParts32 {
  int32_t n;
  float expm1;
};
struct ExpParts64 {
  int64_t n;
  double expm1;
};

// Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
FLUXGATE_SCALAR_OP ExpParts32 SplitExp(float x) {
  constexpr float kMagic = 12582912.0f;
  const float shifted = x * 1.44269504088896341f + kMagic;
  const float n = shifted - kMagic;
  const float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return {static_cast<int32_t>(BitsOf(shifted) - BitsOf(kMagic)), p * (r * r) + r};
}
FLUXGATE_SCALAR_OP ExpParts64 SplitExp(double x) {
  constexpr double kMagic = 6755399441055744.0;
  const double shifted = x * 1.44269504088896338700e+00 + kMagic;
  const double n = shifted - kMagic;
  const double hi = x - n * 6.93147180369123816490e-01;
  const double lo = n * 1.90821492927058770002e-10;
  const double r = hi - lo;
  const double rr = r * r;
  double p = 4.13813679705723846039e-08;
  p = p * rr + -1.65339022054652515390e-06;
  p = p * rr + 6.61375632143793436117e-05;
  p = p * rr + -2.77777777770155933842e-03;
  p = p * rr + 1.66666666666666019037e-01;
  const double c = r - rr * p;
  return {static_cast<int64_t>(BitsOf(shifted) - BitsOf(kMagic)), (r * c / (2.0 - c) - lo) + hi};
}

// x 2^n by two factors, so that results that overflow or are subnormal are rounded once.
// REQUIRES: -252 <= n <= 254.
FLUXGATE_SCALAR_OP float ScaleByPowerOf2(float x, int32_t n) {
  const int32_t half = n >> 1;
  const float a = FromBits(static_cast<uint32_t>(half + 127) << 23);
  const float b = FromBits(static_cast<uint32_t>(n - half + 127) << 23);
  return x * a * b;
}
// REQUIRES: -2044 <= n <= 2046.
FLUXGATE_SCALAR_OP double ScaleByPowerOf2(double x, int64_t n) {
  // A logical shift of n + 2048: there is no arithmetic one of 64 bits before AVX-512.
  // Unsigned, because of an input out of range n is anything, and the result is not used.
  const uint64_t m = static_cast<uint64_t>(n);
  const uint64_t half = ((m + 2048) >> 1) - 1024;
  const double a = FromBits((half + 1023) << 52);
  const double b = FromBits((m - half + 1023) << 52);
  return x * a * b;
}

// Comparisons written so that NaN passes.
template <typename T>
FLUXGATE_SCALAR_OP T ClampKeepingNan(T x, T lo, T hi) {
  const T low = x < lo ? lo : x;
  return low > hi ? hi : low;
}

FLUXGATE_SCALAR_OP float Exp(float x) {
  const ExpParts32 e = SplitExp(ClampKeepingNan(x, -105.0f, 89.0f));
  return ScaleByPowerOf2(1.0f + e.expm1, e.n);
}
FLUXGATE_SCALAR_OP double Exp(double x) {
  const ExpParts64 e = SplitExp(ClampKeepingNan(x, -746.0, 710.0));
  return ScaleByPowerOf2(1.0 + e.expm1, e.n);
}

FLUXGATE_SCALAR_OP float Exp2(float x) {
  constexpr float kMagic = 12582912.0f;
  const float clamped = ClampKeepingNan(x, -151.0f, 129.0f);
  const float shifted = clamped + kMagic;
  const float r = (clamped - (shifted - kMagic)) * 0.693147180559945309f;
  const int32_t n = static_cast<int32_t>(BitsOf(shifted) - BitsOf(kMagic));
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  return ScaleByPowerOf2(1.0f + (p * (r * r) + r), n);
}
FLUXGATE_SCALAR_OP double Exp2(double x) { return __builtin_exp2(x); }

// 2^n expm1(r) + (2^n - 1), with 2^(n-1) throughout because 2^128 is no Float32.
FLUXGATE_SCALAR_OP float Expm1(float x) {
  const ExpParts32 e = SplitExp(ClampKeepingNan(x, -20.0f, 89.0f));
  const float half = FromBits(static_cast<uint32_t>(e.n + 126) << 23);
  const float y = 2.0f * (half * e.expm1 + (half - 0.5f));
  return Magnitude(x) < 0x1p-25f ? x : y;
}
FLUXGATE_SCALAR_OP double Expm1(double x) {
  const ExpParts64 e = SplitExp(ClampKeepingNan(x, -40.0, 710.0));
  const double half = FromBits(static_cast<uint64_t>(e.n + 1022) << 52);
  const double y = 2.0 * (half * e.expm1 + (half - 0.5));
  return Magnitude(x) < 0x1p-54 ? x : y;
}

// ---- log ----------------------------------------------------------------------------------------

// log(1 + f) - f + f^2 / 2, divided by s = f / (2 + f), less f^2 / 2.
FLUXGATE_SCALAR_OP float LogRemainder(float s) {
  const float z = s * s;
  const float w = z * z;
  return z * (0xaaaaaa.0p-24f + w * 0x91e9ee.0p-25f) + w * (0xccce13.0p-25f + w * 0xf89e26.0p-26f);
}
FLUXGATE_SCALAR_OP double LogRemainder(double s) {
  const double z = s * s;
  const double w = z * z;
  const double odd = 6.666666666666735130e-01 +
                     w * (2.857142874366239149e-01 +
                          w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01));
  const double even =
      3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01);
  return z * odd + w * even;
}

// k ln2 + log(1 + f) + correction.
FLUXGATE_SCALAR_OP float LogSum(float f, float k, float correction) {
  const float s = f / (2.0f + f);
  const float half_square = 0.5f * f * f;
  const float low = k * 9.0580006145e-06f + correction;
  return s * (half_square + LogRemainder(s)) + low - half_square + f + k * 6.9313812256e-01f;
}
FLUXGATE_SCALAR_OP double LogSum(double f, double k, double correction) {
  const double s = f / (2.0 + f);
  const double half_square = 0.5 * f * f;
  const double low = k * 1.90821492927058770002e-10 + correction;
  return s * (half_square + LogRemainder(s)) + low - half_square + f +
         k * 6.93147180369123816490e-01;
}

// x = 2^k (1 + f) with 1 + f in [sqrt(1/2), sqrt(2)). REQUIRES: x is normal and positive.
struct LogParts32 {
  float k, f;
};
struct LogParts64 {
  double k, f;
};
FLUXGATE_SCALAR_OP LogParts32 SplitLog(float x) {
  const uint32_t bits = BitsOf(x) + (0x3f800000u - 0x3f3504f3u);
  const int32_t k = static_cast<int32_t>(bits >> 23) - 127;
  return {static_cast<float>(k), FromBits((bits & 0x007fffffu) + 0x3f3504f3u) - 1.0f};
}
FLUXGATE_SCALAR_OP LogParts64 SplitLog(double x) {
  constexpr uint64_t kShift = 0x3fe6a09e00000000u;
  const uint64_t bits = BitsOf(x) + (0x3ff0000000000000u - kShift);
  // 2^52 + the biased exponent, less both: 64-bit integers convert only with AVX-512.
  const double k = FromBits(0x4330000000000000u + (bits >> 52)) - (0x1p52 + 1023.0);
  return {k, FromBits((bits & 0x000fffffffffffffu) + kShift) - 1.0};
}

// What log gives where the polynomial does not: y for ordinary x.
template <typename T>
FLUXGATE_SCALAR_OP T LogSpecial(T x, T y) {
  constexpr T kInf = static_cast<T>(__builtin_inf());
  const T ordinary = x < kInf ? y : x;  // +Inf and NaN stay
  const T positive = x < T(0) ? static_cast<T>(__builtin_nan("")) : ordinary;
  return x == T(0) ? -kInf : positive;
}

FLUXGATE_SCALAR_OP float Log(float x) {
  const bool tiny = x < 0x1p-126f;
  const LogParts32 p = SplitLog(tiny ? x * 0x1p25f : x);
  return LogSpecial(x, LogSum(p.f, tiny ? p.k - 25.0f : p.k, 0.0f));
}
FLUXGATE_SCALAR_OP double Log(double x) {
  const bool tiny = x < 0x1p-1022;
  const LogParts64 p = SplitLog(tiny ? x * 0x1p54 : x);
  return LogSpecial(x, LogSum(p.f, tiny ? p.k - 54.0 : p.k, 0.0));
}

// log(u) with u = 1 + x rounded, and the first-order effect of that rounding.
FLUXGATE_SCALAR_OP float Log1p(float x) {
  const float u = 1.0f + x;
  const LogParts32 p = SplitLog(u);
  const float lost = p.k >= 2.0f ? 1.0f - (u - x) : x - (u - 1.0f);
  const bool near = p.k == 0.0f;
  const float y = LogSum(near ? x : p.f, p.k, near ? 0.0f : lost / u);
  return Magnitude(x) < 0x1p-24f ? x : LogSpecial(u, y);
}
FLUXGATE_SCALAR_OP double Log1p(double x) {
  const double u = 1.0 + x;
  const LogParts64 p = SplitLog(u);
  const double lost = p.k >= 2.0 ? 1.0 - (u - x) : x - (u - 1.0);
  const bool near = p.k == 0.0;
  const double y = LogSum(near ? x : p.f, p.k, near ? 0.0 : lost / u);
  return Magnitude(x) < 0x1p-53 ? x : LogSpecial(u, y);
}

FLUXGATE_SCALAR_OP float Log2(float x) { return __builtin_log2f(x); }
FLUXGATE_SCALAR_OP double Log2(double x) { return __builtin_log2(x); }
FLUXGATE_SCALAR_OP float Log10(float x) { return __builtin_log10f(x); }
FLUXGATE_SCALAR_OP double Log10(double x) { return __builtin_log10(x); }

// ---- Made of exp and log ------------------------------------------------------------------------

// An odd polynomial near 0, 1 - 2 / (exp(2|x|) + 1) beyond.
FLUXGATE_SCALAR_OP float Tanh(float x) {
  const float magnitude = Magnitude(x);
  const float z = x * x;
  float p = -5.70498872745e-3f;
  p = p * z + 2.06390887954e-2f;
  p = p * z + -5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z + -3.33332819422e-1f;
  const float near = x + x * z * p;
  const float far = 1.0f - 2.0f / (Exp(2.0f * magnitude) + 1.0f);
  return WithSign(magnitude < 0.625f ? near : far, x);
}
FLUXGATE_SCALAR_OP double Tanh(double x) {
  const double magnitude = Magnitude(x);
  const double z = x * x;
  const double p =
      (-9.64399179425052238628e-1 * z + -9.92877231001918586564e1) * z + -1.61468768441708447952e3;
  const double q = ((z + 1.12811678491632931402e2) * z + 2.23548839060100448583e3) * z +
                   4.84406305325125486048e3;
  const bool small = magnitude < 0.625;
  const double quotient = (small ? p : 2.0) / (small ? q : Exp(2.0 * magnitude) + 1.0);
  return WithSign(small ? x + x * z * quotient : 1.0 - quotient, x);
}

// 1 / (1 + exp(-x)) without overflow.
template <typename T>
FLUXGATE_SCALAR_OP T Sigmoid(T x) {
  const T t = Exp(-Magnitude(x));
  return (x < T(0) ? t : T(1)) / (T(1) + t);
}

// log(1 + exp(x)) without overflow.
template <typename T>
FLUXGATE_SCALAR_OP T Softplus(T x) {
  const T positive = x < T(0) ? T(0) : x;
  return positive + Log1p(Exp(-Magnitude(x)));
}

// ---- Angles -------------------------------------------------------------------------------------

// Past this the reduction below loses bits; Sin and Cos then ask the C library.
FLUXGATE_SCALAR_OP bool IsLargeAngle(float x) { return Magnitude(x) > 0x1p26f; }

// x = n pi/2 + r, r in double so that no bit of a Float32 is lost.
struct AngleParts {
  uint64_t n;
  double r;
};
FLUXGATE_SCALAR_OP AngleParts SplitAngle(float x) {
  constexpr double kMagic = 6755399441055744.0;
  const double wide = static_cast<double>(x);
  const double shifted = wide * 6.36619772367581382433e-01 + kMagic;
  const double n = shifted - kMagic;
  const double r = (wide - n * 1.57079631090164184570e+00) - n * 1.58932547735281966916e-08;
  return {BitsOf(shifted), r};
}
FLUXGATE_SCALAR_OP double SinPolynomial(double r) {
  const double z = r * r;
  const double w = z * z;
  const double s = z * r;
  return (r + s * (-0x15555554cbac77.0p-55 + z * 0x111110896efbb2.0p-59)) +
         s * w * (-0x1a00f9e2cae774.0p-65 + z * 0x16cd878c3b46a7.0p-71);
}
FLUXGATE_SCALAR_OP double CosPolynomial(double r) {
  const double z = r * r;
  const double w = z * z;
  return ((1.0 + z * -0x1ffffffd0c5e81.0p-54) + w * 0x155553e1053a42.0p-57) +
         (w * z) * (-0x16c087e80f1e27.0p-62 + z * 0x199342e0ee5069.0p-68);
}
// sin(r + n pi/2).
FLUXGATE_SCALAR_OP double SinOfQuadrant(double r, uint64_t n) {
  const double y = (n & 1) != 0 ? CosPolynomial(r) : SinPolynomial(r);
  return FromBits(BitsOf(y) ^ ((n & 2) << 62));
}
// REQUIRES: !IsLargeAngle(x).
FLUXGATE_SCALAR_OP float SinOfSmallAngle(float x) {
  const AngleParts a = SplitAngle(x);
  const float y = static_cast<float>(SinOfQuadrant(a.r, a.n));
  return Magnitude(x) < 0x1p-12f ? x : y;
}
FLUXGATE_SCALAR_OP float CosOfSmallAngle(float x) {
  const AngleParts a = SplitAngle(x);
  return static_cast<float>(SinOfQuadrant(a.r, a.n + 1));
}

FLUXGATE_SCALAR_OP float Sin(float x) {
  return IsLargeAngle(x) ? __builtin_sinf(x) : SinOfSmallAngle(x);
}
FLUXGATE_SCALAR_OP double Sin(double x) { return __builtin_sin(x); }
FLUXGATE_SCALAR_OP float Cos(float x) {
  return IsLargeAngle(x) ? __builtin_cosf(x) : CosOfSmallAngle(x);
}
FLUXGATE_SCALAR_OP double Cos(double x) { return __builtin_cos(x); }

// ---- erf ----------------------------------------------------------------------------------------

FLUXGATE_SCALAR_OP float Erf(float x) {
  const float t = Magnitude(x);
  const float s = x * x;
  // Near 0 an odd polynomial; beyond, 1 - exp(polynomial).
  float near = -5.96761703e-4f;
  near = near * s + 4.99119423e-3f;
  near = near * s + -2.67681349e-2f;
  near = near * s + 1.12819925e-1f;
  near = near * s + -3.76125336e-1f;
  near = near * s + 1.28379166e-1f;
  near = near * x + x;
  const float c = t > 4.0f ? 4.0f : t;
  const float cc = c * c;
  float far = (-1.72853470e-5f * c + 3.83197126e-4f) * cc + (-3.88396438e-3f * c + 2.42546219e-2f);
  far = far * c + -1.06777877e-1f;
  far = far * c + -6.34846687e-1f;
  far = far * c + -1.28717512e-1f;
  far = far * c + -c;
  far = WithSign(1.0f - Exp(far), x);
  return t > 0.927734375f ? far : near;
}
FLUXGATE_SCALAR_OP double Erf(double x) { return __builtin_erf(x); }

// ---- Left to the C library ----------------------------------------------------------------------

#define FLUXGATE_LIBM(Name, function)                                           \
  FLUXGATE_SCALAR_OP float Name(float x) { return __builtin_##function##f(x); } \
  FLUXGATE_SCALAR_OP double Name(double x) { return __builtin_##function(x); }
FLUXGATE_LIBM(Sqrt, sqrt)
FLUXGATE_LIBM(Cbrt, cbrt)
FLUXGATE_LIBM(Tan, tan)
FLUXGATE_LIBM(Asin, asin)
FLUXGATE_LIBM(Acos, acos)
FLUXGATE_LIBM(Atan, atan)
FLUXGATE_LIBM(Sinh, sinh)
FLUXGATE_LIBM(Cosh, cosh)
FLUXGATE_LIBM(Asinh, asinh)
FLUXGATE_LIBM(Acosh, acosh)
FLUXGATE_LIBM(Atanh, atanh)
#undef FLUXGATE_LIBM

}  // namespace fluxgate::scalar_ops

#endif  // FLUXGATE_ENGINE_KERNELS_SCALAR_MATH_H_
