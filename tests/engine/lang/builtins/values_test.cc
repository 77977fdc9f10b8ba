#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class ValuesTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ValuesTest, ShowsWhatJuliaShows) { EXPECT_EQ(testing::Show(GetParam()), GetParam().shown); }

const JuliaCase kHash[] = {
    {"hash(1) == hash(1.0) == hash(true)", "true"},
    {"hash([1, 2]) == hash([1.0, 2.0]), hash([1, 2]) == hash((1, 2))", "(true, false)"},
    {"hash(1) == hash(2), hash(\"a\") == hash(:a), hash(\"a\") == hash(\"a\")",
     "(false, false, true)"},
    {"hash(Dict(1 => 2, 3 => 4)) == hash(Dict(3 => 4, 1 => 2))", "true"},
    {"hash(1, hash(2)) == hash(1, hash(3)), typeof(hash(1))", "(false, UInt64)"},
};
INSTANTIATE_TEST_SUITE_P(Hash, ValuesTest, ::testing::ValuesIn(kHash));

const JuliaCase kAsked[] = {
    {"x = 1\n---\nisdefined(Main, :x), isdefined(Main, :y)", "(true, false)"},
    {"isdefined(Flux, :Dense), isdefined(Flux, :Nothing_like_it)", "(true, false)"},
    {"isdefined((a = 1,), :a), isdefined((a = 1,), :b)", "(true, false)"},
    {"summary([1 2; 3 4]), summary([1]), summary(1)",
     "(\"2×2 Matrix{Int64}\", \"1-element Vector{Int64}\", \"Int64\")"},
    {"Some(1), something(nothing, Some(nothing)), something(Some(2))", "(Some(1), nothing, 2)"},
    {"Some(1).value, isnothing(Some(nothing))", "(1, false)"},
};
INSTANTIATE_TEST_SUITE_P(Asked, ValuesTest, ::testing::ValuesIn(kAsked));

const JuliaCase kMade[] = {
    {"NamedTuple{(:a, :b)}((1, 2))", "(a = 1, b = 2)"},
    {"NamedTuple{(:b,)}((a = 1, b = 2))", "(b = 2,)"},
    {"NamedTuple([:a => 1, :b => 2])", "(a = 1, b = 2)"},
    {"NamedTuple{(:a, :b)}((1,))",
     "ERROR: ArgumentError: Wrong number of arguments to named tuple constructor."},
    {"SubString(\"hello\", 2, 3), SubString(\"hello\", 3)", "(\"el\", \"llo\")"},
    {"SubString(\"hello\", 2, 9)",
     "ERROR: BoundsError: attempt to access 5-codeunit String at index [2:9]"},
};
INSTANTIATE_TEST_SUITE_P(Made, ValuesTest, ::testing::ValuesIn(kMade));

const JuliaCase kTurned[] = {
    {"diff([1, 4, 9])", "2-element Vector{Int64}:\n 3\n 5"},
    {"diff([1 4; 9 16]; dims = 1), diff([1 4; 9 16]; dims = 2), diff([1])",
     "([8 12], [3; 7;;], Int64[])"},
    {"gradient(x -> sum(abs2, diff(x)), [1.0, 2.0, 4.0])", "([-2.0, -2.0, 4.0],)"},
    {"rotl90([1 2; 3 4]), rotr90([1 2; 3 4]), rot180([1 2; 3 4])",
     "([2 4; 1 3], [3 1; 4 2], [4 3; 2 1])"},
    {"rotl90([1 2; 3 4], 2), rotr90([1 2; 3 4], 4), rotl90([1 2 3])",
     "([4 3; 2 1], [1 2; 3 4], [3; 2; 1;;])"},
};
INSTANTIATE_TEST_SUITE_P(Turned, ValuesTest, ::testing::ValuesIn(kTurned));

}  // namespace
}  // namespace fluxgate
