// Exceptions as values: what catch binds, its fields, how it shows.
#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class ExceptionTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ExceptionTest, Shows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kCaught[] = {
    {"try error(\"x\") catch e; println(e) end", "ErrorException(\"x\")\n"},
    {"try [1, 2, 3][5] catch e; e end", "BoundsError([1, 2, 3], (5,))"},
    {"try [1, 2, 3][5] catch e; (e.a, e.i) end", "([1, 2, 3], (5,))"},
    {"try [1 2; 3 4][3, 1] catch e; e end", "BoundsError([1 2; 3 4], (3, 1))"},
    {"try (1, 2)[3] catch e; e end", "BoundsError((1, 2), (3,))"},
    {"try Dict(:a => 1)[:b] catch e; (e, e.key) end", "(KeyError(:b), :b)"},
    {"try sqrt(-1.0) catch e; e.val end", "-1.0"},
    {"try log(-1) catch e; (e.val, e isa DomainError) end", "(-1, true)"},
    {"try nowhere catch e; (e, e.var) end", "(UndefVarError(:nowhere), :nowhere)"},
    {"try 1 ÷ 0 catch e; e end", "DivideError()"},
    {"try parse(Int, \"a\") catch e; e end",
     "ArgumentError(\"invalid base 10 digit 'a' in \\\"a\\\"\")"},
    {"try throw(BoundsError([1, 2], 3)) catch e; sprint(showerror, e) end",
     "\"BoundsError: attempt to access 2-element Vector{Int64} at index [3]\""},
};
INSTANTIATE_TEST_SUITE_P(Caught, ExceptionTest, ::testing::ValuesIn(kCaught));

constexpr JuliaCase kUncaught[] = {
    {"error(\"x\")", "ERROR: ErrorException: x"},
    {"[1, 2, 3][5]", "ERROR: BoundsError: attempt to access 3-element Vector{Int64} at index [5]"},
    {"Dict(:a => 1)[:b]", "ERROR: KeyError: key :b not found"},
    {"sqrt(-1.0)",
     "ERROR: DomainError: with -1.0:\nsqrt was called with a negative real argument but will only "
     "return a complex result if called with a complex argument. Try sqrt(Complex(x))."},
    {"gradient(x -> x[5], [1.0, 2.0])",
     "ERROR: BoundsError: attempt to access 2-element Vector{Float64} at index [5]"},
};
INSTANTIATE_TEST_SUITE_P(Uncaught, ExceptionTest, ::testing::ValuesIn(kUncaught));

constexpr JuliaCase kParse[] = {
    {"parse(Int, \"abc\")", "ERROR: ArgumentError: invalid base 10 digit 'a' in \"abc\""},
    {"parse(Int, \"12\"; base = 2)", "ERROR: ArgumentError: invalid base 2 digit '2' in \"12\""},
    {"parse(Int, \"99999999999999999999\")",
     "ERROR: OverflowError: overflow: parsing \"99999999999999999999\""},
    {"parse(Int, \" \")",
     "ERROR: ArgumentError: input string is empty or only contains whitespace"},
    {"parse(Float64, \"x\")", "ERROR: ArgumentError: cannot parse \"x\" as Float64"},
    {"tryparse(Int, \"99999999999999999999\") === nothing", "true"},
    {"parse(Int, \"-12\"), parse(Float32, \"1.5\")", "(-12, 1.5f0)"},
};
INSTANTIATE_TEST_SUITE_P(Parse, ExceptionTest, ::testing::ValuesIn(kParse));

}  // namespace
}  // namespace fluxgate::testing
