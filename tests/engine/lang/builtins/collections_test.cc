#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class CollectionsTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(CollectionsTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

const JuliaCase kVectors[] = {
    {"x = Int[]; push!(x, 1, 2); push!(x, 3.0); x", "3-element Vector{Int64}:\n 1\n 2\n 3"},
    {"x = [1]; push!(x, \"a\")",
     "ERROR: MethodError: Cannot `convert` an object of type String to an object of type Int64"},
    {"x = []; push!(x, 1); push!(x, \"a\"); x", "2-element Vector{Any}:\n 1\n  \"a\""},
    {"x = [1, 2, 3]; (pop!(x), popfirst!(x), x)", "(3, 1, [2])"},
    {"pop!(Int[])", "ERROR: ArgumentError: array must be non-empty"},
    {"x = [1]; append!(x, [2, 3], 4:5); length(x)", "5"},
    {"x = [1, 3]; insert!(x, 2, 2); deleteat!(x, 1); x", "2-element Vector{Int64}:\n 2\n 3"},
    {"x = [1, 2]; pushfirst!(x, 0); x", "3-element Vector{Int64}:\n 0\n 1\n 2"},
    {"x = [1, 2]; empty!(x); isempty(x)", "true"},
    {"x = [1, 2]; y = reshape(x, 2, 1); push!(x, 3)",
     "ERROR: ArgumentError: cannot resize array with shared data"},
    {"x = [1, 2, 3, 4]; filter!(iseven, x); x", "2-element Vector{Int64}:\n 2\n 4"},
    {"sort([3, 1, 2]), sort([3, 1, 2]; rev = true)", "([1, 2, 3], [3, 2, 1])"},
    {"sort([\"b\", \"a\"])", "2-element Vector{String}:\n \"a\"\n \"b\""},
    {"sort([(2, 'a'), (1, 'b')])", "2-element Vector{Tuple{Int64, Char}}:\n (1, 'b')\n (2, 'a')"},
    {"sort([-3, 2, 1]; by = abs)", "3-element Vector{Int64}:\n  1\n  2\n -3"},
    {"sort([1, 3, 2]; lt = (a, b) -> a > b)", "3-element Vector{Int64}:\n 3\n 2\n 1"},
    {"sort([NaN, 1.0, -0.0, 0.0])", "4-element Vector{Float64}:\n  -0.0\n   0.0\n   1.0\n NaN"},
    {"x = [2, 1]; sort!(x); x", "2-element Vector{Int64}:\n 1\n 2"},
    {"sortperm([30, 10, 20])", "3-element Vector{Int64}:\n 2\n 3\n 1"},
    {"issorted([1, 2, 2]), issorted([2, 1])", "(true, false)"},
    {"unique([1, 2, 1, 3])", "3-element Vector{Int64}:\n 1\n 2\n 3"},
    {"reverse([1, 2, 3]), reverse(\"abc\"), reverse((1, 2))", "([3, 2, 1], \"cba\", (2, 1))"},
    {"first([1, 2]), last([1, 2]), first(\"ab\"), last(1:5, 2)", "(1, 2, 'a', 4:5)"},
    {"only([7])", "7"},
    {"only([1, 2])",
     "ERROR: ArgumentError: Collection has multiple elements, must contain exactly 1 element"},
};
INSTANTIATE_TEST_SUITE_P(Vectors, CollectionsTest, ::testing::ValuesIn(kVectors));

const JuliaCase kDictionaries[] = {
    {"d = Dict(\"a\" => 1); d[\"b\"] = 2; sort(collect(keys(d)))",
     "2-element Vector{String}:\n \"a\"\n \"b\""},
    {"d = Dict(1 => \"x\"); (haskey(d, 1), haskey(d, 1.0), get(d, 2, \"none\"))",
     "(true, true, \"none\")"},
    {"d = Dict(:a => 1); get!(d, :b, 5); delete!(d, :a); d",
     "Dict{Symbol, Int64} with 1 entry:\n  :b => 5"},
    {"d = Dict(:a => 1); get(() -> 9, d, :z)", "9"},
    {"merge(Dict(1 => 2), Dict(1 => 3))[1]", "3"},
    {"merge((a = 1, b = 2), (b = 3,))", "(a = 1, b = 3)"},
    {"mergewith(+, Dict(1 => 2), Dict(1 => 3))[1]", "5"},
    {"d = Dict(1 => 2); pop!(d, 1), length(d)", "(2, 0)"},
    {"d = Dict([1, 2] => :v); d[[1, 2]]", ":v"},
    {"keys((a = 1, b = 2)), values((a = 1, b = 2))", "((:a, :b), (1, 2))"},
    {"Dict(k => v for (k, v) in zip([1, 2], [3, 4]))[2]", "4"},
    {"s = 0; for (k, v) in Dict(1 => 10, 2 => 20); s += k * v; end; s", "50"},
    {"length(Dict{String, Int}())", "0"},
};
INSTANTIATE_TEST_SUITE_P(Dictionaries, CollectionsTest, ::testing::ValuesIn(kDictionaries));

const JuliaCase kSets[] = {
    {"s = Set([1, 2, 2]); (length(s), 2 in s, 3 in s)", "(2, true, false)"},
    {"s = Set(); push!(s, 1); push!(s, 1); length(s)", "1"},
    {"union([1, 2], [2, 3])", "3-element Vector{Int64}:\n 1\n 2\n 3"},
    {"intersect([1, 2], [2, 3]), setdiff([1, 2], [2])", "([2], [1])"},
    {"issubset([1], [1, 2]), Set([1, 2]) == Set([2, 1])", "(true, true)"},
};
INSTANTIATE_TEST_SUITE_P(Sets, CollectionsTest, ::testing::ValuesIn(kSets));

}  // namespace
}  // namespace fluxgate
