// The algebra of formulas: what is collected, what is multiplied out, how it is written.

#include "engine/formula/algebra.h"

#include <gtest/gtest.h>

#include "engine/formula/printer.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::formula {
namespace {

class AlgebraTest : public ::testing::Test {
 protected:
  TermId N(double value) { return a.Number(value); }
  std::string Text(TermId term) {
    const absl::StatusOr<std::string> text = Print(a, term);
    return text.ok() ? *text : std::string(text.status().message());
  }

  Algebra a;
  const TermId x = a.Symbol("x"), y = a.Symbol("y");
  const TermId f = a.Each("f", {x});
};

TEST_F(AlgebraTest, CollectsLikeTermsAndEqualBases) {
  EXPECT_EQ(Text(a.Add(x, x)), "2x");
  EXPECT_EQ(Text(a.Subtract(x, x)), "0");
  EXPECT_EQ(Text(a.Multiply(x, a.Multiply(x, x))), "x^3");
  EXPECT_EQ(Text(a.Divide(a.Multiply(x, y), x)), "y");
  EXPECT_EQ(Text(a.Add(a.Multiply(x, y), a.Multiply(y, x))), "2x * y");
  EXPECT_EQ(Text(a.Multiply(a.Power(x, y), x)), "x^(y + 1)");
  EXPECT_EQ(Text(a.Multiply(N(1), x)), "x");
  EXPECT_EQ(Text(a.Multiply(N(0), x)), "0");
}

TEST_F(AlgebraTest, MultipliesOutSmallPolynomials) {
  const TermId sum = a.Add(x, N(1));
  EXPECT_EQ(Text(a.Multiply(sum, a.Subtract(x, N(1)))), "x^2 - 1");
  EXPECT_EQ(Text(a.Multiply(x, sum)), "x^2 + x");
  EXPECT_EQ(Text(a.Multiply(N(3), sum)), "3x + 3");
  // Squares stay, and so does what is no polynomial.
  EXPECT_EQ(Text(a.Multiply(sum, sum)), "(x + 1)^2");
  EXPECT_EQ(Text(a.Multiply(f, a.Subtract(N(1), f))), "f(x) * (1 - f(x))");
}

TEST_F(AlgebraTest, ARootOfASquareIsNotItsBase) {
  const TermId square = a.Multiply(x, x);
  EXPECT_EQ(Text(a.Power(square, N(0.5))), "sqrt(x^2)");
  EXPECT_EQ(Text(a.Power(a.Power(square, N(0.5)), N(2))), "x^2");
  const TermId root = a.Power(a.Multiply(N(2), x), N(0.5));
  EXPECT_EQ(Text(a.Multiply(root, x)), "x * sqrt(2x)");
  EXPECT_EQ(Text(a.Multiply(root, root)), "2x");
  EXPECT_EQ(Text(a.Multiply(a.Multiply(root, root), x)), "2x^2");
}

TEST_F(AlgebraTest, WritesPowersAndFractions) {
  EXPECT_EQ(Text(a.Divide(N(1), x)), "1 / x");
  EXPECT_EQ(Text(a.Divide(N(1), a.Multiply(N(2), x))), "1 / (2x)");
  EXPECT_EQ(Text(a.Divide(x, N(3))), "x / 3");
  EXPECT_EQ(Text(a.Multiply(N(0.1), x)), "0.1x");
  EXPECT_EQ(Text(a.Divide(N(-1), a.Multiply(x, x))), "-1 / x^2");
  EXPECT_EQ(Text(a.Divide(x, a.Add(x, N(1)))), "x / (x + 1)");
  EXPECT_EQ(Text(a.Power(x, N(-0.5))), "1 / sqrt(x)");
  EXPECT_EQ(Text(a.Power(x, N(1.0 / 3))), "x^(1 / 3)");
  EXPECT_EQ(Text(a.Power(a.Negate(x), y)), "(-x)^y");
  EXPECT_EQ(Text(a.Power(N(2), a.Negate(x))), "2^(-x)");
  EXPECT_EQ(Text(a.Power(a.Power(x, y), a.Symbol("z"))), "(x^y)^z");
  EXPECT_EQ(Text(a.Multiply(N(3), a.Power(N(2), x))), "3 * 2^x");
  EXPECT_EQ(Text(a.Negate(a.Add(x, y))), "-x - y");
  EXPECT_EQ(Text(a.Multiply(N(1e20), x)), "1e+20 * x");
}

TEST_F(AlgebraTest, DoesNotMakeNumbersOfNames) {
  EXPECT_EQ(Text(a.Multiply(N(2), a.Symbol("e3"))), "2 * e3");
  EXPECT_EQ(Text(a.Multiply(N(2), a.Symbol("f0"))), "2 * f0");
  EXPECT_EQ(Text(a.Multiply(N(2), a.Each("exp", {x}))), "2exp(x)");
}

TEST_F(AlgebraTest, HasDotsWhereThereAreArrays) {
  const TermId v = a.Symbol("v", {3});
  EXPECT_EQ(Text(a.Multiply(N(2), v)), "2v");
  EXPECT_EQ(Text(a.Add(a.Multiply(v, v), N(1))), "v .^ 2 .+ 1");
  EXPECT_EQ(Text(a.Multiply(N(2), a.Each("sin", {v}))), "2sin.(v)");
  EXPECT_EQ(Text(a.Add(a.Vector({x, N(0)}), a.Vector({N(0), y}))), "[x, y]");
}

TEST_F(AlgebraTest, RefusesWhatNobodyWouldRead) {
  TermId deep = x, wide = x;
  for (int i = 0; i < 200; ++i) deep = a.Each("f", {deep});
  EXPECT_NE(Text(deep).find("nobody would read"), std::string::npos);
  for (int i = 0; i < 60; ++i) wide = a.Each("f", {wide, wide});
  EXPECT_NE(Text(wide).find("nobody would read"), std::string::npos);
}

}  // namespace
}  // namespace fluxgate::formula
