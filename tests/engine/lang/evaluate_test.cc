#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class EvaluateTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(EvaluateTest, Shows) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kScopes[] = {
    {"x = 1; x += 2; x", "3"},
    {"s = 0\nfor i in 1:10\n s += i\nend\ns", "55"},
    // The REPL's soft scope: a loop assigns the global that exists, and makes a local otherwise.
    {"for i in 1:3\n fresh = i\nend\n@isdefined fresh", "false"},
    {"x = 1\nfunction f()\n x = 2\n x\nend\nf(), x", "(2, 1)"},
    {"x = 1\nfunction f()\n global x = 2\nend\nf()\nx", "2"},
    {"let c = 3\n global f(x) = c * x\n global function g(x)\n  f(x) + 1\n end\nend\n(f(2), g(2))",
     "(6, 7)"},
    {"f() = (global const limit = 7; 0)\nf()\nlimit", "7"},
    {"x = 1\nlet x = x + 1\n x * 10\nend", "20"},
    {"x = 1\nlet\n x = 5\nend\nx", "1"},
    {"f() = begin\n local y = 3\n y\nend\nf()", "3"},
    {"while true\n break\nend\n1", "1"},
    {"n = 0\nwhile n < 5\n n += 1\n n == 3 && continue\nend\nn", "5"},
    {"r = []\nfor i in 1:3, j in i:3\n push!(r, (i, j))\nend\nlength(r)", "6"},
    {"r = 0\nfor (a, b) in zip(1:3, 4:6)\n r += a * b\nend\nr", "32"},
    {"x, (y, z) = 1, (2, 3)\nx + y + z", "6"},
    {"a, b... = 1, 2, 3\nb", "(2, 3)"},
    {"(; p, q) = (p = 1, q = 2)\np + q", "3"},
    {"x = if false 1 elseif true 2 else 3 end", "2"},
    {"true ? 1 : 2", "1"},
    {"x = 5\n1 < x <= 5", "true"},
    {"x = 5\n1 < x < 5", "false"},
    {"const c = 3\nc", "3"},
    {"x::Int = 3.0\nx", "3"},
    {"x = 3;", ""},
    {"nothing", ""},
};
INSTANTIATE_TEST_SUITE_P(Scopes, EvaluateTest, ::testing::ValuesIn(kScopes));

constexpr JuliaCase kFunctions[] = {
    {"f(x) = 2x", "f (generic function with 1 method)"},
    {"f(x) = 1\n---\nf(x, y) = 2", "f (generic function with 2 methods)"},
    {"f(x) = 1\n---\nf(y) = 2\n---\nf(0)", "2"},
    {"f(x) = 1\n---\nf(y) = 2", "f (generic function with 1 method)"},
    {"f(x, y = x + 1; z = y * 2) = (x, y, z)\nf(1), f(1, 5), f(1, z = 0)",
     "((1, 2, 4), (1, 5, 10), (1, 2, 0))"},
    {"f(x, y = 2) = x", "f (generic function with 2 methods)"},
    {"f(a, rest...) = (a, rest)\nf(1, 2, 3)", "(1, (2, 3))"},
    {"f(; kw...) = keys(kw)\nf(a = 1, b = 2)", "(:a, :b)"},
    {"f((a, b), c) = a + b * c\nf((1, 2), 3)", "7"},
    {"g(x::Integer) = \"int\"\ng(x::Float64) = \"float\"\ng(x) = \"any\"\ng(1), g(1.0), g(\"s\")",
     "(\"int\", \"float\", \"any\")"},
    {"g(x) = 1\ng(x::Number) = 2\ng(x::Int) = 3\ng(1), g(1.5), g(:a)", "(3, 2, 1)"},
    {"h(x::T, y::T) where T = true\nh(x, y) = false\nh(1, 2), h(1, 2.0)", "(true, false)"},
    {"e(x::Vector{T}) where T = T\ne([1.5]), e([1])", "(Float64, Int64)"},
    {"e(x::AbstractMatrix) = 2\ne(x::AbstractVector) = 1\ne([1 2]), e([1])", "(2, 1)"},
    {"fact(n) = n <= 1 ? 1 : n * fact(n - 1)\nfact(10)", "3628800"},
    {"function f(x)\n for i in 1:10\n  i > x && return i\n end\n nothing\nend\nf(4)", "5"},
    {"map(x -> x^2, [1, 2, 3])", "3-element Vector{Int64}:\n 1\n 4\n 9"},
    {"map([1, 2]) do x\n x + 1\nend", "2-element Vector{Int64}:\n 2\n 3"},
    {"f = (x, y) -> x + y\nf(1, 2)", "3"},
    {"(x -> x + 1)(2)", "3"},
    {"(sqrt ∘ abs)(-4)", "2.0"},
    {"[1, 2, 3] |> sum", "6"},
    {"f(x) = 4x\n---\nf = 3\n---\nf", "3"},
    {"f = 3\n---\nf(x) = x\n---\nf(2)", "2"},
    {"g() = undefined_later() + 1\nundefined_later() = 1\ng()", "2"},
    {"f(x)::Float64 = x\nf(1)", "1.0"},
    {"function outer()\n inner(n) = n == 0 ? 0 : n + inner(n - 1)\n inner(4)\nend\nouter()", "10"},
    {"+(1, 2, 3)", "6"},
    {"f(x; y) = x + y\nf(1; y = 2)", "3"},
    {"opts = (y = 5,)\nf(x; y = 1) = x + y\nf(1; opts...)", "6"},
    {"max([1, 5, 3]...)", "5"},
};
INSTANTIATE_TEST_SUITE_P(Functions, EvaluateTest, ::testing::ValuesIn(kFunctions));

constexpr JuliaCase kClosures[] = {
    {"function counter()\n n = 0\n () -> (n += 1)\nend\nc = counter()\nc(); c(); c()", "3"},
    {"fs = [() -> i for i in 1:3]\nfs[1](), fs[3]()", "(1, 3)"},
    {"fs = []\nfor i in 1:3\n push!(fs, () -> i)\nend\nfs[2]()", "2"},
    {"function lin(a)\n b = 2a\n x -> a * x + b\nend\nl = lin(3)\nl.a, l.b, l(1)", "(3, 6, 9)"},
    {"adder(n) = x -> x + n\n(adder(1) ∘ adder(2))(10)", "13"},
    {"function f()\n g = x -> h(x)\n h = x -> x + 1\n g(1)\nend\nf()", "2"},
};
INSTANTIATE_TEST_SUITE_P(Closures, EvaluateTest, ::testing::ValuesIn(kClosures));

constexpr JuliaCase kStructs[] = {
    {"struct P\n x\n y\nend\nP(1, 2).y", "2"},
    {"struct P\n x::Float64\nend\nP(1).x", "1.0"},
    {"struct P{T}\n x::T\nend\ntypeof(P(1))", "P{Int64}"},
    {"d = Dict()\nd[:d] = d\nempty!(d[:d]); d isa Dict", "true"},
    {"a = (1,)\nfor i in 1:5000\n a = (a,)\nend\ntypeof(a) isa DataType", "true"},
    {"struct P{T}\n x::T\nend\nP{Float64}(1).x", "1.0"},
    {"mutable struct M\n n::Int\nend\nm = M(1)\nm.n += 5\nm.n", "6"},
    {"struct A\n W\n b\nend\nA(i::Integer, o::Integer) = A(i * 10, o * 10.0)\nA(1, 2).W", "10"},
    {"struct A\n k\nend\n(a::A)(x) = a.k * x\nA(3)(4)", "12"},
    // A struct's own constructor is more specific than one that takes anything, or any number.
    {"struct Split{T}\n paths::T\nend\nSplit(paths...) = Split(paths)\nSplit(1, 2).paths",
     "(1, 2)"},
    {"struct Join{T, F}\n f::F\n paths::T\nend\nJoin(f, paths...) = Join(f, paths)\n"
     "Join(+, 1, 2, 3).paths",
     "(1, 2, 3)"},
    {"struct A\n x::Float64\nend\nA(x) = A(Float64(x) + 1)\nA(1).x, A(1.0).x", "(2.0, 1.0)"},
    {"struct A\n x\nend\nA(x) = (x, 0)\nA(1)", "(1, 0)"},
    {"using Printf\n@sprintf(\"%5.2f|%-4d|%s|%e|%%\", pi, 7, [1, 2], 12345.678)",
     "\" 3.14|7   |[1, 2]|1.234568e+04|%\""},
    {"using Printf\n@sprintf(\"%d %d\", 1)",
     "ERROR: ArgumentError: the format asks for more values than there are"},
    // Iteration by a struct's own methods.
    {"struct It\n n\nend\nBase.iterate(i::It, s = 1) = s > i.n ? nothing : (s^2, s + 1)\n"
     "r = 0\nfor x in It(3)\n r += x\nend\nr, collect(It(2)), [2x for x in It(2)]",
     "(14, [1, 4], [2, 8])"},
    {"struct Pos\n x\n Pos(x) = x > 0 ? new(x) : error(\"negative\")\nend\nPos(3).x", "3"},
    {"struct Pos\n x\n Pos(x) = x > 0 ? new(x) : error(\"negative\")\nend\nPos(-3)",
     "ERROR: ErrorException: negative"},
    {"abstract type Shape end\nstruct Sq <: Shape\n s\nend\nstruct Ci <: Shape\n r\nend\n"
     "area(x::Sq) = x.s^2\narea(x::Shape) = 0\narea(Sq(3)), area(Ci(1)), Sq(1) isa Shape",
     "(9, 0, true)"},
    {"struct P\n x\nend\nBase.:+(a::P, b::P) = P(a.x + b.x)\n(P(1) + P(2)).x", "3"},
    {"struct P\n x\nend\nBase.show(io::IO, p::P) = print(io, \"<\", p.x, \">\")\nP(7)", "<7>"},
    {"struct P\n x\nend\nBase.show(io::IO, p::P) = print(io, \"<\", p.x, \">\")\n\"$(P(7))!\"",
     "\"<7>!\""},
    {"struct P\n x\nend\nBase.length(p::P) = 42\nlength(P(0))", "42"},
    {"struct P\n x\nend\nP(1) == P(1)", "true"},
    // Functions inside what a macro made outlive the statement.
    {"@kwdef struct Late\n n = [1, 2]\nend\n---\nLate().n === Late().n", "false"},
    {"fs = @. identity([x -> x + 1, x -> x * 2])\n---\nfs[2](4)", "8"},
    {"@kwdef struct Opts\n rate = 0.1\n n::Int = 3\nend\nOpts(n = 4.0)", "Opts(0.1, 4)"},
    {"m = Chain(Dense(1 => 2), tanh)\nlength(m), m[2], [l for l in m.layers][2], m[1:1]",
     "(2, tanh, tanh, Chain(Dense(1 => 2)))"},
    {"struct W\n a::Vector{Float64}\nend\nW([1, 2]).a", "2-element Vector{Float64}:\n 1.0\n 2.0"},
};
INSTANTIATE_TEST_SUITE_P(Structs, EvaluateTest, ::testing::ValuesIn(kStructs));

constexpr JuliaCase kCollections[] = {
    {"[i * j for i in 1:2, j in 1:3]", "2×3 Matrix{Int64}:\n 1  2  3\n 2  4  6"},
    {"[x for x in 1:10 if x % 3 == 0]", "3-element Vector{Int64}:\n 3\n 6\n 9"},
    {"[(i, j) for i in 1:2 for j in 1:i]",
     "3-element Vector{Tuple{Int64, Int64}}:\n (1, 1)\n (2, 1)\n (2, 2)"},
    {"sum(x^2 for x in 1:3)", "14"},
    {"Float32[x for x in 1:2]", "2-element Vector{Float32}:\n 1.0\n 2.0"},
    {"d = Dict(\"a\" => 1)\nd[\"b\"] = 2\nd[\"a\"] + d[\"b\"]", "3"},
    {"nt = (a = 1, b = \"x\")\nnt.a, nt.b", "(1, \"x\")"},
    {"v = [1, 2, 3, 4]\nv[end], v[2:end-1], v[begin]", "(4, [2, 3], 1)"},
    {"A = [1 2; 3 4]\nA[1, :], A[end, end]", "([1, 2], 4)"},
    {"A = [1 2; 3 4]\nA[2, 1] = 9\nA", "2×2 Matrix{Int64}:\n 1  2\n 9  4"},
    {"v = [1, 2, 3]\nv[2] += 5\nv", "3-element Vector{Int64}:\n 1\n 7\n 3"},
    {"v = [1.0, 2.0]\nv .*= 2\nv", "2-element Vector{Float64}:\n 2.0\n 4.0"},
    {"v = [1, 2, 3]\n@. v^2 + 1", "3-element Vector{Int64}:\n  2\n  5\n 10"},
    // A macro of a module does what it does without it.
    {"v = [1, 2, 3]\nBase.@. v^2 + 1", "3-element Vector{Int64}:\n  2\n  5\n 10"},
    {"v = [1, 2, 3]\nBase.@views sum(v[1:2])", "3"},
    {"x = 3\n\"x = $x and $(x + 1)\"", "\"x = 3 and 4\""},
    {"[0.9f0;;]", "1×1 Matrix{Float32}:\n 0.9"},
    {"(1:3) .+ 1", "2:4"},
    {"(1:3)[2]", "2"},
    {"f(x) = x + 0.5\nf.([1, 2])", "2-element Vector{Float64}:\n 1.5\n 2.5"},
    {"@view([1, 2, 3][2:3])[1]", "2"},
};
INSTANTIATE_TEST_SUITE_P(Collections, EvaluateTest, ::testing::ValuesIn(kCollections));

constexpr JuliaCase kExceptions[] = {
    {"try\n error(\"boom\")\ncatch e\n e.msg\nend", "\"boom\""},
    {"try\n sqrt(-1.0)\ncatch e\n e isa DomainError\nend", "true"},
    {"try\n [1, 2][5]\ncatch e\n typeof(e)\nend", "BoundsError"},
    {"try\n nope\ncatch e\n e.var\nend", ":nope"},
    {"try\n throw(ArgumentError(\"bad\"))\ncatch e\n e.msg\nend", "\"bad\""},
    {"r = []\ntry\n push!(r, 1)\n error(\"x\")\ncatch\n push!(r, 2)\nfinally\n push!(r, 3)\nend\nr",
     "3-element Vector{Any}:\n 1\n 2\n 3"},
    {"f() = try\n return 1\nfinally\n 2\nend\nf()", "1"},
    {"try\n 1\ncatch\n 2\nelse\n 3\nend", "3"},
    {"struct MyError <: Exception\n code\nend\ntry\n throw(MyError(7))\ncatch e\n e.code\nend",
     "7"},
    {"try\n try\n  error(\"inner\")\n catch e\n  rethrow()\n end\ncatch e\n e.msg\nend",
     "\"inner\""},
    {"f(n) = f(n + 1)\ntry\n f(0)\ncatch e\n e isa StackOverflowError\nend", "true"},
};
INSTANTIATE_TEST_SUITE_P(Exceptions, EvaluateTest, ::testing::ValuesIn(kExceptions));

constexpr JuliaCase kPackages[] = {
    {"using Flux, Statistics\nmean([1, 2, 3])", "2.0"},
    {"using Flux: train!\n1", "1"},
    {"import Statistics as S\nS.mean([1.0, 3.0])", "2.0"},
    {"Flux.Losses.mse([1.0, 2.0], [1.0, 4.0])", "2.0"},
    {"Flux.mse([1.0, 2.0], [1.0, 4.0])", "2.0"},
    {"using Flux.Losses\nmse([1.0, 2.0], [1.0, 4.0])", "2.0"},
    {"using Pkg\nPkg.add(\"Flux\")", ""},
    {"@show 1 + 1;", "1 + 1 = 2\n"},
    {"@info \"hello\" x = 1", "┌ Info: hello\n└   x = 1\n"},
    {"@assert 1 == 1", ""},
};
INSTANTIATE_TEST_SUITE_P(Packages, EvaluateTest, ::testing::ValuesIn(kPackages));

}  // namespace
}  // namespace fluxgate::testing
