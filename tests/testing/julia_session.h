#ifndef FLUXGATE_TESTS_TESTING_JULIA_SESSION_H_
#define FLUXGATE_TESTS_TESTING_JULIA_SESSION_H_

#include <ostream>
#include <string>

#include "absl/status/statusor.h"
#include "engine/lang/interpreter.h"
#include "tests/testing/test_host.h"

namespace fluxgate::testing {

// A workspace on a TestHost, entered line by line as at a prompt.
class JuliaSession {
 public:
  JuliaSession() : interpreter_(host_) {}

  // What the prompt prints for the text: what it printed itself, then the last value; for an error
  // "ERROR: kind: message" in one line, without the excerpt.
  std::string Enter(const std::string& text, const lang::Limits& limits = {});
  absl::StatusOr<lang::EvaluationResult> Evaluate(const std::string& text,
                                                  const lang::Limits& limits = {});

  TestHost& host() { return host_; }
  lang::Interpreter& interpreter() { return interpreter_; }

 private:
  TestHost host_;
  lang::Interpreter interpreter_;
  int inputs_ = 0;
};

// A row of a table: texts entered one after the other (separated by a line of "---"), and what the
// last one shows.
struct JuliaCase {
  const char* source;
  const char* shown;
};
inline void PrintTo(const JuliaCase& c, std::ostream* out) { *out << c.source; }

// Runs a row in a workspace of its own.
std::string Show(const JuliaCase& c);

}  // namespace fluxgate::testing

#endif  // FLUXGATE_TESTS_TESTING_JULIA_SESSION_H_
