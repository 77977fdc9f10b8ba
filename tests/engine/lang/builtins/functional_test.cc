#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class FunctionalTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(FunctionalTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

const JuliaCase kCases[] = {
    {"map(x -> x^2, [1, 2])", "2-element Vector{Int64}:\n 1\n 4"},
    {"map(x -> 2x, [1 2; 3 4])", "2×2 Matrix{Int64}:\n 2  4\n 6  8"},
    {"map((x, y) -> x * y, [1, 2, 3], [4, 5])", "2-element Vector{Int64}:\n  4\n 10"},
    {"map(uppercase, \"abc\")", "\"ABC\""},
    {"map(abs, (-1, 2))", "(1, 2)"},
    {"map(string, [1, 2])", "2-element Vector{String}:\n \"1\"\n \"2\""},
    {"map(x -> (x, 1), 1:2)", "2-element Vector{Tuple{Int64, Int64}}:\n (1, 1)\n (2, 1)"},
    {"filter(isodd, 1:5)", "3-element Vector{Int64}:\n 1\n 3\n 5"},
    {"filter(p -> p.second > 1, Dict(:a => 1, :b => 2))",
     "Dict{Symbol, Int64} with 1 entry:\n  :b => 2"},
    {"reduce(+, [1, 2, 3]), reduce(max, [1, 3, 2]), reduce(*, [\"a\", \"b\"])", "(6, 3, \"ab\")"},
    {"foldl(-, [1, 2, 3]), foldr(-, [1, 2, 3])", "(-4, 2)"},
    {"foldl((a, x) -> a * 10 + x, [1, 2]; init = 0)", "12"},
    {"mapreduce(x -> x^2, +, [1, 2, 3])", "14"},
    {"mapreduce(abs, max, [-5, 2]; init = 0)", "5"},
    {"accumulate(+, [1, 2, 3])", "3-element Vector{Int64}:\n 1\n 3\n 6"},
    {"accumulate(max, [1, 3, 2])", "3-element Vector{Int64}:\n 1\n 3\n 3"},
    {"collect(zip([1, 2], \"ab\"))", "2-element Vector{Tuple{Int64, Char}}:\n (1, 'a')\n (2, 'b')"},
    {"collect(enumerate([:a]))", "1-element Vector{Tuple{Int64, Symbol}}:\n (1, :a)"},
    {"collect(Iterators.partition(1:5, 2))",
     "3-element Vector{UnitRange{Int64}}:\n 1:2\n 3:4\n 5:5"},
    {"collect(Iterators.take(Iterators.cycle([1, 2]), 3))", "3-element Vector{Int64}:\n 1\n 2\n 1"},
    {"length(collect(Iterators.product(1:2, 1:3)))", "6"},
    {"collect(Iterators.flatten([[1], [2, 3]]))", "3-element Vector{Int64}:\n 1\n 2\n 3"},
    {"(sqrt ∘ abs)(-4)", "2.0"},
    {"[1, 4] |> sum |> sqrt", "2.23606797749979"},
    {"ntuple(i -> i^2, 3)", "(1, 4, 9)"},
    {"foreach(println, [1, 2])", "1\n2\n"},
    {"gradient(x -> sum(map(v -> v^2, x)), [1.0, 2.0])[1]",
     "2-element Vector{Float64}:\n 2.0\n 4.0"},
    {"gradient(x -> foldl((a, v) -> a * v, x), [2.0, 3.0])[1]",
     "2-element Vector{Float64}:\n 3.0\n 2.0"},
};
INSTANTIATE_TEST_SUITE_P(All, FunctionalTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace fluxgate
