#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class LiteralsTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(LiteralsTest, Shows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kIrrational[] = {
    {"π", "π = 3.1415926535897..."},
    {"pi, ℯ", "(π, ℯ)"},
    {"ℯ", "ℯ = 2.7182818284590..."},
    {"println(\"$π \", pi)", "π π\n"},
    {"typeof(π)", "Irrational{:π}"},
    {"2π, π / 2, -π", "(6.283185307179586, 1.5707963267948966, -3.141592653589793)"},
    {"2f0 * π, π - 1f0, typeof(2 * π)", "(6.2831855f0, 2.1415927f0, Float64)"},
    {"Float32[1, 2] * π", "2-element Vector{Float32}:\n 3.1415927\n 6.2831855"},
    {"π .* Float32[1, 2] .+ 1", "2-element Vector{Float32}:\n 4.141593\n 7.2831855"},
    {"[1, 2] .* π", "2-element Vector{Float64}:\n 3.141592653589793\n 6.283185307179586"},
    {"Float32(π), Float64(π), float(π)", "(3.1415927f0, 3.141592653589793, 3.141592653589793)"},
    {"sin(π / 2), cos(π)", "(1.0, -1.0)"},
    {"π isa Real, π isa AbstractFloat, π isa Irrational", "(true, false, true)"},
    {"[π, 1.0]", "2-element Vector{Float64}:\n 3.141592653589793\n 1.0"},
    {"x = fill(1f0, 2); x[1] = π; x", "2-element Vector{Float32}:\n 3.1415927\n 1.0"},
    {"struct P\n x::Float64\nend\nP(π)", "P(3.141592653589793)"},
    {"gradient(x -> π * x, 2f0)", "(3.1415927f0,)"},
    {"0:π/2:π", "0.0:1.5707963267948966:3.141592653589793"},
};
INSTANTIATE_TEST_SUITE_P(Irrational, LiteralsTest, ::testing::ValuesIn(kIrrational));

constexpr JuliaCase kUnsigned[] = {
    {"0x1f", "0x1f"},
    {"0x001f, 0x12345, 0x123456789, 0b11, 0o17",
     "(0x001f, 0x00012345, 0x0000000123456789, 0x03, 0x0f)"},
    {"typeof(0x1f), typeof(0x1ff)", "(UInt8, UInt16)"},
    {"0x1f isa Integer, 0x1f isa Signed, 0x1f isa Unsigned", "(true, false, true)"},
    {"println(0x1f, \" $(0xff)\")", "31 255\n"},
    {"0xff + 1, Int(0x10), -0x01", "(256, 16, -1)"},
    {"[5, 6, 7][0x02]", "6"},
};
INSTANTIATE_TEST_SUITE_P(Unsigned, LiteralsTest, ::testing::ValuesIn(kUnsigned));

constexpr JuliaCase kOperatorCalls[] = {
    {"+([1, 2, 3]...)", "6"},
    {"-(1), -(5, 3), *(2, 3, 4), /(1, 2)", "(-1, 2, 24, 0.5)"},
    {".+([1, 2], [3, 4])", "2-element Vector{Int64}:\n 4\n 6"},
    {".*([1, 2], 3)", "2-element Vector{Int64}:\n 3\n 6"},
    {"+([1, 2]...) * 2", "6"},
};
INSTANTIATE_TEST_SUITE_P(OperatorCalls, LiteralsTest, ::testing::ValuesIn(kOperatorCalls));

constexpr JuliaCase kAnswer[] = {
    {"ans", "ERROR: UndefVarError: `ans` not defined"},
    {"1 + 1\n---\nans * 3", "6"},
    {"[1, 2];\n---\nans", "2-element Vector{Int64}:\n 1\n 2"},
    {"1\n---\nnothing\n---\nans === nothing", "true"},
    // A failed input leaves it.
    {"41\n---\nerror(\"no\")\n---\nans + 1", "42"},
    // The user's own is the user's.
    {"ans = 3\n---\n10\n---\nans", "3"},
};
INSTANTIATE_TEST_SUITE_P(Answer, LiteralsTest, ::testing::ValuesIn(kAnswer));

TEST(AnswerTest, IsNotAmongTheUsersNames) {
  JuliaSession session;
  session.Enter("x = 1");
  session.Enter("x + 1");
  EXPECT_EQ(session.interpreter().Names(), std::vector<std::string>{"x"});
}

}  // namespace
}  // namespace fluxgate::testing
