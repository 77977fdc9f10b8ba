// What train! says of a loss that is no finite number: the op, the layer, the place in the text,
// the batch; and that nothing has changed.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/diagnostics.h"
#include "tests/testing/julia_session.h"

namespace fluxgate::testing {
namespace {

using ::testing::HasSubstr;

struct Case {
  const char* name;
  const char* setup;  // defines m (or parameters), loss, data
  const char* train;
  const char* says;   // a part of the message
  const char* place;  // "REPL[1]:2:3", or "" when no text is to blame
  const char* marks;  // what the carets stand below
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

const Case kCases[] = {
    {"LogOfZero",
     "m = Dense([1f0;;], [0f0])\nloss(m, x, y) = -sum(y .* log.(m(x)))\n"
     "data = [(Float32[1 2], Float32[1 1]), (Float32[3 0], Float32[1 1])]",
     "train!(loss, m, data, Descent(0f0))",
     "Loss is Inf on data item 2, stopping training: log(0.0) is -Inf, at [1, 2] of 1×2 "
     "(epoch 1, batch 2)",
     "REPL[1]:2:27", "log.(m(x))"},
    {"TheSecondLayer",
     "m = Chain(Dense([1f0;;], [0f0]), x -> sqrt.(x .- 1), Dense([1f0;;], [0f0]))\n"
     "loss(m, x, y) = sum(abs2, m(x) .- y)\ndata = [(Float32[3 0.5], Float32[1 1])]",
     "train!(loss, m, data, Descent())",
     "Loss is NaN on data item 1, stopping training: sqrt(-0.5) is NaN in layers[2], at [1, 2] of "
     "1×2 (epoch 1, batch 1)",
     "REPL[1]:1:39", "sqrt.(x .- 1)"},
    {"ALayerInAnother",
     "m = Chain(Dense([1f0;;], [0f0]), Chain(a = identity, b = Dense([2f38;;], [0f0])))\n"
     "loss(m, x, y) = sum(m(x))\ndata = [(Float32[3 4], Float32[1 1])]",
     "train!(loss, m, data, Descent())",
     "the matrix product of 1×1 and 1×2 gives Inf at [1, 1] in layers[2].layers.b; its operands go "
     "up to 2.0e38 and 4.0; numbers so large are often the work of a learning rate too high",
     "REPL[1]:2:21", "m(x)"},
    {"InTheData",
     "m = Dense([1f0;;], [0f0])\nloss(m, input, target) = sum(abs2, m(input) .- target)\n"
     "data = Flux.DataLoader((Float32[1 2 3 NaN 5], Float32[1 2 3 4 5]), batchsize = 2)",
     "train!(loss, m, data, Descent(0f0))",
     "Loss is NaN on data item 2, stopping training: the data input holds NaN at [1, 2], which is "
     "example 4; the first to use it is the matrix product in the model (epoch 1, batch 2)",
     "REPL[1]:2:36", "m(input)"},
    {"InTheTargets",
     "m = Dense([1f0;;], [0f0])\nloss(m, x, y) = sum(abs2, m(x) .- y)\n"
     "data = [(Float32[1 2], Float32[1 Inf])]",
     "train!(loss, m, data, Descent())",
     "Loss is Inf on data item 1, stopping training: the data y holds Inf at [1, 2]; the first to "
     "use it is - (epoch 1, batch 1)",
     "REPL[1]:2:27", "m(x) .- y"},
    {"ZeroByZero",
     "m = Dense([1f0;;], [0f0])\n"
     "function loss(m, x, y)\n  d = sum(m(x) .- m(x))\n  return d / sum(x .- x)\nend\n"
     "data = [(Float32[1 2], Float32[1 1])]",
     "train!(loss, m, data, Descent())", "0.0 / 0.0 is NaN", "REPL[1]:4:10", "d / sum(x .- x)"},
    {"AParameter",
     "m = Dense([1f0;;], [NaN32])\nloss(m, x, y) = sum(abs2, m(x) .- y)\n"
     "data = [(Float32[1 2], Float32[1 2])]",
     "train!(loss, m, data, Descent())", "the parameter bias holds NaN at [1] from the start; ",
     "REPL[1]:2:27", "m(x)"},
    {"ImplicitParameters",
     "W = [1f0;;]; b = [Inf32]\nloss(x, y) = sum(abs2, W * x .+ b .- y)\n"
     "data = [(Float32[1 2], Float32[1 2])]; m = W",
     "train!(loss, Flux.params(W, b), data, Descent())", "`b` holds Inf at [1]", "REPL[1]:2:24",
     "W * x .+ b"},
    {"AStructOfTheUsers",
     "struct Net\n  first\n  second\nend\n(n::Net)(x) = n.second(exp.(n.first(x)))\n"
     "m = Net(Dense([50f0;;], [0f0]), Dense([1f0;;], [0f0]))\n"
     "loss(m, x, y) = sum(m(x))\ndata = [(Float32[2 3], Float32[1 1])]",
     "train!(loss, m, data, Descent())", "exp(100.0) is Inf in the model, at [1, 1] of 1×2",
     "REPL[1]:5:24", "exp.(n.first(x))"},
};

class NotFiniteTest : public ::testing::TestWithParam<Case> {};

TEST_P(NotFiniteTest, IsExplained) {
  const Case& c = GetParam();
  JuliaSession session;
  ASSERT_EQ(session.Enter(absl::StrCat(c.setup, "\nnothing")), "");
  const std::string before = session.Enter("collect(Flux.trainables(m))");
  const auto result = session.Evaluate(c.train);
  ASSERT_EQ(result.status().code(), absl::StatusCode::kInvalidArgument) << result.status();
  const auto diagnostic = GetDiagnostic(result.status());
  ASSERT_TRUE(diagnostic.has_value());
  EXPECT_EQ(diagnostic->kind, "DomainError");
  EXPECT_THAT(diagnostic->message, HasSubstr(c.says));
  EXPECT_EQ(absl::StrCat(diagnostic->source, ":", diagnostic->line, ":", diagnostic->column),
            c.place);
  const size_t line_end = diagnostic->excerpt.find('\n');
  const std::string carets = diagnostic->excerpt.substr(diagnostic->excerpt.find('^'));
  EXPECT_THAT(diagnostic->excerpt.substr(0, line_end), HasSubstr(c.marks));
  EXPECT_EQ(carets, std::string(std::string(c.marks).size(), '^'));
  EXPECT_EQ(session.Enter("collect(Flux.trainables(m))"), before);
}

INSTANTIATE_TEST_SUITE_P(Cases, NotFiniteTest, ::testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

}  // namespace
}  // namespace fluxgate::testing
