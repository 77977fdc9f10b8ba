// A copy of a workspace: everything is there, what was one object is one, and neither side sees
// what the other does.

#include "engine/lang/workspace_copy.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/testing/julia_session.h"
#include "tests/testing/status_matchers.h"

namespace fluxgate::lang {
namespace {

using ::fluxgate::testing::JuliaSession;
using ::fluxgate::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class WorkspaceCopyTest : public ::testing::Test {
 protected:
  void Copy() {
    WorkspaceCopy copy(from_.interpreter(), to_.interpreter());
    ASSERT_OK(copy.CopyNames());
  }
  // Enters a text that must not fail.
  static void Do(JuliaSession& session, const std::string& text) {
    EXPECT_THAT(session.Enter(text), Not(HasSubstr("ERROR"))) << text;
  }
  // Enters a text in both.
  void ExpectBoth(const std::string& text, const std::string& shown) {
    EXPECT_EQ(from_.Enter(text), shown) << text;
    EXPECT_EQ(to_.Enter(text), shown) << text;
  }

  JuliaSession from_, to_;
};

TEST_F(WorkspaceCopyTest, HasEveryNameInItsOrder) {
  Do(from_, "a = 1; b = \"two\"; c = (x = 1:3, y = :s); d = [1, 2.5]; e = [\"p\", nothing]");
  Do(from_, "f = Dict(\"k\" => [1]); g = Set([1, 2]); h = 2 => 'c'; i = missing; j = Ref(3)");
  Copy();
  EXPECT_EQ(from_.interpreter().Names(), to_.interpreter().Names());
  for (const std::string& name : from_.interpreter().Names()) {
    EXPECT_EQ(from_.Enter(name), to_.Enter(name)) << name;
  }
}

TEST_F(WorkspaceCopyTest, TypesOfTypesAreCopiedOnceEach) {
  Do(from_, "T = Tuple{Int,Int}; for i in 1:40; global T = Tuple{T,T}; end; nothing");
  Copy();
  EXPECT_NE(to_.interpreter().Find("T"), nullptr);
}

TEST_F(WorkspaceCopyTest, AWriteIsSeenOnItsSideAlone) {
  Do(from_, "a = [1.0, 2.0]; l = Any[\"x\", [1]]; d = Dict(:k => [1]); r = Ref([1]);");
  Do(from_, "mutable struct Counter n end; c = Counter(1);");
  Copy();
  Do(to_,
     "a[1] = 9; push!(l, 3); l[2][1] = 9; d[:k][1] = 9; d[:new] = [1]; x = r[]; x[1] = 9; c.n = "
     "9;");
  EXPECT_EQ(from_.Enter("(a[1], length(l), l[2][1], d[:k][1], length(d), r[][1], c.n)"),
            "(1.0, 2, 1, 1, 1, 1, 1)");
  Do(from_, "a[2] = 7; l[1] = \"y\"; c.n = 7;");
  EXPECT_EQ(to_.Enter("(a, l[1], c.n)"), "([9.0, 2.0], \"x\", 9)");
}

TEST_F(WorkspaceCopyTest, WhatIsOneObjectStaysOne) {
  Do(from_, "a = [1 2; 3 4]; b = a; v = vec(a); w = @view a[:, 1]; m = (p = a, q = a);");
  Do(from_, "l = Any[1]; push!(l, l); tied = Dense(2 => 2); both = Chain(tied, tied);");
  Copy();
  ExpectBoth("a[1] = 10; (b[1], v[1], w[1], m.p === m.q, m.p === a, l[2] === l)",
             "(10, 10, 10, true, true, true)");
  ExpectBoth("both[1].weight === both[2].weight && both[1].weight === tied.weight", "true");
  Do(to_, "tied.weight .= 0;");
  EXPECT_EQ(to_.Enter("sum(both[2].weight)"), "0.0f0");
  EXPECT_EQ(from_.Enter("sum(abs.(both[2].weight)) > 0"), "true");
}

TEST_F(WorkspaceCopyTest, FunctionsKeepTheirMethodsAndVariables) {
  Do(from_, "k = 2; f(x) = k * x; f(x::String) = x * \"!\"; g = f ∘ abs; h = x -> f(x) + 1;");
  Do(from_, "function counter()\n n = 0\n up() = (n += 1)\n get() = n\n (up, get)\nend;");
  Do(from_, "up, get = counter(); up();");
  Do(from_, "fib(n) = n < 2 ? n : fib(n - 1) + fib(n - 2);");
  Copy();
  Do(to_, "k = 5;");
  EXPECT_EQ(to_.Enter("(f(1), f(\"a\"), g(-1), h(1), fib(10))"), "(5, \"a!\", 5, 6, 55)");
  EXPECT_EQ(from_.Enter("(f(1), g(-1), h(1))"), "(2, 2, 3)");
  // Two closures share a variable, and the copies share theirs.
  EXPECT_EQ(to_.Enter("up(); up(); get()"), "3");
  EXPECT_EQ(from_.Enter("get()"), "1");
  Do(to_, "f(x::Symbol) = :only_here;");
  EXPECT_THAT(from_.Enter("f(:s)"), HasSubstr("ERROR"));
}

TEST_F(WorkspaceCopyTest, TypesAndWhatExtendsTheLibrary) {
  Do(from_,
     "struct Affine{T} W::T; b::T end; (a::Affine)(x) = a.W * x .+ a.b;"
     "struct Node value; next::Union{Node, Nothing} end;"
     "Base.show(io::IO, a::Affine) = print(io, \"affine\"); Base.length(a::Affine) = 42;"
     "Affine(n::Int) = Affine(ones(n, n), zeros(n, n)); m = Affine(2); n = Node(1, Node(2, "
     "nothing))");
  Copy();
  ExpectBoth("(m([1 0; 0 1])[1], string(m), length(m), Affine(1)([2.0;;])[1], n.next.value)",
             "(1.0, \"affine\", 42, 2.0, 2)");
  ExpectBoth("(m isa Affine, n isa Node, n.next isa Node)", "(true, true, true)");
  // What trains is said of a type, on one side alone.
  Do(to_, "Flux.@layer Affine trainable=(W,);");
  EXPECT_EQ(to_.Enter("length(Flux.trainables(m))"), "1");
  EXPECT_EQ(from_.Enter("length(Flux.trainables(m))"), "2");
}

TEST_F(WorkspaceCopyTest, OptimisersLoadersAndParameters) {
  Do(from_, "m = Dense(2 => 1); opt = Flux.setup(Adam(0.1), m); x = ones(Float32, 2, 4);");
  Do(from_, "p = Flux.params(m); data = Flux.DataLoader(x, batchsize = 2);");
  Do(from_, "g = gradient(m -> sum(m(x)), m)[1]; Flux.update!(opt, m, g);");
  Copy();
  const std::string update = "Flux.update!(opt, m, g); m.weight, m.bias";
  const std::string updated = from_.Enter(update);
  EXPECT_EQ(to_.Enter(update), updated);
  EXPECT_EQ(from_.Enter("m.weight, m.bias"), updated);
  ExpectBoth("(length(data), m.weight in p, length(p))", "(2, true, 2)");
}

TEST_F(WorkspaceCopyTest, TrainingOnGivesTheSameOnBothSides) {
  Do(from_, "m = Chain(Dense(2 => 3, tanh), Flux.Scale(3), Dense(3 => 1));");
  Do(from_, "x = Float32[1 2 3 4; 4 3 2 1]; y = Float32[1 0 1 0]; opt = Flux.setup(Adam(), m);");
  Do(from_, "go() = Flux.train!((m, x, y) -> Flux.mse(m(x), y), m, [(x, y)], opt);");
  Do(from_, "go(); go();");
  Copy();
  Do(to_, "go(); go();");
  Do(from_, "go(); go();");
  const std::string trained = from_.Enter("m[1].weight, m[2].scale, m(x)");
  EXPECT_THAT(trained, HasSubstr("Float32["));
  EXPECT_EQ(to_.Enter("m[1].weight, m[2].scale, m(x)"), trained);
}

TEST_F(WorkspaceCopyTest, SaysWhichNameHoldsWhatCannotBeCopied) {
  Do(from_, "fine = 1; three = ==(3);");
  WorkspaceCopy copy(from_.interpreter(), to_.interpreter());
  EXPECT_THAT(copy.CopyNames(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                         AllOf(HasSubstr("`three`"), HasSubstr("make it anew"))));
}

TEST_F(WorkspaceCopyTest, BytesAreSharedUntilTheyAreWritten) {
  auto budget = std::make_shared<MemoryBudget>(int64_t{1} << 30);
  {
    const ScopedMemoryBudget charge(budget);
    Do(from_, "a = zeros(Float32, 1000, 1000);");
    const int64_t before = budget->used();
    Copy();
    EXPECT_LT(budget->used(), before + (1 << 20));
    Do(to_, "a[1] = 1;");
    EXPECT_GT(budget->used(), before + 3'900'000);
  }
}

}  // namespace
}  // namespace fluxgate::lang
