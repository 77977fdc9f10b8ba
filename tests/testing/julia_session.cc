#include "tests/testing/julia_session.h"

#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/lang/syntax/diagnostics.h"

namespace fluxgate::testing {

absl::StatusOr<lang::EvaluationResult> JuliaSession::Evaluate(const std::string& text,
                                                              const lang::Limits& limits) {
  return interpreter_.Evaluate(absl::StrCat("REPL[", ++inputs_, "]"), text, limits);
}

std::string JuliaSession::Enter(const std::string& text, const lang::Limits& limits) {
  const auto result = Evaluate(text, limits);
  std::string shown = host_.TakeOutput();
  if (result.ok()) return shown + result->display;
  const auto diagnostic = GetDiagnostic(result.status());
  if (!diagnostic) return absl::StrCat(shown, "ERROR: ", result.status().ToString());
  return absl::StrCat(shown, "ERROR: ", diagnostic->kind, ": ", diagnostic->message);
}

std::string Show(const JuliaCase& c) {
  JuliaSession session;
  std::string shown;
  for (absl::string_view text : absl::StrSplit(c.source, "\n---\n")) {
    shown = session.Enter(std::string(text));
  }
  return shown;
}

}  // namespace fluxgate::testing
