#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class GradientTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(GradientTest, Shows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kScalars[] = {
    {"f(x) = 3x^2 + 2x + 1\ngradient(f, 5)", "(32.0,)"},
    {"f(x) = 3x^2 + 2x + 1\ndf(x) = gradient(f, x)[1]\nd2f(x) = gradient(df, x)[1]\ndf(1), d2f(1)",
     "(8.0, 6.0)"},
    {"f(x) = 3x^2 + 2x + 1\n---\nd3(x) = gradient(x -> gradient(x -> gradient(x -> x^4, x)[1], "
     "x)[1], x)[1]\nd3(2.0)",
     "48.0"},
    {"gradient((x, y) -> x, 1.0, 2.0)", "(1.0, nothing)"},
    {"gradient(x -> 7, 1.0)", "(nothing,)"},
    {"gradient(sin, 0.0)", "(1.0,)"},
    {"gradient(x -> x > 0 ? x^2 : -x, -3.0)", "(-1.0,)"},
    {"sin'(0.0)", "1.0"},
    {"f(x) = x^3\nf''(2.0)", "12.0"},
    {"gradient(x -> x * 2f0, 1f0)", "(2.0f0,)"},
    // A perturbation of the outer variable must not leak into the inner gradient.
    {"gradient(x -> x * gradient(y -> x + y, 1.0)[1], 2.0)", "(1.0,)"},
    {"gradient((x, n) -> x^n, 2.0, 3)[1]", "12.0"},
    {"gradient((v, n) -> sum(v[1:n]), [1.0, 2.0, 3.0], 2)", "([1.0, 1.0, 0.0], nothing)"},
};
INSTANTIATE_TEST_SUITE_P(Scalars, GradientTest, ::testing::ValuesIn(kScalars));

constexpr JuliaCase kControlFlow[] = {
    {"function p(x, n)\n r = one(x)\n for i in 1:n\n  r *= x\n end\n r\nend\n"
     "gradient(x -> p(x, 4), 2.0)",
     "(32.0,)"},
    {"function h(x)\n while x > 1\n  x = x / 2\n end\n x\nend\ngradient(h, 8.0)", "(0.125,)"},
    {"gradient(x -> sum([x * i for i in 1:3]), 1.0)", "(6.0,)"},
    {"gradient(x -> sum(x * i for i in 1:3), 1.0)", "(6.0,)"},
    {"gradient(x -> foldl((a, b) -> a * b, [x, x, 2.0]), 3.0)", "(12.0,)"},
    {"fact(x, n) = n == 0 ? one(x) : x * fact(x, n - 1)\ngradient(x -> fact(x, 3), 2.0)",
     "(12.0,)"},
    {"gradient(x -> try\n x > 0 ? error(\"no\") : x\ncatch\n 3x\nend, 1.0)", "(3.0,)"},
    {"gradient(x -> (d = Dict(:a => x); d[:a]^2), 3.0)", "(6.0,)"},
    {"gradient(x -> (y = (a = x, b = 2x); y.a * y.b), 3.0)", "(12.0,)"},
    {"k = 3.0\nf = x -> k * x\ngradient(f, 1.0)", "(3.0,)"},
};
INSTANTIATE_TEST_SUITE_P(ControlFlow, GradientTest, ::testing::ValuesIn(kControlFlow));

constexpr JuliaCase kArrays[] = {
    {"f(x, y) = sum((x .- y).^2)\ngradient(f, [2, 1], [2, 0])", "([0.0, 2.0], [-0.0, -2.0])"},
    {"gradient(x -> sum(abs2, x), [1.0, 2.0])", "([2.0, 4.0],)"},
    {"gradient((W, x) -> sum(W * x), [1.0 2.0; 3.0 4.0], [1.0, 1.0])",
     "([1.0 1.0; 1.0 1.0], [4.0, 6.0])"},
    {"gradient(x -> x[2]^2, [1.0, 3.0])", "([0.0, 6.0],)"},
    {"gradient(x -> sum(x[[1, 1]]), [1.0, 3.0])", "([2.0, 0.0],)"},
    {"gradient(x -> sum(map(v -> v^2, x)), [1.0, 3.0])", "([2.0, 6.0],)"},
    {"gradient(x -> sum(tanh.(x)), Float32[0, 0])", "(Float32[1.0, 1.0],)"},
    {"jacobian(x -> x .^ 2, [1.0, 2.0])", "([2.0 0.0; 0.0 4.0],)"},
    {"jacobian(x -> [x, x^2], 3.0)", "([1.0, 6.0],)"},
    {"hessian(x -> x[1]^2 * x[2], [1.0, 2.0])", "2×2 Matrix{Float64}:\n 4.0  2.0\n 2.0  0.0"},
    {"hessian(x -> x^3, 2.0)", "12.0"},
    {"diaghessian(x -> sum(x.^3), [1.0, 2.0])", "([6.0, 12.0],)"},
};
INSTANTIATE_TEST_SUITE_P(Arrays, GradientTest, ::testing::ValuesIn(kArrays));

constexpr JuliaCase kStructures[] = {
    {"struct P\n a\n b\nend\ngradient(p -> p.a * p.b, P(2.0, 3.0))", "((a = 3.0, b = 2.0),)"},
    {"struct P\n a\n b\nend\ngradient(p -> p.a^2, P(2.0, \"s\"))", "((a = 4.0, b = nothing),)"},
    {"gradient(t -> t[1] * t[2], (2.0, 3.0))", "((3.0, 2.0),)"},
    {"gradient(t -> t[1], (2.0, 3.0))", "((1.0, nothing),)"},
    {"gradient(nt -> nt.a^2, (a = 3.0, b = 1.0))", "((a = 6.0, b = nothing),)"},
    {"m = Dense([2.0f0;;], [1.0f0])\ngradient(m -> sum(m([3.0f0])), m)",
     "((weight = Float32[3.0;;], bias = Float32[1.0], σ = nothing),)"},
    {"f(W) = x -> W * x\ng = f(2.0)\ngradient(h -> h(3.0), g)", "((W = 3.0,),)"},
    {"gradient(m -> 1.0, Dense(1 => 1))", "(nothing,)"},
    {"withgradient(x -> x^2, 3.0)", "(val = 9.0, grad = (6.0,))"},
    {"withgradient(x -> (x^2, \"aux\"), 3.0)", "(val = (9.0, \"aux\"), grad = (6.0,))"},
    {"y, back = pullback(x -> x .^ 2, [1.0, 2.0])\ny, back([1.0, 10.0])",
     "([1.0, 4.0], ([2.0, 40.0],))"},
};
INSTANTIATE_TEST_SUITE_P(Structures, GradientTest, ::testing::ValuesIn(kStructures));

constexpr JuliaCase kImplicit[] = {
    {"x = [2, 1]; y = [2, 0]\ngs = gradient(() -> sum((x .- y).^2), params(x, y))", "Grads(...)"},
    {"x = [2, 1]; y = [2, 0]\ngs = gradient(() -> sum((x .- y).^2), params(x, y))\ngs[x]",
     "2-element Vector{Float64}:\n 0.0\n 2.0"},
    {"x = [2, 1]; y = [2, 0]\ngs = gradient(params(x, y)) do\n sum((x .- y).^2)\nend\ngs[y]",
     "2-element Vector{Float64}:\n -0.0\n -2.0"},
    {"W = [1.0, 2.0]; V = [1.0, 2.0]\nps = Flux.params(W)\nW in ps, V in ps, length(ps)",
     "(true, false, 1)"},
    {"W = [1.0]; ps = Flux.params(W)\nps", "Params([[1.0]])"},
    {"W = [1.0]; b = [2.0]; ps = Flux.params(W)\npush!(ps, b)\nlength(ps)", "2"},
    {"W = [1.0]; b = [2.0]\ngs = gradient(() -> sum(W), params(W, b))\ngs[b] === nothing", "true"},
};

INSTANTIATE_TEST_SUITE_P(Implicit, GradientTest, ::testing::ValuesIn(kImplicit));

constexpr JuliaCase kErrors[] = {
    {"gradient(x -> [x, x], 1.0)",
     "ERROR: ErrorException: Output is an array, so the gradient is not defined. Perhaps you "
     "wanted "
     "jacobian."},
    {"gradient(x -> \"s\", 1.0)",
     "ERROR: ErrorException: Output should be scalar; gradients are not defined for output \"s\""},
};
INSTANTIATE_TEST_SUITE_P(Errors, GradientTest, ::testing::ValuesIn(kErrors));

TEST(GradientErrorTest, AnArrayFromOutsideMayNotBeWritten) {
  const std::string shown = Show({"v = [1.0, 2.0]\ngradient(x -> (v[1] = x; sum(v)), 1.0)", ""});
  EXPECT_EQ(shown.find("ERROR: ErrorException: Mutating arrays is not supported -- called "
                       "setindex!(Vector{Float64}, ...)"),
            0u)
      << shown;
}

TEST(GradientErrorTest, AnArgumentMayNotBeWrittenButACopyOfItMay) {
  for (const char* body : {"(x[1] = 2; sum(x))", "(x .= 0; sum(x))", "(y = x; y[1] = 2; sum(x))",
                           "(push!(x, 1.0); sum(x))"}) {
    const std::string shown =
        Show({(std::string("gradient(x -> ") + body + ", [1.0, 2.0])").c_str(), ""});
    EXPECT_EQ(shown.find("ERROR: ErrorException: Mutating arrays is not supported -- called "), 0u)
        << body << "\n"
        << shown;
  }
  EXPECT_EQ(Show({"gradient(x -> (y = copy(x); y[1] = 2; sum(y)), [1.0, 2.0])", ""}),
            "([0.0, 1.0],)");
  // Of a gradient inside a gradient, too.
  EXPECT_EQ(Show({"gradient(x -> gradient(y -> (y[1] = 2; sum(y)), [x])[1][1], 1.0)", ""})
                .find("ERROR: ErrorException: Mutating"),
            0u);
}

constexpr JuliaCase kInside[] = {
    // Arrays made inside a gradient may be written there.
    {"gradient(x -> (v = zeros(2); v[1] = x; v[2] = x^2; sum(v)), 3.0)", "(7.0,)"},
    {"gradient(x -> x * Flux.ignore_derivatives(x), 3.0)", "(3.0,)"},
    {"gradient(x -> x * Zygote.@ignore(x^2), 3.0)", "(9.0,)"},
    {"gradient(x -> Zygote.checkpointed(y -> y^2, x), 3.0)", "(6.0,)"},
    // The language goes on as before after a gradient.
    {"losses = []\ngradient(x -> (l = x^2; push!(losses, l); l), 3.0)\nlosses[1] + 1", "10.0"},
    {"w = 0.0\nfor i in 1:50\n g = gradient(w -> (w - 3)^2, w)[1]\n w -= 0.1g\nend\nround(w, "
     "digits = "
     "3)",
     "3.0"},
};
INSTANTIATE_TEST_SUITE_P(Inside, GradientTest, ::testing::ValuesIn(kInside));

}  // namespace
}  // namespace fluxgate::testing
