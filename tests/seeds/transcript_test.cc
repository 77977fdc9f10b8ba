#include "tests/seeds/transcript.h"

#include <map>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/syntax/parser.h"
#include "gtest/gtest.h"
#include "tests/seeds/compare.h"
#include "tests/seeds/repairs.h"

namespace fluxgate::seeds {
namespace {

constexpr char kData[] = "tests/seeds/data";

std::map<std::string, Step> StepsByName() {
  std::map<std::string, Step> result;
  for (const SeedFile& file : SeedFiles()) {
    const auto steps = LoadSeed(file, kData);
    EXPECT_TRUE(steps.ok()) << steps.status();
    if (!steps.ok()) continue;
    for (const Step& step : *steps) result[absl::StrCat(step.block, "/", step.index)] = step;
  }
  return result;
}

TEST(TranscriptTest, EveryBlockAndStepIsFound) {
  for (const SeedFile& file : SeedFiles()) {
    SCOPED_TRACE(file.id);
    const auto steps = LoadSeed(file, kData);
    ASSERT_TRUE(steps.ok()) << steps.status();
    std::set<std::string> blocks;
    for (const Step& step : *steps) blocks.insert(step.block);
    EXPECT_EQ(static_cast<int>(blocks.size()), file.blocks);
    EXPECT_EQ(static_cast<int>(steps->size()), file.steps);
  }
}

TEST(TranscriptTest, EveryInputParses) {
  for (const auto& [name, step] : StepsByName()) {
    SCOPED_TRACE(name);
    for (const std::string& source : {step.input, step.before}) {
      const auto program = lang::Parse(name, source);
      EXPECT_TRUE(program.ok()) << FormatError(program.status());
    }
  }
}

TEST(TranscriptTest, ReadsEachContainer) {
  const auto steps = StepsByName();
  EXPECT_EQ(steps.at("S0.1/2").input, "actual(x) = 4x + 2");
  EXPECT_EQ(steps.at("S0.1/2").output, "actual (generic function with 1 method)");
  EXPECT_EQ(steps.at("S0.1/2").line, 26);
  EXPECT_EQ(steps.at("S0.1/1").output, "");
  EXPECT_EQ(steps.at("S0.9/1").input, "train!(loss, predict, data, opt)");
  EXPECT_EQ(steps.at("S0.12/1").input, "for epoch in 1:200\ntrain!(loss, predict, data, opt)\nend");
  EXPECT_EQ(steps.at("S2.5/1").output,
            "1×6 Matrix{Float32}:\n 0.0  0.906654  1.81331  2.71996  3.62662  4.53327");
  EXPECT_EQ(steps.at("S2.13/2").output, "1×5 Matrix{Int64}:\n 26  30  34  38  42");
  EXPECT_EQ(steps.at("S3.3/3").input,
            "gs = gradient(params(x, y)) do\n         f(x, y)\n       end");
  EXPECT_EQ(steps.at("S3.3/3").output, "Grads(...)");
  EXPECT_EQ(steps.at("S3.13/1").input, "m = Dense(5, 2) ∘ Dense(10, 5, σ)\n\nm(rand(10))");
  EXPECT_EQ(steps.at("S4.4/1").output,
            "1×2×3 Array{Float32, 3}:\n[:, :, 1] =\n 1.0  1.0\n\n[:, :, 2] =\n 1.0  1.0\n\n"
            "[:, :, 3] =\n 1.0  1.0");
  EXPECT_EQ(steps.at("S4.28/1").input, "W̄ = gs[W]");
  EXPECT_EQ(steps.at("S4.14/1").output, "");
}

TEST(TranscriptTest, RepairsAreNamedAndEachIsOfOneStep) {
  std::set<std::string> seen;
  for (const Repair& repair : Repairs()) {
    EXPECT_FALSE(repair.name.empty());
    EXPECT_TRUE(seen.insert(absl::StrCat(repair.block, "/", repair.step)).second)
        << repair.block << " step " << repair.step;
  }
  std::vector<Step> none;
  EXPECT_EQ(ApplyRepairs("S0", &none).code(), absl::StatusCode::kNotFound);
}

TEST(TranscriptTest, UndoesDoubleEncoding) {
  EXPECT_EQ(*UndoDoubleEncoding("1Ã—2 WÌ„ Ïƒ âˆ˜"), "1×2 W̄ σ ∘");
  EXPECT_FALSE(UndoDoubleEncoding("σ").ok());
  EXPECT_FALSE(UndoDoubleEncoding("é").ok());
}

TEST(TranscriptTest, Compares) {
  auto differs = [](Check check, const char* expected, const char* actual, double tolerance = 0) {
    Step step;
    step.check = check;
    step.output = expected;
    step.tolerance = tolerance;
    return !Difference(step, actual).empty();
  };
  EXPECT_FALSE(differs(Check::kText, "26", "26"));
  EXPECT_TRUE(differs(Check::kText, "26", "26.0"));
  EXPECT_FALSE(differs(Check::kNumbers, "122.64734f0", "122.64735f0"));
  EXPECT_TRUE(differs(Check::kNumbers, "122.64734f0", "122.6474f0"));
  EXPECT_TRUE(differs(Check::kNumbers, "122.64734f0", "122.64734"));
  EXPECT_FALSE(differs(Check::kNumbers, "0.00339581f0", "0.003397f0", 3e-6));
  EXPECT_TRUE(differs(Check::kNumbers, "0.00339581f0", "0.0034f0", 3e-6));
  EXPECT_FALSE(differs(Check::kShape, "2-element Vector{Float64}:\n -1.2\n  1.0",
                       "2-element Vector{Float64}:\n 1.0e-5\n 0.25"));
  EXPECT_TRUE(differs(Check::kShape, "2-element Vector{Float64}:\n 1.0\n 1.0",
                      "2-element Vector{Float32}:\n 1.0\n 1.0"));
  EXPECT_TRUE(differs(Check::kShape, "2-element Vector{Float64}:\n 1.0\n 1.0",
                      "3-element Vector{Float64}:\n 1.0\n 1.0\n 1.0"));
  EXPECT_TRUE(differs(Check::kShape, "2×5 Matrix{Int64}:\n 1", "2×6 Matrix{Int64}:\n 1"));
  EXPECT_FALSE(differs(Check::kShape, "#5 (generic function with 1 method)",
                       "#12 (generic function with 1 method)"));
}

}  // namespace
}  // namespace fluxgate::seeds
