#include <gtest/gtest.h>

#include <thread>

#include "engine/lang/syntax/diagnostics.h"
#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

class ErrorTest : public ::testing::TestWithParam<JuliaCase> {};

TEST_P(ErrorTest, Says) { EXPECT_EQ(Show(GetParam()), GetParam().shown); }

constexpr JuliaCase kErrors[] = {
    {"foo", "ERROR: UndefVarError: `foo` not defined"},
    {"f(x) = x\nf(1, \"a\")", "ERROR: MethodError: no method matching f(::Int64, ::String)"},
    {"f(x::String) = x\nf(1)", "ERROR: MethodError: no method matching f(::Int64)"},
    {"\"abc\"(1)", "ERROR: MethodError: objects of type String are not callable"},
    {"if 1 end", "ERROR: TypeError: non-boolean (Int64) used in boolean context"},
    {"f(; y) = y\nf()", "ERROR: UndefKeywordError: keyword argument `y` not assigned"},
    {"f(x) = x\nf(1; z = 2)",
     "ERROR: MethodError: no method matching f(::Int64; z::Int64); got unsupported keyword "
     "argument "
     "\"z\""},
    {"struct P\n x\nend\nP(1).y", "ERROR: ErrorException: type P has no field y"},
    {"struct P\n x\nend\np = P(1)\np.x = 2",
     "ERROR: ErrorException: setfield!: immutable struct of type P cannot be changed"},
    {"using Plots",
     "ERROR: ArgumentError: Package Plots not found: the packages that exist are Flux, NNlib, "
     "Optimisers, Zygote, Statistics, Random, LinearAlgebra, MLUtils, OneHotArrays, Functors, "
     "Base, "
     "Printf, Pkg"},
    {"f() = (y; y = 1)\nf()", "ERROR: UndefVarError: `y` not defined"},
    {"1:0:5", "ERROR: ArgumentError: step cannot be zero"},
    {"[1 2 3] * [1 2 3]",
     "ERROR: DimensionMismatch: A has dimensions (1,3) but B has dimensions (1,3)"},
    {"@assert 1 == 2", "ERROR: AssertionError: 1 == 2"},
    {"@nope 1",
     "ERROR: UndefVarError: `@nope` not defined: the macros that exist are @show, @info, @warn, "
     "@assert, @., @view, @views, @time, @kwdef, Flux.@layer, Flux.@functor and Zygote.@ignore"},
    {"Flux.@.", "ERROR: ArgumentError: @. takes one expression"},
    {"Flux.@.@nope 1",
     "ERROR: UndefVarError: `@nope` not defined: the macros that exist are @show, @info, @warn, "
     "@assert, @., @view, @views, @time, @kwdef, Flux.@layer, Flux.@functor and Zygote.@ignore"},
    {"Zygote.@ignore", "ERROR: ArgumentError: @ignore takes one expression"},
    {"@kwdef", "ERROR: ArgumentError: @kwdef takes the definition of a struct"},
    {"(1, 2)[3]", "ERROR: BoundsError: attempt to access Tuple{Int64, Int64} at index [3]"},
    {"x::Int = \"a\"",
     "ERROR: MethodError: Cannot `convert` an object of type String to an object of type Int64"},
    {"break", "ERROR: ParseError: break outside of a loop"},
};
INSTANTIATE_TEST_SUITE_P(Kinds, ErrorTest, ::testing::ValuesIn(kErrors));

SourceDiagnostic DiagnosticOf(const std::string& text) {
  JuliaSession session;
  const auto result = session.Evaluate(text);
  EXPECT_FALSE(result.ok());
  return GetDiagnostic(result.status()).value_or(SourceDiagnostic());
}

TEST(ErrorPositionTest, NamesLineColumnAndExcerpt) {
  const SourceDiagnostic d = DiagnosticOf("x = 1\ny = x + missing_name\n");
  EXPECT_EQ(d.line, 2);
  EXPECT_EQ(d.column, 9);
  EXPECT_EQ(d.source, "REPL[1]");
  EXPECT_EQ(d.excerpt, "y = x + missing_name\n        ^^^^^^^^^^^^");
}

TEST(ErrorPositionTest, PointsIntoTheFunctionAndListsTheCalls) {
  const SourceDiagnostic d = DiagnosticOf("g(x) = sqrt(x)\nf(x) =\n  g(x) + 1\nf(-1.0)");
  EXPECT_EQ(d.kind, "DomainError");
  EXPECT_EQ(d.line, 1);
  ASSERT_EQ(d.trace.size(), 2u);
  EXPECT_EQ(d.trace[0], "g at REPL[1]:1");
  EXPECT_EQ(d.trace[1], "f at REPL[1]:3");
}

TEST(ErrorPositionTest, SuggestsTheNearestName) {
  EXPECT_EQ(DiagnosticOf("my_weight = 1\nmy_wieght").suggestion, "my_weight");
  EXPECT_EQ(DiagnosticOf("summ([1])").suggestion, "sum");
  EXPECT_EQ(DiagnosticOf("crossentropy").suggestion, "Flux.crossentropy");
}

TEST(LimitsTest, StepsStopAnEndlessLoop) {
  JuliaSession session;
  lang::Limits limits;
  limits.max_steps = 10'000;
  const auto result = session.Evaluate("while true end", limits);
  EXPECT_EQ(result.status().code(), absl::StatusCode::kResourceExhausted);
  const auto diagnostic = GetDiagnostic(result.status());
  ASSERT_TRUE(diagnostic);
  EXPECT_EQ(diagnostic->kind, "LimitError");
  EXPECT_EQ(diagnostic->message, "the evaluation took more steps than its limit of 10000");
  // And no `catch` holds that up.
  EXPECT_EQ(session.Evaluate("while true\n try\n  error(\"x\")\n catch\n end\nend", limits)
                .status()
                .code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(LimitsTest, CancellationStopsALoop) {
  JuliaSession session;
  CancellationSource source;
  session.host().set_token(source.token());
  source.Cancel();
  EXPECT_EQ(session.Evaluate("try\n while true end\ncatch\nend").status().code(),
            absl::StatusCode::kCancelled);
}

TEST(LimitsTest, DepthIsAStackOverflowError) {
  JuliaSession session;
  EXPECT_EQ(session.Enter("f(n) = f(n + 1) + 1\nf(0)"), "ERROR: StackOverflowError: ");
}

TEST(LimitsTest, DeepNestingInDeepCallsDoesNotOverflowTheStack) {
  // Each call evaluates an expression as deep as the parser allows.
  std::string body = "f(n - 1)";
  for (int i = 0; i < 150; ++i) body = "(1 + " + body + ")";
  std::string shown;
  std::thread worker([&] {
    JuliaSession session;
    shown = session.Enter("f(n) = n == 0 ? 0 : " + body + "\nf(100_000)");
  });
  worker.join();
  EXPECT_EQ(shown, "ERROR: StackOverflowError: ");
}

TEST(LimitsTest, ElementsAreCounted) {
  JuliaSession session;
  lang::Limits limits;
  limits.max_elements = 1000;
  EXPECT_EQ(session.Evaluate("zeros(100, 100)", limits).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(session.Evaluate("[i for i in 1:2000]", limits).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(WorkspaceTest, KeepsWhatRanBeforeAnError) {
  JuliaSession session;
  EXPECT_FALSE(session.Evaluate("a = 1\nb = nope\nc = 3").ok());
  EXPECT_EQ(session.interpreter().Names(), std::vector<std::string>({"a"}));
}

TEST(WorkspaceTest, NamesAreCheckedAndListedInOrder) {
  JuliaSession session;
  lang::Interpreter& interpreter = session.interpreter();
  ASSERT_TRUE(interpreter.Assign("zeta", Value::Int(1)).ok());
  ASSERT_TRUE(interpreter.Assign("ŷ", Value::Int(2)).ok());
  for (const char* bad : {"", "1x", "a b", "a.b", "end", "+", "a;b", "true"}) {
    EXPECT_EQ(interpreter.Assign(bad, Value()).code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(interpreter.Names(), std::vector<std::string>({"zeta", "ŷ"}));
  EXPECT_EQ(session.Enter("zeta + ŷ"), "3");
  EXPECT_TRUE(interpreter.Erase("zeta"));
  EXPECT_FALSE(interpreter.Erase("zeta"));
  EXPECT_EQ(interpreter.Find("zeta"), nullptr);
}

TEST(WorkspaceTest, ResolveKnowsQualifiedNames) {
  JuliaSession session;
  EXPECT_TRUE(session.interpreter().Resolve("Flux.mse").ok());
  EXPECT_TRUE(session.interpreter().Resolve("Flux.Losses.mse").ok());
  EXPECT_TRUE(session.interpreter().Resolve("sum").ok());
  const absl::Status missing = session.interpreter().Resolve("Flux.nope").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace fluxgate::testing
