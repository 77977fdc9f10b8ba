#ifndef FLUXGATE_ENGINE_LANG_INTERPRETER_H_
#define FLUXGATE_ENGINE_LANG_INTERPRETER_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"
#include "engine/lang/builtin.h"
#include "engine/lang/gradient/derivative_text.h"
#include "engine/lang/host.h"
#include "engine/lang/limits.h"
#include "engine/nn/context.h"
#include "engine/value/heap.h"
#include "engine/value/value.h"

namespace fluxgate::lang {

class Machine;
struct Node;
struct Program;

struct EvaluationResult {
  Value value;          // of the last statement
  bool show = false;    // false after a trailing ';' or for nothing
  std::string display;  // as Julia's REPL prints the value; "" when !show
};

// A workspace and the language that runs in it: the Julia subset of docs/language.md. One thread at
// a time (the session's turn).
class Interpreter {
 public:
  explicit Interpreter(Host& host);
  ~Interpreter();

  // Runs a whole text, statement by statement, with the REPL's soft scope. What ran before an error
  // stays, as at a prompt.
  absl::StatusOr<EvaluationResult> Evaluate(std::string source_name, std::string text,
                                            const Limits& limits = {});
  // The same for a text that is not a prompt's input, as an argument: `ans` stays, nothing is
  // shown.
  absl::StatusOr<Value> Run(std::string source_name, std::string text, const Limits& limits = {});

  // ---- The workspace: names that the user made (built-in names are not listed) ----
  const Value* Find(absl::string_view name) const;
  // A user's name or a built-in one, qualified or not ("Flux.mse"). NOT_FOUND suggests the nearest.
  absl::StatusOr<Value> Resolve(absl::string_view name) const;
  // The known name that an unknown one may stand for; empty when none is near.
  std::string Suggestion(absl::string_view name) const;
  absl::Status Assign(absl::string_view name, Value value);  // INVALID_ARGUMENT: not an identifier
  bool Erase(absl::string_view name);
  std::vector<std::string> Names() const;  // in order of first definition

  // Calls any callable: user functions, layers, built-ins, constructors.
  absl::StatusOr<Value> Call(const Value& f, absl::Span<const Value> arguments,
                             const Keywords& keywords = {}, const Limits& limits = {});

  // Stages loss(model..., batch...) for the trainer: `batch` is the tuple of data arguments.
  absl::StatusOr<StagedLoss> StageLoss(const Value& loss, absl::Span<const Value> leading,
                                       const Value& batch);
  // The error of a training step whose loss is no finite number, for TrainRequest::explain.
  absl::Status ExplainNotFinite(const FailedStep& step);

  // The derivatives of f by its parameters as Julia text; see gradient/derivative_text.h.
  absl::StatusOr<std::vector<DerivativeText>> DeriveText(const Value& f,
                                                         absl::Span<const Value> arguments,
                                                         int order);

  // Text of a value as the REPL shows it, and as it stands inside other values.
  std::string Display(const Value& value) const;
  std::string Repr(const Value& value) const;
  // Julia's typeof as text.
  std::string TypeName(const Value& value) const;

  // While it lives others may evaluate here, although an evaluation stands between two of its
  // statements, or in Host::Train between two steps.
  class Interlude {
   public:
    explicit Interlude(Interpreter& interpreter);
    ~Interlude();
    Interlude(const Interlude&) = delete;
    Interlude& operator=(const Interlude&) = delete;

   private:
    struct State;
    const std::unique_ptr<State> state_;
  };

  // What text and its callers make here belongs to it: make it current before values are made.
  const std::shared_ptr<Heap>& heap() const { return heap_; }

  nn::Context& context();  // of this interpreter, in test mode
  Host& host();
  // For the other parts of the language.
  Machine& machine() { return *machine_; }

 private:
  absl::StatusOr<std::shared_ptr<const Program>> ParseOnce(std::string source_name,
                                                           std::string text);
  absl::StatusOr<Value> RunProgram(const std::shared_ptr<const Program>& program,
                                   const Limits& limits, const Node** last);

  const std::shared_ptr<Heap> heap_ = std::make_shared<Heap>();
  std::unique_ptr<Machine> machine_;
  // Short texts that Run has parsed, by name and text: callers send the same arguments again and
  // again.
  absl::flat_hash_map<std::string, std::shared_ptr<const Program>> parsed_;
};

}  // namespace fluxgate::lang

#endif  // FLUXGATE_ENGINE_LANG_INTERPRETER_H_
