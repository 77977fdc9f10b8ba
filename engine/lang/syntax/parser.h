#ifndef FLUXGATE_ENGINE_LANG_SYNTAX_PARSER_H_
#define FLUXGATE_ENGINE_LANG_SYNTAX_PARSER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "engine/lang/syntax/ast.h"

namespace fluxgate::lang {

struct ParseOptions {
  int max_depth = 400;          // of nesting in the text; INVALID_ARGUMENT past it
  int max_height = 1000;        // of the tree: a + b + … may be this long
  int64_t max_bytes = 1 << 20;  // of text
};

// Parses Julia text. A syntax error is INVALID_ARGUMENT with a SourceDiagnostic payload (see
// diagnostics.h), kind "ParseError". `incomplete`, when given, tells whether more input could mend
// it (an open bracket, a missing `end`): what a prompt asks before it evaluates.
absl::StatusOr<std::shared_ptr<const Program>> Parse(std::string source_name, std::string text,
                                                     const ParseOptions& options = {},
                                                     bool* incomplete = nullptr);

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_SYNTAX_PARSER_H_
