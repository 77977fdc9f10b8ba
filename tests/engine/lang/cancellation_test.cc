// Built-ins that work for long look now and then at whether the evaluation may go on.

#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "engine/lang/interpreter.h"
#include "tests/testing/test_host.h"

namespace fluxgate::testing {
namespace {

// Cancels at a pause of the caller's choice.
class StoppingHost : public TestHost {
 public:
  absl::Status Pause() override {
    return --pauses_left == 0 ? absl::CancelledError("enough") : TestHost::Pause();
  }
  int64_t pauses_left = 0;  // Never, when it is not positive.
};

struct Long {
  const char* given;
  const char* work;
};
void PrintTo(const Long& c, std::ostream* out) { *out << c.work; }

class CancellationTest : public ::testing::TestWithParam<Long> {};

TEST_P(CancellationTest, StopsInsideOneCall) {
  StoppingHost host;
  lang::Interpreter interpreter(host);
  ASSERT_TRUE(interpreter.Evaluate("given", GetParam().given).ok());
  // The first pause is the statement's.
  host.pauses_left = 3;
  EXPECT_EQ(interpreter.Evaluate("work", GetParam().work).status().code(),
            absl::StatusCode::kCancelled);
  host.pauses_left = 0;
  EXPECT_TRUE(interpreter.Evaluate("after", "1 + 1").ok());
}

INSTANTIATE_TEST_SUITE_P(
    Work, CancellationTest,
    ::testing::Values(
        Long{"a = rand(200_000)", "sort(a)"}, Long{"a = rand(200_000)", "sortperm(a; rev = true)"},
        Long{"a = rand(200_000)", "unique(a)"}, Long{"a = rand(200_000)", "Set(a)"},
        Long{"a = Any[:x]; b = fill(:x, 200_000)", "append!(a, b)"},
        Long{"a = fill(\"x\", 200_000)", "join(a, \",\")"},
        Long{"a = \"x\"^200_000", "replace(a, \"y\" => \"z\")"}, Long{"", "\"x\"^10_000_000"},
        Long{"a = \"x\"^200_000", "map(c -> c, a)"}, Long{"a = \"x y \"^100_000", "split(a)"},
        Long{"a = \"x\"^200_000", "uppercase(a)"}, Long{"a = \"x\"^200_000", "reverse(a)"},
        Long{"a = collect(1:200_000)", "foldl(+, a)"},
        Long{"a = zip(1:200_000, 1:200_000)", "collect(a)"}, Long{"a = ones(900, 900)", "a * a"},
        Long{"a = [i == j for i in 1:200, j in 1:200] .+ 0.0", "inv(a)"},
        Long{"using Statistics; a = rand(200_000)", "median(a)"}));

}  // namespace
}  // namespace fluxgate::testing
