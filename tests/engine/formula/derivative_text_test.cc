// Derivatives as text: the famous ones to the letter, all of them against gradient itself.

#include "engine/lang/gradient/derivative_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/testing/julia_session.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::lang {
namespace {

using ::testing::HasSubstr;
using testing::JuliaSession;

// The derivatives of a function's text, or the error.
std::string Derive(JuliaSession& session, const std::string& f, int order = 1,
                   const std::string& at = "") {
  auto function = session.interpreter().Run("f", f);
  if (!function.ok()) return std::string(function.status().message());
  std::vector<Value> arguments;
  if (!at.empty()) {
    auto value = session.interpreter().Run("at", at);
    if (!value.ok()) return std::string(value.status().message());
    arguments.push_back(*value);
  }
  auto texts = session.interpreter().DeriveText(*function, arguments, order);
  if (!texts.ok()) return std::string(texts.status().message());
  return absl::StrJoin(*texts, "; ", [](std::string* out, const DerivativeText& text) {
    absl::StrAppend(out, text.text);
  });
}
std::string Derive(const std::string& f, int order = 1, const std::string& at = "") {
  JuliaSession session;
  return Derive(session, f, order, at);
}

TEST(DerivativeTextTest, TheFamousOnes) {
  EXPECT_EQ(Derive("f(x) = 3x^2 + 2x + 1"), "6x + 2");
  EXPECT_EQ(Derive("f(x) = 3x^2 + 2x + 1", 2), "6");
  EXPECT_EQ(Derive("f(x) = 3x^2 + 2x + 1", 3), "0");
  EXPECT_EQ(Derive("x -> x"), "1");
  EXPECT_EQ(Derive("x -> 5"), "0");
  EXPECT_EQ(Derive("x -> x*x*x"), "3x^2");
  EXPECT_EQ(Derive("x -> x^3 / 6"), "x^2 / 2");
  EXPECT_EQ(Derive("x -> x^3 / 6", 2), "x");
  EXPECT_EQ(Derive("x -> 0.1f0 * x^2"), "0.20000000298023224x");  // Of a Float64.
  EXPECT_EQ(Derive("x -> 0.1f0 * x^2", 1, "1f0"), "0.2x");
  EXPECT_EQ(Derive("x -> sum(x * i for i in 1:4)"), "10");
  EXPECT_EQ(Derive("x -> elu(x - 1)"),
            "ifelse(x - 1 >= 0, 1, 0) + ifelse(x - 1 >= 0, 0, exp(ifelse(x - 1 >= 0, 0, x - 1)) * "
            "ifelse(x - 1 >= 0, 0, 1))");
  EXPECT_EQ(Derive("x -> (x^2 + 1) * (x - 3)"), "3x^2 - 6x + 1");
  EXPECT_EQ(Derive("x -> (2x + 1)^3"), "6(2x + 1)^2");
  EXPECT_EQ(Derive("sin"), "cos(x)");
  EXPECT_EQ(Derive("x -> sin(x)", 2), "-sin(x)");
  EXPECT_EQ(Derive("x -> sin(x)", 4), "sin(x)");
  EXPECT_EQ(Derive("x -> exp(x)"), "exp(x)");
  EXPECT_EQ(Derive("x -> exp(-x^2)"), "-2x * exp(-x^2)");
  EXPECT_EQ(Derive("x -> log(x)"), "1 / x");
  EXPECT_EQ(Derive("x -> log(x)", 2), "-1 / x^2");
  EXPECT_EQ(Derive("x -> 1 / x"), "-1 / x^2");
  EXPECT_EQ(Derive("x -> sqrt(x)"), "1 / (2sqrt(x))");
  EXPECT_EQ(Derive("x -> tanh(x)"), "1 - tanh(x)^2");
  EXPECT_EQ(Derive("x -> tan(x)"), "tan(x)^2 + 1");
  EXPECT_EQ(Derive("x -> σ(x)"), "σ(x) * (1 - σ(x))");
  EXPECT_EQ(Derive("x -> x * sin(x)"), "x * cos(x) + sin(x)");
  EXPECT_EQ(Derive("x -> 2^x"), "log(2) * 2^x");
  EXPECT_EQ(Derive("x -> atan(x)"), "1 / (x^2 + 1)");
  EXPECT_EQ(Derive("t -> 2t"), "2");
}

TEST(DerivativeTextTest, OfSeveralArguments) {
  EXPECT_EQ(Derive("f(x, y) = x^2 * y"), "2x * y; x^2");
  EXPECT_EQ(Derive("(a, b) -> a / b"), "1 / b; -a / b^2");
  EXPECT_EQ(Derive("(x, y) -> x^2"), "2x; 0");
  JuliaSession session;
  ASSERT_OK(session.Evaluate("f(x) = x^2; f(x, y) = x * y"));
  EXPECT_THAT(Derive(session, "f"), HasSubstr("methods of 1 and of 2 arguments"));
  EXPECT_EQ(Derive(session, "f", 1, "1.0"), "2x");
}

TEST(DerivativeTextTest, OfArrays) {
  EXPECT_EQ(Derive("x -> sum(x .^ 2)", 1, "[1.0, 2.0]"), "2x");
  EXPECT_EQ(Derive("x -> sum(sin.(x))", 1, "[1.0, 2.0]"), "cos.(x)");
  EXPECT_EQ(Derive("x -> sum(x)", 1, "[1.0, 2.0]"), "fill(1, 2)");
  EXPECT_EQ(Derive("v -> v[1]^2 * v[2]", 1, "[1.0, 2.0]"), "[2v[1] * v[2], v[1]^2]");
  EXPECT_EQ(Derive("(w, b) -> w", 1, ""), "1; 0");
  EXPECT_EQ(Derive("w -> sum((w * [1.0 2.0]) .^ 2)", 1, "3.0"), "sum(2w .* [1 2] .^ 2)");
  JuliaSession session;
  ASSERT_OK(session.Evaluate("W = [1.0 2.0; 3.0 4.0]; y = [1.0, 1.0]"));
  EXPECT_EQ(Derive(session, "x -> sum(abs2.(W * x .- y))", 1, "[1.0, 2.0]"),
            "vec(W' * reshape(2vec(W * reshape(x, 2, 1)) .- 2y, 2, 1))");
}

TEST(DerivativeTextTest, WhereItBranchesThePointDecides) {
  const std::string relu = "x -> x > 0 ? x^2 : -x";
  EXPECT_THAT(Derive(relu), HasSubstr("say at which point"));
  EXPECT_EQ(Derive(relu, 1, "2.0"), "2x");
  EXPECT_EQ(Derive(relu, 1, "-2.0"), "-1");
  EXPECT_EQ(Derive("x -> abs(x)"), "sign(x)");
  EXPECT_EQ(Derive("x -> max(x, 0)"), "ifelse(x > 0, 1, 0)");
}

// Only what stands in for a 0 is left out, not what the user writes for one.
TEST(DerivativeTextTest, AUsersOwnCaseOfZeroStays) {
  EXPECT_EQ(Derive("(x, y) -> x * ifelse(y == 0, 1.0, 7.0)"), "ifelse(y == 0, 1, 7); 0");
}

TEST(DerivativeTextTest, NumbersKeepTheirDigits) {
  EXPECT_EQ(Derive("x -> 1.0009765625x"), "1.0009765625");
  EXPECT_EQ(Derive("x -> x * 2.0^-20"), "9.5367431640625e-07");
}

TEST(DerivativeTextTest, AGlobalBehindAParametersNameIsNotTheParameter) {
  JuliaSession session;
  session.Enter("x = [1.0, 2.0]; h(z) = sum(z .* x)");
  EXPECT_THAT(Derive(session, "f(x) = h(x) + sum(x .^ 2)", 1, "[3.0, 4.0]"),
              HasSubstr("has no name"));
  session.Enter("p = ([1.0, 2.0], 1)");
  EXPECT_EQ(Derive(session, "f(z) = sum(p[1] .* z)", 1, "[3.0, 4.0]"), "p[1]");
}

TEST(DerivativeTextTest, SaysWhatItCannot) {
  EXPECT_THAT(Derive("x -> [x, x]"), HasSubstr("must give a number"));
  EXPECT_THAT(Derive("x -> prod(x)", 1, "[1.0, 2.0, 3.0]"), HasSubstr("has no place in a formula"));
  EXPECT_THAT(Derive("(x, y) -> x * y", 2), HasSubstr("takes a function of one number"));
  EXPECT_THAT(Derive("x -> nosuch(x)"), HasSubstr("nosuch"));
  EXPECT_THAT(Derive("m -> sum(m([1.0]))", 1, "Dense([1.0;;])"), HasSubstr("neither"));
}

// The text, evaluated, is the derivative.
TEST(DerivativeTextTest, EqualsTheDerivative) {
  const std::vector<std::string> functions = {
      "3x^2 + 2x + 1",
      "x^5 - 4x^3 + x",
      "(x + 1) * (x + 2) * (x + 3)",
      "(2x - 1)^4 / 3",
      "1 / (1 + x^2)",
      "x / (x + 2)",
      "(x^2 + 1) / (x^3 + 2)",
      "sqrt(x)",
      "sqrt(1 + x^2)",
      "x * sqrt(4x)",
      "x^2.5",
      "x^-3",
      "x^x",
      "2^x",
      "3^(-x^2)",
      "exp(-x^2 / 2)",
      "exp(sin(x)) * cos(x)",
      "sin(x)^2 + cos(x)^2",
      "sin(2x + 1) * cos(x / 3)",
      "tan(x / 4)",
      "log(x) / x",
      "log(1 + exp(x))",
      "log2(x) + log10(x) + log1p(x)",
      "tanh(x) * σ(x)",
      "σ(3x)^2",
      "softplus(x) - swish(x)",
      "asin(x / 4) + acos(x / 4) + atan(x)",
      "sinh(x) * cosh(x)",
      "asinh(x) + cbrt(x)",
      "atan(x, 2)",
      "abs(x - 1) * max(x, 1)",
      "relu(x - 1) + leakyrelu(x - 2)",
      "elu(x - 1)",
      "gelu(x)",
      "mish(x)",
      "hypot(x, 2)",
      "x * (x * (x * (x + 1) + 1) + 1)",
      "0.1x^2 + 0.3f0 * x",
      "x / 3 + 2x / 7",
      "evalpoly(x, (1, 2, 3))",
      "sum(x * i for i in 1:4)",
  };
  JuliaSession session;
  for (const std::string& body : functions) {
    const std::string f = absl::StrCat("x -> ", body);
    for (const int order : {1, 2}) {
      const std::string text = Derive(session, f, order);
      for (const double point : {0.3, 1.7, 2.9}) {
        const auto value =
            session.interpreter().Run("text", absl::StrCat("(x -> ", text, ")(", point, ")"));
        ASSERT_TRUE(value.ok()) << body << ": " << text << ": " << value.status().message();
        const std::string first = absl::StrCat("x -> gradient(", f, ", x)[1]");
        const auto expected = session.interpreter().Run(
            "gradient",
            absl::StrCat("something(gradient(", order == 1 ? f : first, ", ", point, ")[1], 0.0)"));
        ASSERT_TRUE(expected.ok()) << body << ": " << expected.status().message();
        const double want = expected->scalar().AsDouble();
        EXPECT_NEAR(value->scalar().AsDouble(), want, 1e-6 * (1 + std::abs(want)))
            << "order " << order << " of " << body << " is " << text << " at " << point;
      }
    }
  }
}

}  // namespace
}  // namespace fluxgate::lang
