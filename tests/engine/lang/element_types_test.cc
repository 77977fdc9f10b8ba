#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class ElementTypesTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ElementTypesTest, ShowsWhatJuliaShows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kFixedWhenMade[] = {
    {"typeof(Dict())", "Dict{Any, Any}"},
    {"d = Dict()\nd[\"a\"] = 1\ntypeof(d)", "Dict{Any, Any}"},
    {"d = Dict(\"a\" => 1)\nd[\"b\"] = 2.0\n(typeof(d), d[\"b\"])", "(Dict{String, Int64}, 2)"},
    {"d = Dict(\"a\" => 1)\ndelete!(d, \"a\")\ntypeof(d)", "Dict{String, Int64}"},
    {"d = Dict(\"a\" => 1)\npop!(d, \"a\")\ntypeof(d)", "Dict{String, Int64}"},
    {"d = Dict(\"a\" => 1)\nempty!(d)\ntypeof(d)", "Dict{String, Int64}"},
    {"typeof(merge(Dict{String, Any}(\"a\" => 1), Dict(\"b\" => 2)))", "Dict{String, Any}"},
    {"d = Dict(\"a\" => 1)\nmerge!(d, Dict(\"b\" => 2.0))\ntypeof(d)", "Dict{String, Int64}"},
    {"v = [\"a\"]\nempty!(v)\ntypeof(v)", "Vector{String}"},
    {"v = [\"a\", 1]\npush!(v, :b)\ntypeof(v)", "Vector{Any}"},
    {"v = []\npush!(v, 1)\ntypeof(v)", "Vector{Any}"},
    {"v = String[]\npush!(v, \"a\")\ntypeof(v)", "Vector{String}"},
    {"v = Float32[]\npush!(v, 1)\nv", "1-element Vector{Float32}:\n 1.0"},
    {"v = [nothing, 1.5]\npush!(v, 2)\nv[3]", "2.0"},
    {"v = [(epoch = 1, loss = 0.5)]\npush!(v, (epoch = 2, loss = 1))\nv[2]",
     "(epoch = 2, loss = 1.0)"},
    {"v = [1 => 2]\npush!(v, 3 => 4.0)\nv[2]", "3 => 4"},
    {"v = [[1.0], [2.0, 3.0]]\npush!(v, [4])\nv[3]", "1-element Vector{Float64}:\n 4.0"},
    {"v = [sin]\npush!(v, sin)\nlength(v)", "2"},
    {"s = Set([1, 2])\npush!(s, 3.0)\ntypeof(s)", "Set{Int64}"},
    {"s = Set()\npush!(s, 1)\ntypeof(s)", "Set{Any}"},
};
INSTANTIATE_TEST_SUITE_P(FixedWhenMade, ElementTypesTest, ::testing::ValuesIn(kFixedWhenMade));

constexpr JuliaCase kRefused[] = {
    {"d = Dict(\"a\" => 1)\nd[\"b\"] = 2.5", "ERROR: InexactError: Int64(2.5)"},
    {"d = Dict(\"a\" => 1)\nd[:b] = 2",
     "ERROR: MethodError: Cannot `convert` an object of type Symbol to an object of type String"},
    {"v = [\"a\"]\npush!(v, 1)",
     "ERROR: MethodError: Cannot `convert` an object of type Int64 to an object of type String"},
    {"v = [\"a\"]\nv[1] = 1",
     "ERROR: MethodError: Cannot `convert` an object of type Int64 to an object of type String"},
    {"v = [1]\npush!(v, \"a\")",
     "ERROR: MethodError: Cannot `convert` an object of type String to an object of type Int64"},
    {"v = [\"a\"]\nfill!(v, 1)",
     "ERROR: MethodError: Cannot `convert` an object of type Int64 to an object of type String"},
};
INSTANTIATE_TEST_SUITE_P(Refused, ElementTypesTest, ::testing::ValuesIn(kRefused));

constexpr JuliaCase kAmbiguous[] = {
    {"f(x::Int, y) = 1\nf(x, y::Int) = 2\nf(1, 2)",
     "ERROR: MethodError: f(::Int64, ::Int64) is ambiguous.\n\nCandidates:\n  f(x::Int64, y)\n  "
     "f(x, y::Int64)\n\nPossible fix, define\n  f(::Int64, ::Int64)"},
    {"f(x::Int, y) = 1\nf(x, y::Int) = 2\n(f(1, \"a\"), f(\"a\", 1))", "(1, 2)"},
    {"f(x::Int, y) = 1\nf(x, y::Int) = 2\nf(x::Int, y::Int) = 3\nf(1, 2)", "3"},
    {"f(x::Number, y...) = 1\nf(x::Int, y::Int) = 2\nf(x...) = 3\n(f(1, 2), f(1.0), f(\"a\"))",
     "(2, 1, 3)"},
    {"f(x) = 1\nf(x::Vector) = 2\nf(x::AbstractArray) = 3\n(f([1]), f([1 2]), f(1))", "(2, 3, 1)"},
};
INSTANTIATE_TEST_SUITE_P(Ambiguous, ElementTypesTest, ::testing::ValuesIn(kAmbiguous));

}  // namespace
}  // namespace fluxgate::testing
