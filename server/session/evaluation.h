#ifndef FLUXGATE_SERVER_SESSION_EVALUATION_H_
#define FLUXGATE_SERVER_SESSION_EVALUATION_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/value/value.h"
#include "server/session/session.h"

namespace fluxgate::session {

struct Evaluation {
  Value value;       // of the last statement
  std::string show;  // what a prompt prints for it; may be empty
  std::string output;
  struct Input {
    int line = 1;  // of the text, from 1
    std::string output;
    std::string show;
  };
  std::vector<Input> inputs;  // with EvaluateInputs
};

// Runs a text whole, as a script.
absl::StatusOr<Evaluation> EvaluateText(Visit& visit, absl::string_view source,
                                        absl::string_view source_name);
// Runs a text as typed at a prompt, one complete input after the other, until one fails: then
// `error` says why, and what came before it is in the result.
Evaluation EvaluateInputs(Visit& visit, absl::string_view source, absl::string_view source_name,
                          absl::Status* error);

// Whether the error says that the text ended too early, so that more input could mend it.
bool IsIncomplete(const absl::Status& status);

}  // namespace fluxgate::session

#endif  // FLUXGATE_SERVER_SESSION_EVALUATION_H_
