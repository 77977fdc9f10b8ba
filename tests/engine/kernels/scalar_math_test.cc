#include "engine/kernels/scalar_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>

namespace fluxgate::scalar_ops {
namespace {

using Reference = long double (*)(long double);

long double SigmoidReference(long double x) { return 1 / (1 + expl(-x)); }
long double SoftplusReference(long double x) {
  return x > 0 ? x + log1pl(expl(-x)) : log1pl(expl(x));
}

// Distance from the exact value in units of the last place of T.
template <typename T>
double UlpError(T got, long double exact) {
  const T nearest = static_cast<T>(exact);
  if (std::isnan(got) || std::isnan(nearest))
    return std::isnan(got) && std::isnan(nearest) ? 0 : 1e9;
  if (std::isinf(got) || std::isinf(nearest)) return got == nearest ? 0 : 1e9;
  using Limits = std::numeric_limits<T>;
  const int exponent = nearest == 0 ? Limits::min_exponent : std::ilogb(nearest) + 1;
  const int unit = std::max(exponent, Limits::min_exponent) - Limits::digits;
  return static_cast<double>(fabsl(got - exact) / ldexpl(1, unit));
}

// Over all magnitudes, and densely where functions bend.
template <typename T, typename F>
double WorstError(F f, Reference reference) {
  std::mt19937_64 generator(7);
  std::uniform_real_distribution<double> near(-12, 12);
  double worst = 0;
  for (int i = 0; i < 300000; ++i) {
    T x;
    if (i % 2 == 0) {
      const auto bits = static_cast<decltype(BitsOf(T()))>(generator());
      std::memcpy(&x, &bits, sizeof(x));
    } else {
      x = static_cast<T>(near(generator) * std::pow(10.0, 2 - i % 7));
    }
    worst = std::max(worst, UlpError(f(x), reference(x)));
  }
  return worst;
}

#define EXPECT_WITHIN_ULP(T, Function, reference, ulp) \
  EXPECT_LE(WorstError<T>([](T x) { return Function(x); }, reference), ulp) << #Function " " #T

TEST(ScalarMathTest, Float32IsWithinTwoUlp) {
  EXPECT_WITHIN_ULP(float, Exp, expl, 1.0);
  EXPECT_WITHIN_ULP(float, Exp2, exp2l, 1.0);
  EXPECT_WITHIN_ULP(float, Expm1, expm1l, 1.6);
  EXPECT_WITHIN_ULP(float, Log, logl, 0.8);
  EXPECT_WITHIN_ULP(float, Log1p, log1pl, 0.8);
  EXPECT_WITHIN_ULP(float, Tanh, tanhl, 1.4);
  EXPECT_WITHIN_ULP(float, Sigmoid, SigmoidReference, 2.2);
  EXPECT_WITHIN_ULP(float, Softplus, SoftplusReference, 1.6);
  EXPECT_WITHIN_ULP(float, Sin, sinl, 0.6);
  EXPECT_WITHIN_ULP(float, Cos, cosl, 0.6);
  EXPECT_WITHIN_ULP(float, Erf, erfl, 1.2);
}

TEST(ScalarMathTest, Float64IsWithinTwoUlp) {
  EXPECT_WITHIN_ULP(double, Exp, expl, 1.0);
  EXPECT_WITHIN_ULP(double, Expm1, expm1l, 1.6);
  EXPECT_WITHIN_ULP(double, Log, logl, 0.9);
  EXPECT_WITHIN_ULP(double, Log1p, log1pl, 0.9);
  EXPECT_WITHIN_ULP(double, Tanh, tanhl, 1.4);
  EXPECT_WITHIN_ULP(double, Sigmoid, SigmoidReference, 2.2);
  EXPECT_WITHIN_ULP(double, Softplus, SoftplusReference, 1.6);
}

template <typename T>
void ExpectSpecialValues() {
  const T inf = std::numeric_limits<T>::infinity();
  const T nan = std::numeric_limits<T>::quiet_NaN();
  for (T y : {Exp(nan), Exp2(nan), Expm1(nan), Log(nan), Log1p(nan), Tanh(nan), Sigmoid(nan),
              Softplus(nan), Sin(nan), Cos(nan), Erf(nan), Log(T(-1)), Log1p(T(-2)), Sin(inf),
              Cos(inf)}) {
    EXPECT_TRUE(std::isnan(y));
  }
  for (T y : {Expm1(T(-0.0)), Log1p(T(-0.0)), Tanh(T(-0.0)), Sin(T(-0.0)), Erf(T(-0.0))}) {
    EXPECT_EQ(y, T(0));
    EXPECT_TRUE(std::signbit(y));
  }
  EXPECT_EQ(Exp(inf), inf);
  EXPECT_EQ(Exp(-inf), T(0));
  EXPECT_EQ(Exp(T(0)), T(1));
  EXPECT_EQ(Exp2(T(10)), T(1024));
  EXPECT_EQ(Expm1(inf), inf);
  EXPECT_EQ(Expm1(-inf), T(-1));
  EXPECT_EQ(Log(T(0)), -inf);
  EXPECT_EQ(Log(T(-0.0)), -inf);
  EXPECT_EQ(Log(inf), inf);
  EXPECT_EQ(Log(T(1)), T(0));
  EXPECT_EQ(Log1p(T(-1)), -inf);
  EXPECT_EQ(Log1p(inf), inf);
  EXPECT_EQ(Tanh(inf), T(1));
  EXPECT_EQ(Tanh(-inf), T(-1));
  EXPECT_EQ(Sigmoid(inf), T(1));
  EXPECT_EQ(Sigmoid(-inf), T(0));
  EXPECT_EQ(Sigmoid(T(0)), T(0.5));
  EXPECT_EQ(Softplus(inf), inf);
  EXPECT_EQ(Softplus(-inf), T(0));
  EXPECT_EQ(Erf(inf), T(1));
  EXPECT_EQ(Erf(-inf), T(-1));
  EXPECT_EQ(Cos(T(0)), T(1));
}

TEST(ScalarMathTest, SpecialValues) {
  ExpectSpecialValues<float>();
  ExpectSpecialValues<double>();
}

TEST(ScalarMathTest, ResultsAtTheEdgesOfTheRange) {
  EXPECT_EQ(Exp(88.72284f), std::numeric_limits<float>::infinity());
  EXPECT_LT(Exp(88.7228f), std::numeric_limits<float>::infinity());
  EXPECT_EQ(Exp(-103.0f), static_cast<float>(expl(-103.0L)));  // subnormal
  EXPECT_EQ(Exp(-745.0), static_cast<double>(expl(-745.0L)));
  EXPECT_EQ(Log(std::numeric_limits<float>::denorm_min()),
            static_cast<float>(logl(std::numeric_limits<float>::denorm_min())));
  EXPECT_EQ(Sin(1e30f), std::sin(1e30f));
}

}  // namespace
}  // namespace fluxgate::scalar_ops
