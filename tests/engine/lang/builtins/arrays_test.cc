#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class ArraysTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ArraysTest, ShowsWhatJuliaShows) { EXPECT_EQ(testing::Show(GetParam()), GetParam().shown); }

const JuliaCase kMaking[] = {
    {"zeros(2)", "2-element Vector{Float64}:\n 0.0\n 0.0"},
    {"ones(Int, 1, 2)", "1×2 Matrix{Int64}:\n 1  1"},
    {"fill(7, 2)", "2-element Vector{Int64}:\n 7\n 7"},
    {"fill(\"a\", 2)", "2-element Vector{String}:\n \"a\"\n \"a\""},
    {"zeros(10^10)",
     "ERROR: OutOfMemoryError: a value of 10000000000 elements is larger than the limit of "
     "268435456"},
    {"zeros(-1)", "ERROR: ArgumentError: invalid Array dimensions"},
    {"trues(2)", "2-element BitVector:\n 1\n 1"},
    {"collect(1:3)", "3-element Vector{Int64}:\n 1\n 2\n 3"},
    {"collect(\"ab\") == ['a', 'b']", "true"},
    {"[1, 2.5]", "2-element Vector{Float64}:\n 1.0\n 2.5"},
    {"[1, \"a\"]", "2-element Vector{Any}:\n 1\n  \"a\""},
    {"Float32[1, 2]", "2-element Vector{Float32}:\n 1.0\n 2.0"},
    {"Int[]", "Int64[]"},
    {"[]", "Any[]"},
    {"Vector{Float64}(undef, 2) |> length", "2"},
    {"size(Matrix{Float32}(undef, 2, 3))", "(2, 3)"},
    {"Vector{Int}([1.0, 2.0])", "2-element Vector{Int64}:\n 1\n 2"},
    {"Vector{Int}([1.5])", "ERROR: InexactError: Int64(1.5)"},
    {"a = [1, 2]; b = copy(a); b[1] = 9; a", "2-element Vector{Int64}:\n 1\n 2"},
    {"a = [[1], [2]]; b = deepcopy(a); b[1][1] = 9; a[1][1]", "1"},
    {"a = [1, 2, 3, 4]; b = reshape(a, 2, 2); b[1] = 9; a[1]", "9"},
};
INSTANTIATE_TEST_SUITE_P(Making, ArraysTest, ::testing::ValuesIn(kMaking));

const JuliaCase kShape[] = {
    {"size([1 2; 3 4])", "(2, 2)"},
    {"size([1 2 3], 2), length([1 2; 3 4]), ndims([1 2])", "(3, 4, 2)"},
    {"reshape(1:6, 2, :)",
     "2×3 reshape(::UnitRange{Int64}, 2, 3) with eltype Int64:\n 1  3  5\n 2  4  6"},
    {"reshape(1:6, 4, 2)",
     "ERROR: DimensionMismatch: new dimensions (4, 2) must be consistent with array size 6"},
    {"reshape(1:6, 4, :)",
     "ERROR: DimensionMismatch: array size 6 must be divisible by the product of the new "
     "dimensions (4, Colon())"},
    {"vec([1 2; 3 4])", "4-element Vector{Int64}:\n 1\n 3\n 2\n 4"},
    {"permutedims([1 2; 3 4])", "2×2 Matrix{Int64}:\n 1  3\n 2  4"},
    {"size(permutedims(zeros(2, 3, 4), (3, 1, 2)))", "(4, 2, 3)"},
    {"size(dropdims(zeros(2, 1, 3); dims = 2))", "(2, 3)"},
    {"dropdims([1 2]; dims = 2)", "ERROR: ArgumentError: dropped dims must all be size 1"},
    {"repeat([1, 2], 2)", "4-element Vector{Int64}:\n 1\n 2\n 1\n 2"},
    {"repeat([1, 2], inner = 2)", "4-element Vector{Int64}:\n 1\n 1\n 2\n 2"},
    {"repeat([1 2], 2, 2)", "2×4 Matrix{Int64}:\n 1  2  1  2\n 1  2  1  2"},
    {"circshift([1, 2, 3], 1)", "3-element Vector{Int64}:\n 3\n 1\n 2"},
    {"reverse([1 2; 3 4], dims = 1)", "2×2 Matrix{Int64}:\n 3  4\n 1  2"},
    {"axes([1 2; 3 4], 1), eachindex([5, 6])", "(Base.OneTo(2), Base.OneTo(2))"},
};
INSTANTIATE_TEST_SUITE_P(Shape, ArraysTest, ::testing::ValuesIn(kShape));

const JuliaCase kJoining[] = {
    {"hcat(1, 2)", "1×2 Matrix{Int64}:\n 1  2"},
    {"hcat([1, 2], [3.0, 4.0])", "2×2 Matrix{Float64}:\n 1.0  3.0\n 2.0  4.0"},
    {"vcat([1], 2, [3 ][:])", "3-element Vector{Int64}:\n 1\n 2\n 3"},
    {"[[1 2]; [3 4]]", "2×2 Matrix{Int64}:\n 1  2\n 3  4"},
    {"hcat([1, 2], [1, 2, 3])",
     "ERROR: DimensionMismatch: number of rows of each array must match (got (2, 3))"},
    {"vcat([1 2], [1 2 3])",
     "ERROR: DimensionMismatch: number of columns of each array must match (got (2, 3))"},
    {"size(cat([1 2], [3 4]; dims = 3))", "(1, 2, 2)"},
    {"stack([[1, 2], [3, 4]])", "2×2 Matrix{Int64}:\n 1  3\n 2  4"},
    {"stack([[1, 2], [3, 4]]; dims = 1)", "2×2 Matrix{Int64}:\n 1  2\n 3  4"},
    {"vcat([\"a\"], [\"b\"])", "2-element Vector{String}:\n \"a\"\n \"b\""},
    {"vcat([], [1])", "1-element Vector{Int64}:\n 1"},
    {"reduce(hcat, [[1, 2], [3, 4]])", "2×2 Matrix{Int64}:\n 1  3\n 2  4"},
    {"length(eachcol([1 2; 3 4])), sum.(eachrow([1 2; 3 4]))", "(2, [3, 7])"},
};
INSTANTIATE_TEST_SUITE_P(Joining, ArraysTest, ::testing::ValuesIn(kJoining));

}  // namespace
}  // namespace fluxgate
