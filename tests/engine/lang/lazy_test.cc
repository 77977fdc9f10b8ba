// Arrays and collections that Julia shows as what they were made from.
#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class LazyTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(LazyTest, Shows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kMatrices[] = {
    {"[1 2; 3 4]'", "2×2 adjoint(::Matrix{Int64}) with eltype Int64:\n 1  3\n 2  4"},
    {"transpose([1f0 2; 3 4])",
     "2×2 transpose(::Matrix{Float32}) with eltype Float32:\n 1.0  3.0\n 2.0  4.0"},
    {"[1, 2]'", "1×2 adjoint(::Vector{Int64}) with eltype Int64:\n 1  2"},
    {"transpose([1, 2])", "1×2 transpose(::Vector{Int64}) with eltype Int64:\n 1  2"},
    {"(1:3)'", "1×3 adjoint(::UnitRange{Int64}) with eltype Int64:\n 1  2  3"},
    {"[1 2; 3 4]''", "2×2 Matrix{Int64}:\n 1  2\n 3  4"},
    {"[1, 2]''", "2-element Vector{Int64}:\n 1\n 2"},
    {"2 * [1 2; 3 4]'", "2×2 Matrix{Int64}:\n 2  6\n 4  8"},
    {"collect([1 2; 3 4]')", "2×2 Matrix{Int64}:\n 1  3\n 2  4"},
    {"[1.0 2; 3 4] / [2.0 0; 0 2]", "2×2 Matrix{Float64}:\n 0.5  1.0\n 1.5  2.0"},
    {"repr([1 2; 3 4]')", "\"[1 3; 2 4]\""},
    {"reshape(1:6, 2, 3)",
     "2×3 reshape(::UnitRange{Int64}, 2, 3) with eltype Int64:\n 1  3  5\n 2  4  6"},
    {"reshape(1:2:11, 2, :)",
     "2×3 reshape(::StepRange{Int64, Int64}, 2, 3) with eltype Int64:\n 1  5   9\n 3  7  11"},
    {"reshape(1:6, :)", "1:6"},
    {"reshape(1:6, 2, 3) .+ 1", "2×3 Matrix{Int64}:\n 2  4  6\n 3  5  7"},
    {"using LinearAlgebra; Diagonal([1, 2])", "2×2 Diagonal{Int64, Vector{Int64}}:\n 1  ⋅\n ⋅  2"},
    {"using LinearAlgebra; Diagonal([1, 2]) * [3, 4]", "2-element Vector{Int64}:\n 3\n 8"},
};
INSTANTIATE_TEST_SUITE_P(Matrices, LazyTest, ::testing::ValuesIn(kMatrices));

constexpr JuliaCase kAxes[] = {
    {"axes([1 2; 3 4])", "(Base.OneTo(2), Base.OneTo(2))"},
    {"axes([1, 2], 1), eachindex([1, 2, 3])", "(Base.OneTo(2), Base.OneTo(3))"},
    {"Base.OneTo(3)", "Base.OneTo(3)"},
    {"typeof(Base.OneTo(3)), Base.OneTo(3) isa AbstractUnitRange", "(Base.OneTo{Int64}, true)"},
    {"Base.OneTo(3) .+ 1, Base.OneTo(3) == 1:3, collect(Base.OneTo(2))", "(2:4, true, [1, 2])"},
    {"f(v::AbstractVector) = sum(v); f(Base.OneTo(3))", "6"},
};
INSTANTIATE_TEST_SUITE_P(Axes, LazyTest, ::testing::ValuesIn(kAxes));

constexpr JuliaCase kPairs[] = {
    {"pairs((a = 1, b = \"x\"))", "pairs(::NamedTuple) with 2 entries:\n  :a => 1\n  :b => \"x\""},
    {"f(; kw...) = kw\n---\nf(a = 1)", "pairs(::NamedTuple) with 1 entry:\n  :a => 1"},
    {"repr(pairs((a = 1, b = 2)))",
     "\"Base.Pairs{Symbol, Int64, Tuple{Symbol, Symbol}, @NamedTuple{a::Int64, b::Int64}}(:a => 1, "
     ":b => 2)\""},
    {"f(; kw...) = [string(k, v) for (k, v) in kw]\n---\nf(a = 1, b = 2)",
     "2-element Vector{String}:\n \"a1\"\n \"b2\""},
    {"f(; kw...) = (kw[:a], kw.a, keys(kw), values(kw), length(kw), haskey(kw, :b))\n---\nf(a = 1)",
     "(1, 1, (:a,), (a = 1,), 1, false)"},
    {"g(; a, b = 2) = a + b\nf(; kw...) = g(; kw...)\n---\nf(a = 1)", "3"},
    {"f(; kw...) = merge((a = 0, c = 3), kw)\n---\nf(a = 1)", "(a = 1, c = 3)"},
    {"f(; kw...) = Dict(kw)\n---\nf(a = 1)", "Dict{Symbol, Int64} with 1 entry:\n  :a => 1"},
    {"for (k, v) in pairs((a = 1,))\n println(k, v)\nend", "a1\n"},
    {"collect((a = 1, b = 2))", "2-element Vector{Int64}:\n 1\n 2"},
};
INSTANTIATE_TEST_SUITE_P(Pairs, LazyTest, ::testing::ValuesIn(kPairs));

}  // namespace
}  // namespace fluxgate::testing
