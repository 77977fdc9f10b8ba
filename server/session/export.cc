#include "server/session/export.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/optim/update.h"
#include "server/session/workspace.h"

namespace fluxgate::session {
namespace {

// How the script says the loss: by its name, if it still has it.
absl::StatusOr<std::string> LossText(Visit& visit, const std::string& model,
                                     const ModelState& state, lang::ScriptWriter& writer) {
  const Value* named = visit.interpreter().Find(state.loss_text);
  if (named != nullptr && named->IdenticalTo(state.loss)) return state.loss_text;
  std::string text;
  if (state.loss_of_prediction) {
    FG_ASSIGN_OR_RETURN(const Value function,
                        FunctionOf(visit, state.loss_text, "loss", Sort::kLoss));
    FG_ASSIGN_OR_RETURN(const std::string built_in, writer.Expression(function));
    text = absl::StrCat("(model, x, y) -> ", built_in, "(model(x), y)");
  } else {
    FG_ASSIGN_OR_RETURN(text, writer.Expression(state.loss));
  }
  const std::string name = writer.FreshName(model + "_loss");
  writer.WriteText(name, text);
  return name;
}

// What typed training remembers of the model `name`, as lines behind those of the workspace.
absl::Status WriteTraining(Visit& visit, const std::string& name, const ModelState& state,
                           lang::ScriptWriter& writer) {
  writer.Comment(absl::StrCat("\nTrain has made ", Counted(state.step, "step"), " of ", name,
                              " with this loss and this optimiser."));
  FG_ASSIGN_OR_RETURN(const std::string loss, LossText(visit, name, state, writer));
  const std::string optimiser = writer.FreshName(name + "_optimiser");
  if (state.optimiser.is_nothing() || !optim::KeepsState(state.rule)) {
    FG_ASSIGN_OR_RETURN(const std::string rule, writer.Expression(state.rule));
    writer.WriteText(optimiser, absl::StrCat("Flux.setup(", rule, ", ", name, ")"));
  } else {
    FG_RETURN_IF_ERROR(writer.WriteName(optimiser, state.optimiser));
  }
  if (!state.run.has_value()) return absl::OkStatus();

  const ModelState::Run& run = *state.run;
  const std::shared_ptr<Object> x = run.x.lock(), y = run.y.lock();
  if (x == nullptr || (run.has_targets && y == nullptr)) {
    writer.WriteTraining(absl::StrCat("# The data that ", name,
                                      " was trained on came with the call and left with it."));
    return absl::OkStatus();
  }
  FG_ASSIGN_OR_RETURN(std::string data, writer.Expression(Value(x)));
  if (run.has_targets) {
    FG_ASSIGN_OR_RETURN(const std::string targets, writer.Expression(Value(y)));
    absl::StrAppend(&data, ", ", targets);
  } else {
    data += ",";
  }
  std::string batches = absl::StrCat("[(", data, ")]");
  if (run.batch_size > 0) {
    batches = absl::StrCat("Flux.DataLoader((", data, "), batchsize = ", run.batch_size,
                           run.shuffle ? ", shuffle = true" : "",
                           run.partial ? "" : ", partial = false", ")");
  }
  writer.WriteTraining(absl::StrCat("for epoch in 1:", run.epochs, "\n    Flux.train!(", loss, ", ",
                                    name, ", ", batches, ", ", optimiser, ")\nend"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Script> ExportSession(Visit& visit) {
  lang::ScriptWriter writer(visit.interpreter());
  FG_RETURN_IF_ERROR(writer.WriteWorkspace());
  for (const auto& [name, state] : visit.states()) {
    const Value* model = visit.interpreter().Find(name);
    const bool trained = !state.rule.is_nothing() && !state.loss.is_nothing();
    if (model == nullptr || !model->IdenticalTo(state.model) || !trained) continue;
    const absl::Status written = WriteTraining(visit, name, state, writer);
    if (absl::IsResourceExhausted(written) || absl::IsCancelled(written) ||
        absl::IsDeadlineExceeded(written)) {
      return written;
    }
    if (!written.ok()) writer.LeaveOut("the training of " + name, written.message());
  }
  return writer.Finish(
      absl::StrCat("The session \"", visit.session().name(), "\" of Fluxgate, for Flux 0.16."));
}

}  // namespace fluxgate::session
