#ifndef FLUXGATE_ENGINE_LANG_EXPORT_SCRIPT_WRITER_H_
#define FLUXGATE_ENGINE_LANG_EXPORT_SCRIPT_WRITER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "engine/tensor/tensor.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

class Interpreter;
class ScriptNames;
class ValueText;

// A workspace as a Julia script that makes it anew in Flux.
struct Script {
  std::string text;
  // What the text reads from the file "session.npz" beside it, by the names that it uses.
  std::vector<std::pair<std::string, Tensor>> arrays;
  // What could not be written: "`name`: why".
  std::vector<std::string> left_out;
};

// Writes a script piece by piece:
//
//   using Flux …            what every script needs, and what text has taken from packages
//   saved = npzread(…)      when there are arrays
//   n = 3, struct …         numbers, types and their other names, in the order of definition
//   f(x) = …                functions, as they were typed
//   name = value            the other names, in the order of their first definition
//   if "--train" in ARGS    what trained
//
// REQUIRES: the interpreter's turn, from the first call to Finish.
class ScriptWriter {
 public:
  explicit ScriptWriter(Interpreter& interpreter);
  ~ScriptWriter();

  // Types, functions, names, and what trained. What cannot be written is left out, with a comment
  // in its place. RESOURCE_EXHAUSTED for a script past ValueText::kMaxBytes.
  absl::Status WriteWorkspace();
  // One more name, behind those of the workspace.
  absl::Status WriteName(const std::string& name, const Value& value);
  // The same for one whose expression is known.
  void WriteText(absl::string_view name, absl::string_view expression);
  // An expression for a value, to stand inside of others. FAILED_PRECONDITION when there is none.
  absl::StatusOr<std::string> Expression(const Value& value);
  // A comment above what is written next; lines are separated by '\n', an empty one stays empty.
  void Comment(absl::string_view text);
  // Lines to run when the script is asked to train; behind those that text has typed.
  void WriteTraining(absl::string_view lines);
  // Says in a comment, and in what Finish gives, that something is not there, and why.
  void LeaveOut(const std::string& name, absl::string_view why);
  // A name that neither the workspace nor the script has: `wish`, or `wish` with a number.
  std::string FreshName(const std::string& wish);

  // `title` stands in the first line.
  Script Finish(absl::string_view title);

 private:
  // Numbers, types, other names of types and modules: what definitions may need.
  absl::Status WriteBasics();
  void WriteType(const std::string& name);
  absl::Status WriteFunctions();
  // Of a name of the workspace: what trained with it is left out, too.
  void LeaveOutName(const std::string& name, absl::string_view why);
  void WriteStatements();
  // "using" lines but for those of the head; `packages` receives what they need to be installed.
  std::string Usings(std::vector<std::string>* packages) const;
  void Line(absl::string_view line) { body_.append(line.data(), line.size()).append("\n"); }

  Interpreter& interpreter_;
  const std::unique_ptr<ScriptNames> names_;
  const std::unique_ptr<ValueText> values_;
  std::string body_, training_;
  std::vector<std::string> left_out_;
  std::vector<std::string> missing_;  // By LeaveOutName.
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_EXPORT_SCRIPT_WRITER_H_
