#include "engine/lang/syntax/diagnostics.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace fluxgate {
namespace {

using lang::Source;

TEST(DiagnosticsTest, KindsHaveCodes) {
  EXPECT_EQ(JuliaError("DomainError", "x").code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(JuliaError("OutOfMemoryError", "").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(JuliaError("StackOverflowError", "").code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(JuliaError("InterruptException", "").code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(JuliaError("StackOverflowError", "").message(), "StackOverflowError:");
  EXPECT_EQ(JuliaError("ErrorException", "boo").message(), "boo");
}

TEST(DiagnosticsTest, SurvivesAsAPayload) {
  SourceDiagnostic d;
  d.kind = "UndefVarError";
  d.message = "`fo: 3` not\ndefined";
  d.source = "REPL[2]";
  d.line = 3;
  d.column = 7;
  d.excerpt = "a\n^";
  d.suggestion = "foo";
  d.trace = {"f at REPL[1]:2", ""};
  const auto read = GetDiagnostic(WithDiagnostic(absl::NotFoundError("x"), d));
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->kind, d.kind);
  EXPECT_EQ(read->message, d.message);
  EXPECT_EQ(read->source, d.source);
  EXPECT_EQ(read->line, d.line);
  EXPECT_EQ(read->column, d.column);
  EXPECT_EQ(read->excerpt, d.excerpt);
  EXPECT_EQ(read->suggestion, d.suggestion);
  EXPECT_EQ(read->trace, d.trace);
  EXPECT_FALSE(GetDiagnostic(absl::NotFoundError("x")).has_value());
}

TEST(DiagnosticsTest, ADamagedPayloadIsNone) {
  absl::Status status = absl::InternalError("x");
  for (const char* payload :
       {"", "5:ab", "x", "1:a1:b1:c1:d1:e1:x1:11:1", "99999999999999999999:"}) {
    status.SetPayload("fluxgate.dev/SourceDiagnostic", absl::Cord(payload));
    EXPECT_FALSE(GetDiagnostic(status).has_value()) << payload;
  }
}

TEST(DiagnosticsTest, EngineErrorsGetTheirKindAndPlace) {
  const Source source{"REPL[1]", "W = 1\nŷ = W * x"};
  const absl::Status status =
      AtSource(absl::InvalidArgumentError("DimensionMismatch: arrays could not be broadcast"),
               source, {11, 16});
  const auto d = GetDiagnostic(status);
  ASSERT_TRUE(d.has_value());
  EXPECT_EQ(d->kind, "DimensionMismatch");
  EXPECT_EQ(d->message, "arrays could not be broadcast");
  EXPECT_EQ(d->line, 2);
  EXPECT_EQ(d->column, 5);
  EXPECT_EQ(d->excerpt, "ŷ = W * x\n    ^^^^^");
  EXPECT_EQ(status.message(), "DimensionMismatch: arrays could not be broadcast");
  // The innermost place stays.
  EXPECT_EQ(GetDiagnostic(AtSource(status, source, {0, 1}))->line, 2);

  EXPECT_EQ(
      GetDiagnostic(AtSource(absl::ResourceExhaustedError("no memory"), source, {0, 1}))->kind,
      "OutOfMemoryError");
  EXPECT_EQ(GetDiagnostic(AtSource(absl::CancelledError("stop"), source, {0, 1}))->kind,
            "InterruptException");
  EXPECT_EQ(GetDiagnostic(AtSource(absl::InvalidArgumentError("bad"), source, {0, 1}))->kind,
            "ArgumentError");
  EXPECT_TRUE(AtSource(absl::OkStatus(), source, {0, 1}).ok());
}

TEST(DiagnosticsTest, KeepsCodeAndOtherPayloads) {
  absl::Status status = absl::DeadlineExceededError("late");
  status.SetPayload("other", absl::Cord("kept"));
  const absl::Status placed = AtSource(status, {"s", "x"}, {0, 1});
  EXPECT_EQ(placed.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(placed.GetPayload("other"), absl::Cord("kept"));
}

TEST(DiagnosticsTest, FormatsAsAPrompt) {
  const Source source{"REPL[3]", "x + foo"};
  absl::Status status = JuliaError("UndefVarError", "`foo` not defined");
  EXPECT_EQ(FormatError(status), "ERROR: UndefVarError: `foo` not defined");
  SourceDiagnostic d = *GetDiagnostic(AtSource(status, source, {4, 7}));
  d.suggestion = "fob";
  d.trace = {"f at REPL[1]:2"};
  EXPECT_EQ(FormatError(WithDiagnostic(status, d)),
            "ERROR: UndefVarError: `foo` not defined\n"
            "Suggestion: did you mean `fob`?\n"
            "  @ REPL[3]:1:5\n"
            "    x + foo\n"
            "        ^^^\n"
            "Stacktrace:\n"
            " [1] f at REPL[1]:2");
  EXPECT_EQ(FormatError(absl::InternalError("boo")), "ERROR: boo");
}

TEST(DiagnosticsTest, LongLinesAreCut) {
  const Source source{"s", std::string(1000, 'a') + "!" + std::string(1000, 'b')};
  const std::string excerpt =
      GetDiagnostic(AtSource(absl::InternalError("x"), source, {1000, 1001}))->excerpt;
  EXPECT_EQ(excerpt, "…" + std::string(60, 'a') + "!" + std::string(59, 'b') + "…\n" +
                         std::string(61, ' ') + "^");
}

TEST(DiagnosticsTest, SpansOutsideTheTextAreClamped) {
  const Source source{"s", "ab\n"};
  const auto d = GetDiagnostic(AtSource(absl::InternalError("x"), source, {50, 20}));
  ASSERT_TRUE(d.has_value());
  EXPECT_EQ(d->line, 2);
  EXPECT_EQ(d->column, 1);
}

TEST(DiagnosticsTest, NearestName) {
  const std::vector<std::string> names = {"predict", "loss", "gradient", "x", "ŷ", "mean", "Dense"};
  EXPECT_EQ(NearestName("pedict", names), "predict");
  EXPECT_EQ(NearestName("predcit", names), "predict");
  EXPECT_EQ(NearestName("lossy", names), "loss");
  EXPECT_EQ(NearestName("dense", names), "Dense");
  EXPECT_EQ(NearestName("gradients", names), "gradient");
  EXPECT_EQ(NearestName("foo", names), "");
  EXPECT_EQ(NearestName("y", names), "");
  EXPECT_EQ(NearestName(std::string(1000, 'a'), names), "");
}

}  // namespace
}  // namespace fluxgate
