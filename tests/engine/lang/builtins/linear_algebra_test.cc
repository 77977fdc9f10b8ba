#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class LinearAlgebraTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(LinearAlgebraTest, ShowsWhatJuliaShows) {
  EXPECT_EQ(testing::Show(GetParam()), GetParam().shown);
}

const JuliaCase kCases[] = {
    {"[1 2; 3 4] * [1, 1]", "2-element Vector{Int64}:\n 3\n 7"},
    {"[1 2; 3 4] * [1 0; 0 1]", "2×2 Matrix{Int64}:\n 1  2\n 3  4"},
    {"[1, 2] * [3 4]", "2×2 Matrix{Int64}:\n 3  4\n 6  8"},
    {"[1, 2]' * [3, 4]", "11"},
    {"x = [1, 2]; x' * [1 2; 3 4] * x", "27"},
    {"[1 2; 3 4]'", "2×2 adjoint(::Matrix{Int64}) with eltype Int64:\n 1  3\n 2  4"},
    {"[1 2] * [3 4]",
     "ERROR: DimensionMismatch: A has dimensions (1,2) but B has dimensions (1,2)"},
    {"[1 2; 3 4] * [1, 2, 3]",
     "ERROR: DimensionMismatch: second dimension of A, 2, does not match length of x, 3"},
    {"[1, 2] * [3, 4]",
     "ERROR: MethodError: no method matching *(::Vector{Int64}, ::Vector{Int64})"},
    {"[1 1; 1 0]^5", "2×2 Matrix{Int64}:\n 8  5\n 5  3"},
    {"[2.0 0; 0 4] \\ [2, 4]", "2-element Vector{Float64}:\n 1.0\n 1.0"},
    {"inv([2.0 0; 0 4])", "2×2 Matrix{Float64}:\n 0.5  0.0\n 0.0  0.25"},
    {"inv([1.0 2; 2 4])", "ERROR: SingularException: 2"},
    {"using LinearAlgebra\n---\ndot([1, 2], [3, 4]), [1, 2] ⋅ [3, 4]", "(11, 11)"},
    {"using LinearAlgebra\n---\nnorm([3, 4]), norm([3, -4], 1), norm([3, -4], Inf)",
     "(5.0, 7.0, 4.0)"},
    {"using LinearAlgebra\n---\ntr([1 2; 3 4]), det([1.0 2; 3 4])", "(5, -2.0)"},
    {"using LinearAlgebra\n---\n[1 2; 3 4] + I", "2×2 Matrix{Int64}:\n 2  2\n 3  5"},
    {"using LinearAlgebra\n---\nMatrix{Float32}(I, 2, 2)",
     "2×2 Matrix{Float32}:\n 1.0  0.0\n 0.0  1.0"},
    {"using LinearAlgebra\n---\ndiag([1 2; 3 4])", "2-element Vector{Int64}:\n 1\n 4"},
    {"using LinearAlgebra\n---\nkron([1, 2], [1, 10])",
     "4-element Vector{Int64}:\n  1\n 10\n  2\n 20"},
    {"using LinearAlgebra\n---\ncross([1, 0, 0], [0, 1, 0])",
     "3-element Vector{Int64}:\n 0\n 0\n 1"},
    {"using LinearAlgebra\n---\ntriu([1 2; 3 4])", "2×2 Matrix{Int64}:\n 1  2\n 0  4"},
};
INSTANTIATE_TEST_SUITE_P(All, LinearAlgebraTest, ::testing::ValuesIn(kCases));

}  // namespace
}  // namespace fluxgate
