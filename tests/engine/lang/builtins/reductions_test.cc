#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class ReductionsTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ReductionsTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

const JuliaCase kFolds[] = {
    {"sum([1, 2, 3]), prod([1, 2, 3]), maximum([1, 3, 2]), minimum([3, 1])", "(6, 6, 3, 1)"},
    {"sum([true, true])", "2"},
    {"sum(1:10^12), sum(1:3), sum(10:-3:2), maximum(1:10^12), minimum(5:-1:2)",
     "(1001882602603448320, 6, 21, 1000000000000, 2)"},
    {"sum([1 2; 3 4], dims = 1)", "1×2 Matrix{Int64}:\n 4  6"},
    {"sum([1 2; 3 4], dims = 2)", "2×1 Matrix{Int64}:\n 3\n 7"},
    {"sum([1 2; 3 4], dims = (1, 2))", "1×1 Matrix{Int64}:\n 10"},
    {"sum(abs2, [1.0, -2.0])", "5.0"},
    {"sum(x -> 2x, 1:3)", "12"},
    {"sum(Float64[])", "0.0"},
    {"sum([1, 2]; init = 10)", "13"},
    {"sum([[1, 2], [3, 4]])", "2-element Vector{Int64}:\n 4\n 6"},
    {"maximum(Float64[])",
     "ERROR: ArgumentError: reducing over an empty collection is not allowed; consider supplying "
     "`init` to the reducer"},
    {"maximum([1, NaN, 2])", "NaN"},
    {"maximum(abs, [-3, 2])", "3"},
    {"maximum([1 5; 7 2], dims = 2)", "2×1 Matrix{Int64}:\n 5\n 7"},
    {"extrema([3, 1, 2])", "(1, 3)"},
    {"any([false, true]), all([true, false]), any(iszero, [1, 0]), all(>(0), [1, 2])",
     "(true, false, true, true)"},
    {"any([1, 2])", "ERROR: TypeError: non-boolean (Int64) used in boolean context"},
    {"count([true, false, true]), count(iseven, 1:5)", "(2, 2)"},
    {"cumsum([1, 2, 3])", "3-element Vector{Int64}:\n 1\n 3\n 6"},
    {"cumprod([1, 2, 3])", "3-element Vector{Int64}:\n 1\n 2\n 6"},
    {"cumsum([1 2; 3 4], dims = 2)", "2×2 Matrix{Int64}:\n 1  3\n 3  7"},
    {"sum((1, 2, 3)), maximum((1, 5, 2)), sum(x for x in 1:3)", "(6, 5, 6)"},
};
INSTANTIATE_TEST_SUITE_P(Folds, ReductionsTest, ::testing::ValuesIn(kFolds));

const JuliaCase kSearches[] = {
    {"findmax([1, 5, 2]), findmin([3, 1])", "((5, 2), (1, 2))"},
    {"argmax([1, 5, 2]), argmin([3, 1])", "(2, 2)"},
    {"findmax([1 5; 7 2]; dims = 1)",
     "([7 5], CartesianIndex{2}[CartesianIndex(2, 1) "
     "CartesianIndex(1, 2)])"},
    {"argmax(x -> -abs(x - 2), [1, 2, 3])", "2"},
    {"findfirst(>(1), [1, 2, 3]), findlast(<(3), [1, 2, 3])", "(2, 2)"},
    {"findfirst(iszero, [1]) === nothing", "true"},
    {"findall([true, false, true])", "2-element Vector{Int64}:\n 1\n 3"},
    {"findfirst(==(\"b\"), [\"a\", \"b\"])", "2"},
};
INSTANTIATE_TEST_SUITE_P(Searches, ReductionsTest, ::testing::ValuesIn(kSearches));

const JuliaCase kStatistics[] = {
    {"using Statistics\n---\nmean([1, 2, 4])", "2.3333333333333335"},
    {"using Statistics\n---\nmean([1 2; 3 4], dims = 1)", "1×2 Matrix{Float64}:\n 2.0  3.0"},
    {"using Statistics\n---\nmean(abs, [-1, 3])", "2.0"},
    {"using Statistics\n---\nmean(Float32[1, 2])", "1.5f0"},
    {"using Statistics\n---\nvar([1, 2, 3, 4]), std([2.0, 4.0]; corrected = false)",
     "(1.6666666666666667, 1.0)"},
    {"using Statistics\n---\nmedian([3, 1, 2]), median([1, 2, 3, 4])", "(2.0, 2.5)"},
    {"using Statistics\n---\nquantile([1, 2, 3, 4, 5], 0.5)", "3.0"},
    {"using Statistics\n---\ncor([1, 2, 3], [2, 4, 6]) ≈ 1", "true"},
};
INSTANTIATE_TEST_SUITE_P(Statistics, ReductionsTest, ::testing::ValuesIn(kStatistics));

}  // namespace
}  // namespace fluxgate
