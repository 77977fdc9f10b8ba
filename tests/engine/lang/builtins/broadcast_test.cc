#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class BroadcastTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(BroadcastTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

const JuliaCase kCases[] = {
    {"[1, 2] .+ [10 20]", "2×2 Matrix{Int64}:\n 11  21\n 12  22"},
    {"[1, 2] .+ [1, 2, 3]",
     "ERROR: DimensionMismatch: arrays could not be broadcast to a common size; got a dimension "
     "with lengths 2 and 3"},
    {"[1, 2] .* 2.0", "2-element Vector{Float64}:\n 2.0\n 4.0"},
    {"[1, 2, 3] .^ 2", "3-element Vector{Int64}:\n 1\n 4\n 9"},
    {"sqrt.([4.0, -1.0])",
     "ERROR: DomainError: with -1.0:\nsqrt was called with a negative real argument but will only "
     "return a complex result if called with a complex argument. Try sqrt(Complex(x))."},
    {"[7, 8] .÷ [2, 0]", "ERROR: DivideError: integer division error"},
    {"f(x) = x > 1 ? 10x : x; f.([1, 2])", "2-element Vector{Int64}:\n  1\n 20"},
    {"string.([1, 2], \"a\")", "2-element Vector{String}:\n \"1a\"\n \"2a\""},
    {"(1, 2) .+ 1", "(2, 3)"},
    {"abs.((-1, 2))", "(1, 2)"},
    {"[1, 2, 3] .> 2", "3-element BitVector:\n 0\n 0\n 1"},
    {"in.([1, 5], Ref([1, 2]))", "2-element BitVector:\n 1\n 0"},
    {"Float32.([1, 2])", "2-element Vector{Float32}:\n 1.0\n 2.0"},
    {"Int.([1.0, 2.5])", "ERROR: InexactError: Int64(2.5)"},
    {"max.([1, 5], 3)", "2-element Vector{Int64}:\n 3\n 5"},
    {"clamp.([-1, 0.5, 2], 0, 1)", "3-element Vector{Float64}:\n 0.0\n 0.5\n 1.0"},
    {"ifelse.([true, false], 1, 2)", "2-element Vector{Int64}:\n 1\n 2"},
    {"x = [1.0, 2.0]; x .-= 1; x", "2-element Vector{Float64}:\n 0.0\n 1.0"},
    {"x = [1.0, 2.0]; y = x; x .= 3; y", "2-element Vector{Float64}:\n 3.0\n 3.0"},
    {"x = [1, 2]; x .= [1.5, 2]", "ERROR: InexactError: Int64(1.5)"},
    {"uppercase.([\"a\", \"b\"])", "2-element Vector{String}:\n \"A\"\n \"B\""},
    {"((x, y) -> x + y).([1, 2], [3, 4])", "2-element Vector{Int64}:\n 4\n 6"},
    {"length.([[1, 2], [3]])", "2-element Vector{Int64}:\n 2\n 1"},
    {"[[1, 2], [3, 4]] .+ 1", "ERROR: MethodError: no method matching +(::Vector{Int64}, ::Int64)"},
    {"[[1, 2], [3, 4]] .* 2", "2-element Vector{Vector{Int64}}:\n [2, 4]\n [6, 8]"},
    {"[1, 2] + [3, 4]", "2-element Vector{Int64}:\n 4\n 6"},
    {"[1, 2] + 1", "ERROR: MethodError: no method matching +(::Vector{Int64}, ::Int64)"},
    {"[1, 2] + [1, 2, 3]",
     "ERROR: DimensionMismatch: dimensions must match: a has dims (Base.OneTo(2),), b has dims "
     "(Base.OneTo(3),), mismatch at 1"},
    {"gradient(x -> sum((v -> v > 1 ? v^2 : v).(x)), [1.0, 3.0])[1]",
     "2-element Vector{Float64}:\n 1.0\n 6.0"},
    {"gradient((a, b) -> sum(a .* b .+ a), [1.0, 2.0], [3.0 4.0])[1]",
     "2-element Vector{Float64}:\n 9.0\n 9.0"},
};
INSTANTIATE_TEST_SUITE_P(All, BroadcastTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace fluxgate
