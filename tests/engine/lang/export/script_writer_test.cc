// A script makes the workspace anew: it is run in another one, and both are compared.

#include "engine/lang/export/script_writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_replace.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "tests/testing/julia_session.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::lang {
namespace {

using ::fluxgate::testing::JuliaSession;
using ::fluxgate::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

class ScriptWriterTest : public ::testing::Test {
 protected:
  static void Do(JuliaSession& session, const std::string& text) {
    EXPECT_THAT(session.Enter(text), Not(HasSubstr("ERROR"))) << text;
  }

  Script Write() {
    ScriptWriter writer(from_.interpreter());
    EXPECT_OK(writer.WriteWorkspace());
    return writer.Finish("A session");
  }

  // Runs the script in `to_`, with its file of arrays at hand.
  void Run(const Script& script) {
    auto saved = std::make_shared<Dict>();
    for (const auto& [path, tensor] : script.arrays) {
      saved->Set(Value::String(path), Array::Of(tensor));
    }
    ASSERT_OK(to_.interpreter().Assign("the_file", Value(saved)));
    if (train_) Do(to_, "ARGS = [\"--train\"];");
    Do(to_, absl::StrReplaceAll(script.text,
                                {{"using NPZ\n", ""},
                                 {"npzread(joinpath(@__DIR__, \"session.npz\"))", "the_file"}}));
  }

  // Enters the text, exports, and expects that each of `probes` shows the same on both sides.
  Script Expect(const std::string& text, const std::vector<std::string>& probes) {
    Do(from_, text);
    Script script = Write();
    EXPECT_THAT(script.left_out, IsEmpty());
    Run(script);
    for (const std::string& probe : probes) {
      const std::string shown = from_.Enter(probe);
      EXPECT_THAT(shown, Not(HasSubstr("ERROR"))) << probe;
      EXPECT_EQ(to_.Enter(probe), shown) << probe << "\n" << script.text;
    }
    return script;
  }

  JuliaSession from_, to_;
  bool train_ = false;
};

TEST_F(ScriptWriterTest, SaysHowItIsRunAndKeepsTheTextOfDefinitions) {
  Do(from_, "using Flux, Statistics\nactual(x) = 4x + 2  # the truth\nx = hcat(0:5...); n = 3");
  const Script script = Write();
  EXPECT_EQ(script.text,
            "# A session\n"
            "#\n"
            "#   julia -e 'using Pkg; Pkg.add([\"Flux\"])'\n"
            "#   julia session.jl\n"
            "using Flux, LinearAlgebra, Printf, Random, Statistics\n"
            "\n"
            "n = 3\n"
            "\n"
            "actual(x) = 4x + 2\n"
            "\n"
            "x = [0 1 2 3 4 5]\n");
  EXPECT_THAT(script.arrays, IsEmpty());
}

TEST_F(ScriptWriterTest, Values) {
  Expect(
      "a = 1; b = 2.5f0; c = Int32(7); d = true; e = 'q'; f = \"two \\$ \\\"q\\\"\"; g = :s; "
      "h = nothing; i = missing; j = 1:3; k = 0.1:0.2:0.9; l = pi; m = NaN32; "
      "o = (1, (2,), ()); p = (a = 1, b = (c = 2,)); q = 1 => (2 => 3); r = Any[1, \"x\", [1, 2]]; "
      "s = [\"p\", nothing]; t = Dict(\"k\" => [1], \"l\" => [2]); u = Dict{Symbol,Any}(:a => 1); "
      "v = Set([1, 2]); w = Int[]; x = zeros(Float32, 0, 3); y = fill(2.0); "
      "z = [1 2;;; 3 4]; aa = Float32[1, 2]; ab = [true, false]; ac = [[1, 2], [3]]; "
      "ad = reshape(Any[1, \"a\", 2, \"b\"], 2, 2); ae = Some(3); af = Ref(5); ag = String[]; "
      "ah = Float64; ai = Vector{Int}; aj = 2I; ak = [1, 2]'; al = Int32[1, 2]; am = Any[1, 2]; "
      "an = pairs((p = 1,)); "
      "ap = ((only = [\"a text that is long\", \"and another one that is longer than the line\", "
      "\"b\"],),); ao = CartesianIndex(1, 2);",
      {"a",
       "b, typeof(c), c, d, e, f, g",
       "h === nothing, i, j, typeof(j), k, l, m",
       "o, p, q",
       "r",
       "s",
       "t[\"k\"], length(t)",
       "u",
       "v == Set([1, 2])",
       "w, x, y",
       "z",
       "aa, ab, ac",
       "ad",
       "ae, af[]",
       "ag, ah, ai",
       "aj == 2I",
       "ak * [1, 2]",
       "al",
       "typeof(am), am",
       "an[:p]",
       "ao",
       "ap"});
}

TEST_F(ScriptWriterTest, LargeArraysAndParametersLieBesideTheText) {
  const Script script = Expect(
      "x = rand(Float32, 3, 100); model = Chain(Dense(3 => 4, tanh), Dense(4 => 2), softmax); "
      "train = (x = x, y = Flux.onehotbatch(rand(1:2, 100), 1:2));",
      {"sum(x)", "model(x)", "model", "train.x === x", "train.y", "model[1].weight"});
  std::vector<std::string> paths;
  for (const auto& [path, tensor] : script.arrays) paths.push_back(path);
  EXPECT_THAT(paths, ElementsAre("x", "model.layers[1].weight", "model.layers[1].bias",
                                 "model.layers[2].weight", "model.layers[2].bias", "train.y"));
  EXPECT_THAT(script.text, HasSubstr("model = Chain(\n"
                                     "    Dense(saved[\"model.layers[1].weight\"], "
                                     "saved[\"model.layers[1].bias\"], tanh),\n"));
}

TEST_F(ScriptWriterTest, Layers) {
  Expect(
      "act(x) = x .^ 2; k = 3; scale(x) = k .* x; x = Float32[1 2; 3 4]; "
      "a = Dense(2 => 2, relu; bias = false); b = Flux.Scale(2); c = Dropout(0.25; dims = 1); "
      "d = SkipConnection(Dense(2 => 2), +); e = Parallel(vcat, Dense(2 => 1), x -> x .+ k); "
      "f = Chain(first = Dense(2 => 2), second = act, third = scale ∘ act); "
      "g = Chain([Dense(2 => 2), act]); h = Dense([1.0 2.0; 3.0 4.0], true, tanh); "
      "i = Parallel(+; left = act, right = identity); j = Dropout(0.5);",
      {"a(x), a", "b(x), b", "c", "d(x), d", "e(x)", "f(x), f", "g(x)", "h(x), h", "i(x)", "j"});
}

TEST_F(ScriptWriterTest, WhatIsOneObjectStaysOne) {
  Expect(
      "a = [1 2; 3 4]; b = a; v = vec(a); w = view(a, 1, :); m = (p = a, q = a); "
      "tied = Dense(2 => 2); both = Chain(tied, tied); W = rand(2, 2); "
      "net = Chain(Dense(W), Dense(W)); l = [1]; d = Dict(:l => l); "
      "inner = Chain(Dense(2 => 2)); again = Any[rand(20), 1]; pair = (again[1], again[1]);",
      {"a[1] = 10; (b[1], v[1], w[1], m.p === m.q, m.p === a)", "both[1].weight === both[2].weight",
       "both[1].weight === tied.weight", "net[1].weight === net[2].weight, net[1].weight === W",
       "d[:l] === l", "pair[1] === pair[2], pair[1] === again[1]"});
  const Script script = Expect("let t = Dense(2 => 2); global alone = Chain(t, t) end;",
                               {"alone[1].weight === alone[2].weight"});
  EXPECT_THAT(script.text,
              HasSubstr("shared = Dense(saved[\"shared.weight\"], saved[\"shared.bias\"])\n"
                        "alone = Chain(shared, shared)\n"));
}

TEST_F(ScriptWriterTest, TypesMethodsAndUsing) {
  Expect(
      "import Base: show\nusing Flux: @layer, glorot_uniform\n"
      "abstract type Shape end\n"
      "struct Square{T} <: Shape\n  side::T  # of the square\nend\n"
      "mutable struct Counter\n  n::Int\n  Counter(n) = new(2n)\n  Counter() = new(1)\nend\n"
      "Counter(n::String) = Counter(length(n))\n"
      "struct Affine; W; b; end\n"
      "(m::Affine)(x) = m.W * x .+ m.b\n"
      "Affine(n::Int) = Affine(glorot_uniform(n, n), zeros(Float32, n))\n"
      "Flux.@layer Affine trainable = (W,)\n"
      "Base.show(io::IO, s::Square) = print(io, \"□\", s.side)\n"
      "Base.:+(a::Square, b::Square) = Square(a.side + b.side)\n"
      "area(s::Square) = s.side^2\narea(s) = 0\n"
      "function twice(f, x = 2; y = 1)\n  f(f(x)) + y\nend\n"
      "s = Square(3.0); t = Square{Float32}(2f0); m = Affine(2); Alias = Affine; all = [s, s]",
      {"s, t, typeof(t)", "s + s", "area(s), area(1)", "twice(area)", "twice(x -> x + 1, 3, y = 5)",
       "m(Float32[1, 2])", "Flux.trainables(m)", "Counter().n, Counter(\"abc\").n, Counter(2).n",
       "Alias(3) isa Affine, Square <: Shape", "all"});
}

TEST_F(ScriptWriterTest, FunctionsWithWhatTheyCaptured) {
  Expect(
      "adder(n) = x -> x + n; three = adder(3); W = rand(20, 2); "
      "function times(k)\n  function inner(x)\n    x * k\n  end\n  inner\nend; "
      "five = times(5); lin = let W = W, b = 1.0; x -> W * x .+ b end; "
      "square = x -> x^2; alias = square; mean_of = map(identity, [x -> sum(x) / length(x)])[1]; "
      "blocks = map([1, 2]) do i\n  x -> x + i\nend; c = let n = 0; () -> (n += 1) end; c(); "
      "let hidden = 7; global reveal() = hidden end;",
      {"three(1), five(2), square(3), alias === square", "lin([1, 2])", "mean_of([1, 2])",
       "blocks[2](1)", "c(), c()", "reveal()"});
}

TEST_F(ScriptWriterTest, OptimisersGoOnWhereTheyWere) {
  train_ = true;
  const Script script = Expect(
      "x = [1f0 2f0]; model = Dense(1 => 1); loss(m, x, y) = Flux.mse(m(x), y); data = [(x, 2x)];\n"
      "opt = Flux.setup(OptimiserChain(ClipGrad(1.0), Adam(0.1)), model)\n"
      "for epoch in 1:3\n  Flux.train!(loss, model, data, opt)\nend\n"
      "loader = Flux.DataLoader((x, 2x), batchsize = 1, partial = false)\n"
      "Flux.update!(opt, model, gradient(m -> loss(m, x, x), model)[1])",
      {"length(loader)"});
  EXPECT_THAT(script.text, HasSubstr("if \"--train\" in ARGS\n"
                                     "    for epoch in 1:3\n"
                                     "      Flux.train!(loss, model, data, opt)\n"
                                     "    end\n"
                                     "    Flux.update!(opt, model, gradient("));
  EXPECT_THAT(script.text, Not(HasSubstr("using Flux: Optimisers")));
  // The script has trained once more.
  Do(from_, "for epoch in 1:3 Flux.train!(loss, model, data, opt) end");
  Do(from_, "Flux.update!(opt, model, gradient(m -> loss(m, x, x), model)[1])");
  EXPECT_EQ(to_.Enter("model.weight, model.bias, opt"),
            from_.Enter("model.weight, model.bias, opt"));
}

TEST_F(ScriptWriterTest, WhatHasNoTextIsNamedAndLeftOut) {
  Do(from_,
     "ok = 1; three = ==(3); l = Any[1]; push!(l, l); ps = Flux.params(Dense(1 => 1)); "
     "struct Odd; a; b; Odd(x) = new(x, x); end; odd = Odd(1); z = zip(1:2, 3:4);");
  const Script script = Write();
  EXPECT_THAT(script.left_out,
              ElementsAre(StartsWith("`three`: it holds"), "`l`: it contains itself",
                          StartsWith("`ps`: nothing in Julia text makes a"),
                          StartsWith("`odd`: Odd has a constructor of its own"),
                          StartsWith("`z`: nothing in Julia text makes a")));
  EXPECT_THAT(script.text,
              HasSubstr("\n# three is left out: it holds ==, a function without a text\n"));
  Run(script);
  EXPECT_EQ(to_.Enter("ok"), "1");
}

TEST_F(ScriptWriterTest, ATrainingThatUsesWhatIsLeftOutIsLeftOut) {
  Do(from_,
     "m = Dense(1 => 1); d = [(ones(Float32, 1, 2), ones(Float32, 1, 2))]; o = "
     "Flux.setup(Descent(), m);"
     "f(m, x, y) = Flux.mse(m(x), y); three = ==(3)\nif three(3)\n  Flux.train!(f, m, d, o)\nend\n"
     "Flux.train!(f, m, d, o)");
  const Script script = Write();
  EXPECT_THAT(script.left_out,
              ElementsAre(StartsWith("`three`: it holds"), "`if three(3)`: it uses `three`"));
  EXPECT_THAT(script.text, HasSubstr("in ARGS\n    Flux.train!(f, m, d, o)\nend\n"));
}

TEST_F(ScriptWriterTest, DoBlocksBecomeFunctions) {
  Expect(
      "keep(f) = f; two = keep() do x, y\n  x - y\nend\npattern = keep() do (a, b)\n  a + b\nend\n"
      "mixed = keep() do (a, b), c; a * b - c end\nnone = keep() do; 3 end\n"
      "none_on_lines = keep() do\n  4\nend",
      {"two(5, 2), pattern((1, 2)), mixed((2, 3), 1), none(), none_on_lines()"});
}

TEST_F(ScriptWriterTest, CapturedVariablesDoNotHideOneAnother) {
  Expect(
      "W = [1, 2, 3]; make(W, V) = x -> (W, V); g = make(5, W); "
      "k = 100; add(k, f) = y -> k + f(y); h = add(1, x -> x + k); "
      "both(W) = (x -> W .* x, y -> (W[1] = y)); reads, writes = both([1.0, 2.0]); "
      "chained = (w -> x -> w * x)(rand(5, 5)) ∘ (w -> x -> w * x)(rand(5, 5));",
      {"g(1)", "h(1)", "writes(9); reads([1, 1])", "chained(1:5)"});
}

TEST_F(ScriptWriterTest, ViewsAndTheirArraysShareMemoryWhicheverComesFirst) {
  Expect(
      "let A = [1 2; 3 4]; global p = (row = view(A, 1, :), all = vec(A), whole = A) end; "
      "let B = rand(5, 5); global w = view(B, 2:3, 1); global b = B end; "
      "let C = [1, 2]; global q = (whole = C, part = view(C, 2:2)) end;",
      {"p.row[1] = 10; (p.all, p.whole)", "w[1] = 7; b[2, 1]", "q.part[1] = 5; q.whole"});
}

TEST_F(ScriptWriterTest, KeysAndMembers) {
  const Script script = Expect(
      "s = Set([collect(1:20), collect(2:21)]); d = Dict(collect(1:20) => 1, collect(2:21) => 2); "
      "nested = Dict{Any,Any}((1 => 2) => 3); odd = Dict(NaN => [1], \"a\\\"b\" => [2], "
      "\"\\$(1 + 1)\" => [3], Symbol(\"a b\") => [4]); i = odd[NaN]; j = odd[\"\\$(1 + 1)\"]; "
      "long = Dict(\"a\"^1000 => rand(100)); v = [1]; twice = Any[Set([v]), v];",
      {"s == Set([collect(1:20), collect(2:21)])", "d[collect(2:21)]", "nested", "i === odd[NaN]",
       "j === odd[\"\\$(1 + 1)\"]", "odd[Symbol(\"a b\")]", "sum(long[\"a\"^1000])",
       "first(twice[1]) === twice[2]"});
  for (const auto& [path, tensor] : script.arrays) EXPECT_LT(path.size(), 200u);
}

TEST_F(ScriptWriterTest, DefinitionsFindWhatTheyNeed) {
  Expect(
      "const V = Vector{Float64}; struct A; v::V; end; f(x::V) = 1; const F = Flux; "
      "g(m) = F.trainables(m); struct B; y; end; struct C; b::B; end; c = C(B(1)); "
      "Base.@kwdef struct K\n  a = 1\n  b = 2\nend\nkw = K(b = 5);",
      {"A([1.0]), f([1.0])", "g(Dense([1.0;;], [2.0]))", "c", "kw, K(a = 3)"});
}

TEST_F(ScriptWriterTest, TypesAsTheyAreNow) {
  Do(from_, "struct A; x; end; old = A(1); struct A; x; y; end; now = A(1, 2);");
  Do(from_, "struct P{T}; x::T; P(x) = new{typeof(x)}(x); end; p = P(1.0);");
  const Script script = Write();
  EXPECT_THAT(script.left_out, ElementsAre("`old`: its type A has been defined anew since",
                                           StartsWith("`p`: P has a constructor of its own")));
  Run(script);
  EXPECT_EQ(to_.Enter("now"), "A(1, 2)");
}

TEST_F(ScriptWriterTest, NamesThatTheScriptWouldHaveUsed) {
  const Script script = Expect(
      "saved = [1, 2]; w = rand(20); shared = 1; view = 3; a = [1 2; 3 4]; b = vec(a); "
      "relu(x) = 5x; m = Dense(2 => 2, Flux.relu);",
      {"saved, sum(w)", "b", "m([1f0, -1f0])"});
  EXPECT_THAT(script.text, HasSubstr("saved_2 = npzread("));
  EXPECT_THAT(script.text, HasSubstr(", Flux.relu)"));
}

TEST_F(ScriptWriterTest, LoopsOfAPromptSayInAFileWhatTheyAssign) {
  Do(from_,
     "n = 0; m = Dense(1 => 1); d = [([1f0;;], [2f0;;])]; opt = Flux.setup(Descent(), m);\n"
     "for e in 1:2\n  Flux.train!((m, x, y) -> Flux.mse(m(x), y), m, d, opt)\n  n += 1; t = n\n"
     "  for k in 1:2\n    n += 1\n  end\nend");
  EXPECT_THAT(Write().text,
              HasSubstr("    for e in 1:2\n"
                        "      global n; Flux.train!((m, x, y) -> Flux.mse(m(x), y), m, d, opt)\n"
                        "      n += 1; t = n\n"
                        "      for k in 1:2\n"
                        "        global n; n += 1\n"
                        "      end\n"
                        "    end\n"));
}

TEST_F(ScriptWriterTest, ALoopsOwnVariablesStayItsOwn) {
  Do(from_,
     "n = 0; k = 0; m = Dense(1 => 1); d = [([1f0;;], [2f0;;])]; f(m, x, y) = sum(m(x)); "
     "opt = Flux.setup(Descent(), m);\n"
     "let n = 1\n  for e in 1:2\n    Flux.train!(f, m, d, opt); n += 1\n  end\nend\n"
     "for k in 1:2\n  for e in 1:2\n    Flux.train!(f, m, d, opt); k += 1\n  end\nend");
  EXPECT_THAT(Write().text, Not(HasSubstr("global")));
}

TEST_F(ScriptWriterTest, WhatJuliaSpellsInItsOwnWay) {
  const Script script = Expect(
      "using Optimisers, MLUtils\nrule = OptimiserChain(ClipNorm(1), Adam()); r = "
      "Int32(1):Int32(3); "
      "empty = Flux.onehotbatch(Int[], 1:3);",
      {"rule", "typeof(r), r", "empty"});
  EXPECT_THAT(script.text, HasSubstr("rule = OptimiserChain(ClipNorm(1.0, 2.0), Adam("));
  EXPECT_THAT(script.text, HasSubstr("Pkg.add([\"Flux\", \"Optimisers\", \"MLUtils\"])"));
  Do(from_, "T = typeof(x -> x)");
  EXPECT_THAT(Write().left_out, ElementsAre(StartsWith("`T`: nothing in Julia text names")));
}

TEST_F(ScriptWriterTest, ClosuresThatShareAVariableThatChangesAreLeftOut) {
  Do(from_, "let n = 0; global inc() = ((n, _) = (n + 1, 0); n); global get() = n end;");
  EXPECT_THAT(Write().left_out,
              ElementsAre("`inc`: it shares the variable n with another function"));
}

TEST_F(ScriptWriterTest, SharingDoesNotUnfold) {
  const Script script = Expect(
      "x = (); for i in 1:60 global x = (x, x) end; y = Any[1]; "
      "for i in 1:40 global y = Any[Set([y]), y] end; many = [[i] for i in 1:2000]; "
      "again = copy(many);",
      {"x[1] === x[2]", "many[7] === again[7]"});
  EXPECT_LT(script.text.size(), 200'000u);
}

TEST_F(ScriptWriterTest, TextThatDoesNotFitIsAnError) {
  Do(from_, "long = [string(i, \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\") for i in 1:500_000];");
  ScriptWriter writer(from_.interpreter());
  EXPECT_THAT(writer.WriteWorkspace(), StatusIs(absl::StatusCode::kResourceExhausted));
  JuliaSession functions;
  Do(functions, "make(k) = x -> (s = \"" + std::string(50'000, 'a') + "\"; k)");
  Do(functions, "all = [make(i) for i in 1:1000];");
  ScriptWriter long_functions(functions.interpreter());
  EXPECT_THAT(long_functions.WriteWorkspace(), StatusIs(absl::StatusCode::kResourceExhausted));
}

}  // namespace
}  // namespace fluxgate::lang
