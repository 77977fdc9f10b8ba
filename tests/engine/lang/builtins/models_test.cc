#include "gtest/gtest.h"
#include "tests/testing/julia_session.h"

namespace fluxgate {
namespace {

using testing::JuliaCase;

class ModelsTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ModelsTest, ShowsWhatFluxShows) { EXPECT_EQ(testing::Show(GetParam()), GetParam().shown); }

const JuliaCase kMoved[] = {
    {"x = [1, 2]; cpu(x) === x, gpu(x) === x, (x |> gpu_device()) === x", "(true, true, true)"},
    {"f32([1.0, 2.0])", "2-element Vector{Float32}:\n 1.0\n 2.0"},
    {"m = f64(Dense([1f0 2;], true)); eltype(m.weight), eltype(m.bias)", "(Float64, Float64)"},
    {"f32((a = [1, 2], b = 3.0, c = [1.0]))", "(a = [1, 2], b = 3.0, c = Float32[1.0])"},
    // Tied arrays stay tied; what needs no change is the same array.
    {"w = [1.0]; t = f32((w, w)); t[1] === t[2], f64(w) === w", "(true, true)"},
    {"f16([1.0])", "ERROR: ArgumentError: there are no Float16 numbers here: f32 and f64 exist"},
    {"fmap(x -> 2x, (a = [1, 2], b = 3))", "(a = [2, 4], b = 6)"},
};
INSTANTIATE_TEST_SUITE_P(Moved, ModelsTest, ::testing::ValuesIn(kMoved));

const JuliaCase kState[] = {
    // Pkg has an update, too.
    {"using Pkg; Pkg.update(); Optimisers.update(Flux.setup(Descent(0.5), [1.0]), [1.0], [1.0])[2]",
     "1-element Vector{Float64}:\n 0.5"},
    {"Flux.state(Dense([1f0;;], true, tanh))",
     "(weight = Float32[1.0;;], bias = Float32[0.0], σ = ())"},
    {"Flux.state(Chain(Dense([1f0;;], false), Dropout(0.5)))",
     "(layers = ((weight = Float32[1.0;;], bias = false, σ = ()), (p = 0.5, dims = (), active = "
     "nothing)),)"},
    {"m = Dense([1f0;;], true)\ns = Flux.state(Dense([5f0;;], [7f0]))\nFlux.loadmodel!(m, "
     "s)\nm.weight, m.bias",
     "(Float32[5.0;;], Float32[7.0])"},
    {"a = Dense([1f0;;]); b = Dense([2f0;;]); Flux.loadmodel!(a, b); a.weight == b.weight, "
     "a.weight === b.weight",
     "(true, false)"},
    {"Flux.loadmodel!(Dense([1f0;;], true), Flux.state(Dense([1f0;;], false))).bias",
     "1-element Vector{Float32}:\n 0.0"},
    {"Flux.loadmodel!(Chain(identity), (a = 1,))",
     "ERROR: ArgumentError: Tried to load (:a,) into (:layers,) but the structures do not match."},
    // Nothing is written when something does not fit.
    {"m = Chain(Dense([1f0;;]), Dense([1f0;;]))\n---\nFlux.loadmodel!(m, "
     "Chain(Dense([9f0;;]), Dense([1f0 2;])))\n---\nm[1].weight",
     "1×1 Matrix{Float32}:\n 1.0"},
};
INSTANTIATE_TEST_SUITE_P(State, ModelsTest, ::testing::ValuesIn(kState));

const JuliaCase kFlat[] = {
    {"v, re = Flux.destructure(Dense([1f0 2;], [3f0])); v",
     "3-element Vector{Float32}:\n 1.0\n 2.0\n 3.0"},
    {"v, re = Flux.destructure(Dense([1f0 2;], [3f0])); re", "Restructure(Dense, ..., 3)"},
    {"v, re = Flux.destructure(Dense([1f0 2;], [3f0])); m = re(2v); m.weight, m.bias",
     "(Float32[2.0 4.0], Float32[6.0])"},
    {"v, re = Flux.destructure(Dense([1f0 2;], [3f0])); re([1f0])",
     "ERROR: DimensionMismatch: Restructure of 3 parameters was given an array of size (1,)"},
    // Differentiable both ways.
    {"v, re = Flux.destructure(Dense([1f0 2;], [3f0])); gradient(p -> sum(re(p)([1f0, 10])), v)",
     "(Float32[1.0, 10.0, 1.0],)"},
    {"gradient(m -> sum(abs2, Flux.destructure(m)[1]), Dense([1f0 2;], [3f0]))",
     "((weight = Float32[2.0 4.0], bias = Float32[6.0], σ = nothing),)"},
    {"w = [1.0, 2.0]; v, re = Flux.destructure((w, w)); v, re([3.0, 4.0])",
     "([1.0, 2.0], ([3.0, 4.0], [3.0, 4.0]))"},
};
INSTANTIATE_TEST_SUITE_P(Flat, ModelsTest, ::testing::ValuesIn(kFlat));

const JuliaCase kSizes[] = {
    {"Flux.outputsize(Chain(Dense(2 => 3), Dense(3 => 5)), (2, 7))", "(5, 7)"},
    {"Flux.outputsize(Dense(2 => 3), (2,); padbatch = true)", "(3, 1)"},
    {"Flux.outputsize((Dense(2 => 3), sum), (2, 7))", "()"},
    {"Flux.outputsize(Dense(2 => 3), (4,))",
     "ERROR: DimensionMismatch: layer Dense(2 => 3) expects size(input, 1) == 2, but got 4-element "
     "Vector{Float32}"},
    {"Flux.activations(Chain(x -> 2x, x -> x + 1), 3)", "(6, 7)"},
    {"Flux.nfan(3, 4), Flux.nfan(5), Flux.nfan((3, 3, 2, 8))", "((4, 3), (1, 5), (18, 72))"},
    {"Flux.normalise([1.0, 3.0]; eps = 0)", "2-element Vector{Float64}:\n -1.0\n  1.0"},
    {"Flux.normalise([1.0 2; 3 6]; dims = 1, eps = 0)",
     "2×2 Matrix{Float64}:\n -1.0  -1.0\n  1.0   1.0"},
};
INSTANTIATE_TEST_SUITE_P(Sizes, ModelsTest, ::testing::ValuesIn(kSizes));

const JuliaCase kStopping[] = {
    {"es = Flux.early_stopping(identity, 2); [es(l) for l in [3, 2, 4, 5, 1]]",
     "5-element Vector{Bool}:\n 0\n 0\n 0\n 1\n 0"},
    {"p = Flux.plateau(identity, 2; min_dist = 0.1); [p(l) for l in [1, 1.01, 1.02, 5]]",
     "4-element Vector{Bool}:\n 0\n 0\n 1\n 0"},
    {"p = Flux.patience(x -> x > 0, 2); [p(1), p(1), p(-1), p(1)]",
     "4-element Vector{Bool}:\n 0\n 1\n 0\n 0"},
};
INSTANTIATE_TEST_SUITE_P(Stopping, ModelsTest, ::testing::ValuesIn(kStopping));

const JuliaCase kZygote[] = {
    {"pushforward(x -> x^2, 3.0)(1.0)", "6.0"},
    {"pushforward((a, b) -> a .* b, [1.0, 2.0], 3.0)([1.0, 0.0], 1.0)",
     "2-element Vector{Float64}:\n 4.0\n 2.0"},
    {"Zygote.forwarddiff(x -> x^2, 3.0), gradient(x -> Zygote.forwarddiff(y -> y^2, x), 3.0)",
     "(9.0, (6.0,))"},
    {"gradient([1.0, 2.0]) do x\n b = Zygote.Buffer(x)\n for i in eachindex(x)\n b[i] = "
     "x[i]^2\n end\n sum(copy(b))\nend",
     "([2.0, 4.0],)"},
    {"Flux.gradient(x -> x^2, 3.0), Flux.withgradient(x -> x^2, 3.0).val", "((6.0,), 9.0)"},
    {"Flux.NNlib.relu(-1.0), Flux.Losses.mse([1.0], [3.0])", "(0.0, 4.0)"},
};
INSTANTIATE_TEST_SUITE_P(Zygote, ModelsTest, ::testing::ValuesIn(kZygote));

const JuliaCase kLoader[] = {
    {"first(Flux.DataLoader([1 2 3; 4 5 6]; batchsize = 2, collate = false))",
     "2-element Vector{Vector{Int64}}:\n [1, 4]\n [2, 5]"},
    {"first(Flux.DataLoader([1 2 3; 4 5 6]; batchsize = 2, collate = true))",
     "2×2 Matrix{Int64}:\n 1  2\n 4  5"},
    {"Flux.unsqueeze([1, 2]; dims = 1), Flux.unstack([1 2; 3 4]; dims = 1)",
     "([1 2], [[1, 2], [3, 4]])"},
    {"sort(Flux.shuffleobs(collect(1:5)))", "5-element Vector{Int64}:\n 1\n 2\n 3\n 4\n 5"},
    {"Flux.unstack([1, 2]; dims = 3)",
     "ERROR: ArgumentError: unstack's dims must be between 1 and 1, got 3"},
    {"using Random\nf(s) = collect(Flux.DataLoader(1:20; shuffle = true, batchsize = 5, rng = "
     "MersenneTwister(s)))\nf(1) == f(1), f(1) == f(2)",
     "(true, false)"},
};
INSTANTIATE_TEST_SUITE_P(Loader, ModelsTest, ::testing::ValuesIn(kLoader));

}  // namespace
}  // namespace fluxgate
