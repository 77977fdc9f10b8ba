#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class IndexingTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(IndexingTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

const JuliaCase kReading[] = {
    {"[10, 20, 30][2]", "20"},
    {"[1 2; 3 4][2, 1]", "3"},
    {"[1 2; 3 4][2]", "3"},
    {"[1 2; 3 4][:, 1]", "2-element Vector{Int64}:\n 1\n 3"},
    {"[1 2; 3 4][1:1, :]", "1×2 Matrix{Int64}:\n 1  2"},
    {"[1, 2, 3, 4][end-1:end]", "2-element Vector{Int64}:\n 3\n 4"},
    {"[1, 2, 3][[3, 1]]", "2-element Vector{Int64}:\n 3\n 1"},
    {"[1, 2, 3][[true, false, true]]", "2-element Vector{Int64}:\n 1\n 3"},
    {"x = [1 2; 3 4]; x[x .> 2]", "2-element Vector{Int64}:\n 3\n 4"},
    {"[1 2; 3 4][:]", "4-element Vector{Int64}:\n 1\n 3\n 2\n 4"},
    {"[1, 2, 3][end:-1:1]", "3-element Vector{Int64}:\n 3\n 2\n 1"},
    {"[1, 2, 3][4]", "ERROR: BoundsError: attempt to access 3-element Vector{Int64} at index [4]"},
    {"[1 2; 3 4][3, 1]", "ERROR: BoundsError: attempt to access 2×2 Matrix{Int64} at index [3, 1]"},
    {"[1, 2][0]", "ERROR: BoundsError: attempt to access 2-element Vector{Int64} at index [0]"},
    {"[1, 2][1.0]", "ERROR: ArgumentError: invalid index: 1.0 of type Float64"},
    {"(1, \"a\")[2]", "\"a\""},
    {"(1, 2, 3)[2:3]", "(2, 3)"},
    {"(a = 1, b = 2)[:b]", "2"},
    {"\"hello\"[2:3]", "\"el\""},
    {"\"hello\"[end]", "'o': ASCII/Unicode U+006F (category Ll: Letter, lowercase)"},
    {"Dict(\"a\" => 1)[\"b\"]", "ERROR: KeyError: key \"b\" not found"},
    {"5[1]", "5"},
    {"argmax([1 5; 2 3])", "CartesianIndex(1, 2)"},
    {"x = [1 5; 2 3]; x[argmax(x)]", "5"},
    {"x = [1 5; 2 3]; x[findall(>(2), x)]", "2-element Vector{Int64}:\n 5\n 3"},
};
INSTANTIATE_TEST_SUITE_P(Reading, IndexingTest, ::testing::ValuesIn(kReading));

const JuliaCase kWriting[] = {
    {"x = [1, 2, 3]; x[2] = 9; x", "3-element Vector{Int64}:\n 1\n 9\n 3"},
    {"x = zeros(2, 2); x[:, 1] = [1, 2]; x", "2×2 Matrix{Float64}:\n 1.0  0.0\n 2.0  0.0"},
    {"x = zeros(2, 2); x[1, :] .= 5; x", "2×2 Matrix{Float64}:\n 5.0  5.0\n 0.0  0.0"},
    {"x = [1, 2, 3]; x[x .> 1] .= 0; x", "3-element Vector{Int64}:\n 1\n 0\n 0"},
    {"x = [1, 2, 3]; x[[1, 3]] .+= 10; x", "3-element Vector{Int64}:\n 11\n  2\n 13"},
    {"x = [1, 2]; x[1] = 1.5", "ERROR: InexactError: Int64(1.5)"},
    {"x = [1, 2]; x[3] = 1",
     "ERROR: BoundsError: attempt to access 2-element Vector{Int64} at index [3]"},
    {"x = zeros(2); x[:] = 1",
     "ERROR: ArgumentError: indexed assignment with a single value to possibly many locations is "
     "not supported; perhaps use broadcasting `.=` instead?"},
    {"x = zeros(2); x[1:2] = [1, 2, 3]",
     "ERROR: DimensionMismatch: tried to assign 3 elements to 2 elements destination"},
    {"x = [1 2; 3 4]; v = view(x, :, 2); v[1] = 9; x", "2×2 Matrix{Int64}:\n 1  9\n 3  4"},
    {"x = [1 2; 3 4]; v = @view x[2, :]; v .= 0; x", "2×2 Matrix{Int64}:\n 1  2\n 0  0"},
    {"x = Any[1, 2]; x[1] = \"a\"; x", "2-element Vector{Any}:\n  \"a\"\n 2"},
    {"x = [[1, 2], [3]]; x[1] .= 0; x", "2-element Vector{Vector{Int64}}:\n [0, 0]\n [3]"},
    {"d = Dict(); d[:a] = 1; d[:a] += 1; d[:a]", "2"},
    {"(1, 2)[1] = 3",
     "ERROR: MethodError: no method matching setindex!(::Tuple{Int64, Int64}, ::Int64, ::Int64)"},
};
INSTANTIATE_TEST_SUITE_P(Writing, IndexingTest, ::testing::ValuesIn(kWriting));

const JuliaCase kTraced[] = {
    {"gradient(x -> x[2]^2, [1.0, 2.0, 3.0])[1]", "3-element Vector{Float64}:\n 0.0\n 4.0\n 0.0"},
    {"gradient(x -> (y = zeros(2); y[1] = x^2; y[2] = x; sum(y)), 3.0)", "(7.0,)"},
    {"gradient(x -> (y = [x, x, x]; y[2:3] .= 2x; sum(y)), 3.0)", "(5.0,)"},
    {"gradient(x -> (y = [x x; x x]; y[[1, 4]] .= 0; sum(y)), 3.0)", "(2.0,)"},
    {"w = [1.0, 2.0]; try gradient(x -> (w[1] = x; sum(w)), 3.0) catch e; "
     "occursin(\"Mutating arrays is not supported\", e.msg) end",
     "true"},
    {"w = [1.0, 2.0]; gradient(x -> sum(x[w .> 1.5]), [3.0, 4.0])[1]",
     "2-element Vector{Float64}:\n 0.0\n 1.0"},
};
INSTANTIATE_TEST_SUITE_P(Traced, IndexingTest, ::testing::ValuesIn(kTraced));

}  // namespace
}  // namespace fluxgate
