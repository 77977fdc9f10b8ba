#include "server/session/evaluation.h"

#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "engine/lang/syntax/parser.h"

namespace fluxgate::session {
namespace {

constexpr char kIncomplete[] = "fluxgate/incomplete";

bool IsBlank(absl::string_view text) {
  return text.find_first_not_of(" \t\r\n") == absl::string_view::npos;
}

// Whether more lines could complete the text.
bool WantsMore(absl::string_view text) {
  bool incomplete = false;
  const bool parsed = lang::Parse("", std::string(text), {}, &incomplete).ok();
  return !parsed && incomplete;
}

// For each line whether a statement that holds it goes on in the next one: there is no need to ask
// whether the text up to there wants more, which would take the square of a long text's length. No
// line is marked in a text with syntax errors.
std::vector<bool> GoesOn(absl::string_view source, size_t num_lines) {
  std::vector<bool> goes_on(num_lines, false);
  auto program = lang::Parse("", std::string(source));
  if (!program.ok()) return goes_on;
  size_t line = 0;
  int64_t at = 0;
  const auto line_of = [&](int64_t offset) {
    for (; at < offset; ++at) line += source[at] == '\n' ? 1 : 0;
    return line;
  };
  for (const lang::NodePtr& statement : (*program)->statements) {
    const size_t begin = line_of(statement->span.begin);
    const size_t end = line_of(statement->span.end);
    for (size_t i = begin; i < end; ++i) goes_on[i] = true;
  }
  return goes_on;
}

}  // namespace

bool IsIncomplete(const absl::Status& status) { return status.GetPayload(kIncomplete).has_value(); }

absl::StatusOr<Evaluation> EvaluateText(Visit& visit, absl::string_view source,
                                        absl::string_view source_name) {
  const std::string name = source_name.empty() ? visit.NextSourceName() : std::string(source_name);
  absl::StatusOr<lang::EvaluationResult> result =
      visit.interpreter().Evaluate(name, std::string(source));
  if (!result.ok()) {
    absl::Status status = std::move(result).status();
    if (absl::IsInvalidArgument(status) && WantsMore(source)) {
      status.SetPayload(kIncomplete, absl::Cord("1"));
    }
    return status;
  }
  Evaluation evaluation;
  evaluation.value = std::move(result->value);
  evaluation.show = result->show ? std::move(result->display) : "";
  evaluation.output = visit.TakeOutput();
  return evaluation;
}

Evaluation EvaluateInputs(Visit& visit, absl::string_view source, absl::string_view source_name,
                          absl::Status* error) {
  Evaluation all;
  std::string input;
  int line = 0, first = 1;
  const std::vector<absl::string_view> lines = absl::StrSplit(source, '\n');
  const std::vector<bool> goes_on = GoesOn(source, lines.size());
  for (size_t i = 0; i < lines.size(); ++i) {
    ++line;
    if (input.empty()) first = line;
    absl::StrAppend(&input, lines[i], "\n");
    if (IsBlank(input)) {
      input.clear();
      continue;
    }
    *error = visit.Pause();
    if (!error->ok()) return all;
    if (goes_on[i] || (i + 1 < lines.size() && WantsMore(input))) continue;
    absl::StatusOr<Evaluation> one = EvaluateText(visit, input, source_name);
    if (!one.ok()) {
      // What it printed before it failed.
      std::string output = visit.TakeOutput();
      if (!output.empty()) all.inputs.push_back({first, std::move(output), ""});
      *error = one.status();
      return all;
    }
    input.clear();
    all.value = std::move(one->value);
    all.show = one->show;
    all.inputs.push_back({first, std::move(one->output), std::move(one->show)});
  }
  return all;
}

}  // namespace fluxgate::session
