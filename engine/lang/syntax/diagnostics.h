#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_DIAGNOSTICS_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_DIAGNOSTICS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate {

// Where and how text failed. Travels as a payload of absl::Status (the status's code says what a
// caller should do; its message is what Julia would print after "ERROR: ").
struct SourceDiagnostic {
  std::string kind;        // Julia's: "UndefVarError", "DimensionMismatch", "ParseError", ...
  std::string message;     // without the kind
  std::string source;      // name of the text; "" when the position is not known yet
  int line = 0;            // 1-based; 0: not known
  int column = 0;          // 1-based, in characters
  std::string excerpt;     // the line, and below it carets
  std::string suggestion;  // the nearest name, or ""
  std::vector<std::string> trace;  // "f at REPL[1]:2", innermost first
};

// An error of Julia's kind without a position: the interpreter adds that. The code is
// INVALID_ARGUMENT but for kinds that say otherwise (OutOfMemoryError and StackOverflowError are
// RESOURCE_EXHAUSTED, InterruptException CANCELLED).
absl::Status JuliaError(absl::string_view kind, absl::string_view message);

absl::optional<SourceDiagnostic> GetDiagnostic(const absl::Status& status);
absl::Status WithDiagnostic(const absl::Status& status, const SourceDiagnostic& diagnostic);
// Adds the position if the status has none yet. A status without a diagnostic (an engine error such
// as a shape mismatch) gets one, with kind DimensionMismatch, ArgumentError, OutOfMemoryError, ...
absl::Status AtSource(const absl::Status& status, const lang::Source& source, lang::Span span);

struct Position {
  int line = 1, column = 1;  // column in characters
};
Position PositionAt(const lang::Source& source, int32_t offset);

// "ERROR: UndefVarError: `foo` not defined\n ... excerpt ...": what a prompt shows.
std::string FormatError(const absl::Status& status);

// The candidate nearest to `name` (edit distance of at most a third of its length), or "".
std::string NearestName(absl::string_view name, const std::vector<std::string>& candidates);

}  // namespace fluxgate

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_DIAGNOSTICS_H_
