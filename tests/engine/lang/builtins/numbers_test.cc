#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class NumbersTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(NumbersTest, ShowsWhatJuliaShows) { EXPECT_EQ(testing::Show(GetParam()), GetParam().shown); }

const JuliaCase kArithmetic[] = {
    {"7 / 2", "3.5"},
    {"6 / 2", "3.0"},
    {"1 + 2.0f0", "3.0f0"},
    {"typeof(1.0f0 * 2.0)", "Float64"},
    {"true + true", "2"},
    {"true * false", "false"},
    {"-true", "-1"},
    {"typemax(Int) + 1", "-9223372036854775808"},
    {"2^10", "1024"},
    {"2^64", "0"},
    {"2^-1", "0.5"},
    {"n = -1\n---\n2^n",
     "ERROR: DomainError: with -1:\nCannot raise an integer x to a negative power -1.\nConvert "
     "input "
     "to float."},
    {"2.0^-2", "0.25"},
    {"(-8.0)^(1/3)",
     "ERROR: DomainError: with -8.0:\nExponentiation yielding a complex result requires a complex "
     "argument.\nReplace x^y with (x+0im)^y, Complex(x)^y, or similar."},
    {"7 ÷ 2", "3"},
    {"-7 ÷ 2", "-3"},
    {"-7 % 3", "-1"},
    {"mod(-7, 3)", "2"},
    {"mod(7, -3)", "-2"},
    {"fld(-7, 2)", "-4"},
    {"cld(7, 2)", "4"},
    {"divrem(-7, 2)", "(-3, -1)"},
    {"1 ÷ 0", "ERROR: DivideError: integer division error"},
    {"mod(5.5, 2)", "1.5"},
    {"5.5 % -2", "1.5"},
    {"1 / 0", "Inf"},
    {"0 / 0", "NaN"},
    {"3 & 5, 3 | 5, xor(3, 5), ~3", "(1, 7, 6, -4)"},
    {"1 << 3, -8 >> 1, -8 >>> 60", "(8, -4, 15)"},
};
INSTANTIATE_TEST_SUITE_P(Arithmetic, NumbersTest, ::testing::ValuesIn(kArithmetic));

const JuliaCase kComparison[] = {
    {"1 == 1.0", "true"},
    {"1 === 1.0", "false"},
    {"2^53 + 1 == 2.0^53", "false"},
    {"NaN == NaN", "false"},
    {"isequal(NaN, NaN)", "true"},
    {"0.0 == -0.0", "true"},
    {"isequal(0.0, -0.0)", "false"},
    {"1 < 2 <= 2.0 < 3", "true"},
    {"0.1 + 0.2 ≈ 0.3", "true"},
    {"isapprox(1.0, 1.1; atol = 0.2)", "true"},
    {"1 ≈ 1.1", "false"},
    {"\"a\" < \"b\"", "true"},
    {"(1, 2) < (1, 3)", "true"},
    {"3 in [1, 2, 3]", "true"},
    {"4 ∉ 1:3", "true"},
    {"'a' in \"cat\"", "true"},
    {"ismissing(missing + 1)", "true"},
    {"max(1, 2.5), min(3, 2), max(1, NaN)", "(2.5, 2, NaN)"},
    {"clamp(5, 1, 3)", "3"},
    {"minmax(3, 1)", "(1, 3)"},
};
INSTANTIATE_TEST_SUITE_P(Comparison, NumbersTest, ::testing::ValuesIn(kComparison));

const JuliaCase kFunctions[] = {
    {"abs(-3), abs(-2.5), abs2(3), sign(-2)", "(3, 2.5, 9, -1)"},
    {"sqrt(16), cbrt(27.0), exp(0), log(1)", "(4.0, 3.0, 1.0, 0.0)"},
    {"sqrt(4f0)", "2.0f0"},
    {"sqrt(-1.0)",
     "ERROR: DomainError: with -1.0:\nsqrt was called with a negative real argument but will only "
     "return a complex result if called with a complex argument. Try sqrt(Complex(x))."},
    {"log(2, 8), log10(1000), log2(8)", "(3.0, 3.0, 3.0)"},
    {"sin(0), cos(0), atan(1, 1) ≈ π / 4", "(0.0, 1.0, true)"},
    {"round(2.5), round(3.5), round(-2.5)", "(2.0, 4.0, -2.0)"},
    {"round(3.14159, digits = 2)", "3.14"},
    {"round(123456, sigdigits = 3)", "123000"},
    {"round(Int, 2.7), floor(Int, 2.7), ceil(Int, 2.1), trunc(Int, -2.7)", "(3, 2, 3, -2)"},
    {"Int(2.5)", "ERROR: InexactError: Int64(2.5)"},
    {"Int(3.0), Float32(1), Bool(1)", "(3, 1.0f0, true)"},
    {"gcd(12, 18), lcm(4, 6), factorial(5), binomial(5, 2)", "(6, 12, 120, 10)"},
    {"factorial(-1)", "ERROR: DomainError: with -1:\n`n` must not be negative."},
    {"isnan(NaN), isinf(-Inf), isfinite(1), iszero(0.0), isodd(3), iseven(3)",
     "(true, true, true, true, true, false)"},
    {"typemax(Int32), typemin(Int), eps(), eps(Float32)",
     "(2147483647, -9223372036854775808, 2.220446049250313e-16, 1.1920929f-7)"},
    {"evalpoly(2, (1, 2, 3))", "17"},
    {"zero(3.5), one(Float32)", "(0.0, 1.0f0)"},
    {"digits(123)", "3-element Vector{Int64}:\n 3\n 2\n 1"},
    {"hypot(3, 4), inv(4), float(2)", "(5.0, 0.25, 2.0)"},
    {"abs(\"x\")", "ERROR: MethodError: no method matching abs(::String)"},
    {"1 + \"a\"", "ERROR: MethodError: no method matching +(::Int64, ::String)"},
    {"map(+, [1, 2], [3, 4]) == [4, 6]", "true"},
    {"filter(>(2), [1, 2, 3])", "1-element Vector{Int64}:\n 3"},
};
INSTANTIATE_TEST_SUITE_P(Functions, NumbersTest, ::testing::ValuesIn(kFunctions));

const JuliaCase kRanges[] = {
    {"collect(0:0.1:0.3)", "4-element Vector{Float64}:\n 0.0\n 0.1\n 0.2\n 0.3"},
    {"length(0:0.1:1)", "11"},
    {"range(0, 1, length = 5)", "0.0:0.25:1.0"},
    {"2 * (1:3)", "2:2:6"},
    {"(1:3) .+ 1", "2:4"},
    {"collect(5:-2:1)", "3-element Vector{Int64}:\n 5\n 3\n 1"},
    {"1:0", "1:0"},
    {"sum(1:100)", "5050"},
    {"(1:10)[2:3]", "2:3"},
    {"reverse(1:3)", "3:-1:1"},
    {"1:0:3", "ERROR: ArgumentError: step cannot be zero"},
    {"join('a':'e')", "\"abcde\""},
    {"0.3 in 0:0.1:1", "true"},
};
INSTANTIATE_TEST_SUITE_P(Ranges, NumbersTest, ::testing::ValuesIn(kRanges));

}  // namespace
}  // namespace fluxgate
