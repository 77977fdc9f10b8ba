#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class ArrayGradientTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ArrayGradientTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

// Each function's gradient agrees with central differences.
#define CHECK_GRADIENT(function, point)                                                   \
  JuliaCase {                                                                             \
    "using LinearAlgebra, Statistics\n"                                                   \
    "function agrees(f, x)\n"                                                             \
    "  g = gradient(f, x)[1]\n"                                                           \
    "  h = 1e-6\n"                                                                        \
    "  for i in eachindex(x)\n"                                                           \
    "    a = copy(x); a[i] += h\n"                                                        \
    "    b = copy(x); b[i] -= h\n"                                                        \
    "    abs(g[i] - (f(a) - f(b)) / 2h) < 1e-5 || return (i, g[i], (f(a) - f(b)) / 2h)\n" \
    "  end\n"                                                                             \
    "  size(g) == size(x)\n"                                                              \
    "end\n---\n"                                                                          \
    "agrees(" function ", " point ")",                                                    \
        "true"                                                                            \
  }
#define VECTOR "[0.7, -1.3, 2.1, 0.4]"
#define MATRIX "[0.7 -1.3 2.1; 0.4 1.6 -0.8; 0.3 0.9 1.2]"

const JuliaCase kCases[] = {
    CHECK_GRADIENT("x -> sum(x)", VECTOR),
    CHECK_GRADIENT("x -> sum(abs2, x)", VECTOR),
    CHECK_GRADIENT("x -> prod(x)", VECTOR),
    CHECK_GRADIENT("x -> maximum(x) * minimum(x)", VECTOR),
    CHECK_GRADIENT("x -> sum(sum(x, dims = 1) .^ 3)", MATRIX),
    CHECK_GRADIENT("x -> sum(prod(x, dims = 2))", MATRIX),
    CHECK_GRADIENT("x -> sum(maximum(x, dims = 2) .^ 2)", MATRIX),
    CHECK_GRADIENT("x -> sum(cumsum(x) .^ 2)", VECTOR),
    CHECK_GRADIENT("x -> sum(cumprod(x))", VECTOR),
    CHECK_GRADIENT("x -> mean(x .^ 2) + var(x) + std(x)", VECTOR),
    CHECK_GRADIENT("x -> sum(std(x, dims = 1))", MATRIX),
    CHECK_GRADIENT("x -> median(x) * quantile(x, 0.3)", VECTOR),
    CHECK_GRADIENT("x -> sum(sort(x) .* [1, 2, 3, 4])", VECTOR),
    CHECK_GRADIENT("x -> findmax(x)[1]^2", VECTOR),
    CHECK_GRADIENT("x -> sum(x[2:3] .^ 2) + x[end]", VECTOR),
    CHECK_GRADIENT("x -> sum(x[[1, 1, 4]] .^ 2)", VECTOR),
    CHECK_GRADIENT("x -> sum(x[:, 2] .* x[1, :])", MATRIX),
    CHECK_GRADIENT("x -> sum(x[x .> 0] .^ 2)", VECTOR),
    CHECK_GRADIENT("x -> sum(reverse(x) .* x)", VECTOR),
    CHECK_GRADIENT("x -> sum(circshift(x, 1) .* x)", VECTOR),
    CHECK_GRADIENT("x -> sum(permutedims(x) .* x)", MATRIX),
    CHECK_GRADIENT("x -> sum(reshape(x, 2, 2) * [1.0, 2.0])", VECTOR),
    CHECK_GRADIENT("x -> sum(hcat(x, 2x) * [1.0, 3.0])", VECTOR),
    CHECK_GRADIENT("x -> sum(vcat(x, x .^ 2) .^ 2)", VECTOR),
    CHECK_GRADIENT("x -> sum(stack([x, x .^ 2]) .^ 2)", VECTOR),
    CHECK_GRADIENT("x -> sum(repeat(x, 2) .* (1:8))", VECTOR),
    CHECK_GRADIENT("x -> sum(repeat(x; inner = 2) .* (1:8))", VECTOR),
    CHECK_GRADIENT("x -> dot(x, x .^ 2) + norm(x) + norm(x, 1) + norm(x, 3)", VECTOR),
    CHECK_GRADIENT("x -> x' * x", VECTOR),
    CHECK_GRADIENT("x -> sum(x * x')", VECTOR),
    CHECK_GRADIENT("x -> sum(x * x + x')", MATRIX),
    CHECK_GRADIENT("x -> tr(x * x)", MATRIX),
    CHECK_GRADIENT("x -> det(x)", MATRIX),
    CHECK_GRADIENT("x -> sum(inv(x) .^ 2)", MATRIX),
    CHECK_GRADIENT("x -> sum(x \\ [1.0, 2.0, 3.0])", MATRIX),
    CHECK_GRADIENT("x -> sum(diag(x) .^ 2) + sum(triu(x) .^ 2)", MATRIX),
    CHECK_GRADIENT("x -> sum(kron(x, x))", VECTOR),
    CHECK_GRADIENT("x -> sum(exp.(x) ./ (1 .+ abs.(x)))", VECTOR),
    CHECK_GRADIENT("x -> sum(tanh.(x) .^ 2 .+ sin.(x) .* cos.(x))", VECTOR),
    CHECK_GRADIENT("x -> sum(max.(x, 0) .+ clamp.(x, -1, 1))", VECTOR),
    CHECK_GRADIENT("x -> sum(map((a, b) -> a * b^2, x, reverse(x)))", VECTOR),
    CHECK_GRADIENT("x -> sum([v^2 for v in x if v > 0])", VECTOR),
    CHECK_GRADIENT("x -> sum(sum(c)^2 for c in eachcol(x))", MATRIX),
    CHECK_GRADIENT("x -> (s = 0.0; for v in x; s += v^3; end; s)", VECTOR),
    CHECK_GRADIENT("x -> (y = copy(x); y[2] *= y[1]; y[3:4] .+= y[1]; sum(y .^ 2))", VECTOR),
    CHECK_GRADIENT("x -> (y = Float64[]; for v in x; push!(y, v^2); end; sum(y))", VECTOR),
    CHECK_GRADIENT("x -> evalpoly(x[1], x)", VECTOR),
};
INSTANTIATE_TEST_SUITE_P(All, ArrayGradientTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace fluxgate
