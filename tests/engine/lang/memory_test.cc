// What text can grow is charged to the session's memory, and ends with an error when that is full.

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/base/memory_budget.h"
#include "engine/lang/syntax/diagnostics.h"
#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

constexpr int64_t kLimit = 8 << 20;
// What one built-in may grow by before the next look.
constexpr int64_t kSlack = 2 << 20;

class MemoryTest : public ::testing::TestWithParam<const char*> {
 protected:
  const std::shared_ptr<MemoryBudget> budget_ = std::make_shared<MemoryBudget>(kLimit);
  const ScopedMemoryBudget scope_{budget_};
  JuliaSession session_;
};

TEST_P(MemoryTest, EndsWithAnErrorAndIsFreedAgain) {
  const std::string names = "a = s = d = f = nothing; 1 + 1";
  ASSERT_EQ(session_.Enter(names), "2");
  const int64_t before = budget_->used();
  const absl::Status status = session_.Evaluate(GetParam()).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  const auto diagnostic = GetDiagnostic(status);
  ASSERT_TRUE(diagnostic);
  EXPECT_EQ(diagnostic->kind, "OutOfMemoryError");
  EXPECT_LE(budget_->peak(), kLimit + kSlack);
  EXPECT_EQ(session_.Enter(names), "2");
  EXPECT_LE(budget_->used(), before + (64 << 10));
}

INSTANTIATE_TEST_SUITE_P(
    Grows, MemoryTest,
    ::testing::Values("a = Any[]; while true; push!(a, zeros(10^4)); end",
                      "a = Any[]; while true; push!(a, nothing); end",
                      "a = Any[]; while true; append!(a, Any[:x, :y]); end",
                      "a = [1]; while true; append!(a, a); end",
                      "a = ()\nwhile true\n global a = (a, 1)\nend",
                      "a = nothing\nwhile true\n global a = a => 1\nend",
                      "a = nothing\nwhile true\n global a = Ref(a)\nend",
                      "s = \"a\"\nwhile true\n global s = s * s\nend",
                      "s = \"a\"\nwhile true\n global s = \"$s$s\"\nend",
                      "s = \"a\"\nwhile true\n global s = string(s, s)\nend",
                      "s = \"a\"\nwhile true\n global s = join([s, s], s)\nend",
                      "s = \"a\"\nwhile true\n global s = replace(s, \"a\" => s * \"a\")\nend",
                      "s = \"ab\"^(10^9)", "s = lpad(\"a\", 10^8)",
                      "a = IOBuffer(); while true; print(a, \"some text\"); end",
                      "a = []; while true; push!(a, \"text $(length(a))\"); end",
                      "a = [[string(i, j) for i in 1:10^4] for j in 1:10^4]",
                      "a = [:x for i in 1:10^8]", "a = map(i -> :x, 1:10^8)",
                      "a = collect(enumerate(1:10^8))", "a = ntuple(i -> :x, 10^8)",
                      "a = (1:10^7...,)", "a = fill(:x, 10^8)", "a = repeat([:x], 10^8)",
                      "d = Dict()\ni = 0\nwhile true\n global i += 1\n d[i] = i\nend",
                      "d = Set()\ni = 0\nwhile true\n global i += 1\n push!(d, i)\nend",
                      "f = () -> 1\nwhile true\n global f = let g = f\n  () -> g()\n end\nend",
                      "mutable struct N\n next\nend\na = N(1)\nwhile true\n global a = N(a)\nend"));

TEST_F(MemoryTest, LocalFunctionsThatCallEachOtherEndWithTheirFrame) {
  ASSERT_EQ(session_.Enter("function parity(n)\n"
                           "  even(n) = n == 0 || odd(n - 1)\n"
                           "  odd(n) = n != 0 && even(n - 1)\n"
                           "  even(n)\n"
                           "end\n"
                           "keep() = (a(n) = n == 0 ? 0 : b(n - 1); b(n) = a(n); a)\n"
                           "parity(3)"),
            "false");
  const int64_t before = budget_->used();
  EXPECT_EQ(session_.Enter("for i in 1:1000; parity(4); end; parity(4)"), "true");
  EXPECT_LE(budget_->used(), before + (16 << 10));
  // What leaves the frame goes on.
  EXPECT_EQ(session_.Enter("k = keep(); k(5)"), "0");
}

class CircleTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CircleTest, EndsWithItsWorkspace) {
  const auto budget = std::make_shared<MemoryBudget>(kLimit);
  const ScopedMemoryBudget scope(budget);
  const int64_t before = budget->used();
  {
    JuliaSession session;
    EXPECT_EQ(session.Enter(absl::StrCat(GetParam(), "; nothing")), "");
    EXPECT_GT(budget->used() - before, 8 * 10'000);
  }
  EXPECT_EQ(budget->used(), before);
}

INSTANTIATE_TEST_SUITE_P(
    Holds, CircleTest,
    ::testing::Values(
        "d = Dict(); d[:self] = d; d[:data] = zeros(10_000); d = nothing",
        "a = Any[zeros(10_000)]; push!(a, (1, a)); a = 1",
        "mutable struct N\n next\n data\nend\nn = N(nothing, zeros(10_000)); n.next = n",
        "r = Ref(zeros(10_000)); q = Ref((r, 1)); r[] = q[][1][]; d = Any[r]; push!(d, d); d = r = "
        "q = 0",
        "keep() = (x = zeros(10_000); a(n) = n == 0 ? x : b(n - 1); b(n) = a(n); a); k = keep(); k "
        "= 0",
        "d = Dict(); f = () -> d; d[zeros(10_000)] = f"));

TEST_F(MemoryTest, WhatOnlyFreesMayGoOnPastTheLimit) {
  ASSERT_EQ(session_.Enter("a = zeros(100); 1"), "1");
  budget_->ChargeBeyondLimit(kLimit);
  EXPECT_EQ(session_.Enter("i = 0; while i < 1000; global i += 1; end; a = nothing; i"), "1000");
  budget_->Release(kLimit);
}

}  // namespace
}  // namespace fluxgate::testing
