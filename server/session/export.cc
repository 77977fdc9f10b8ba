#include "server/session/export.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/optim/update.h"
#include "server/session/workspace.h"

namespace fluxgate::session {
namespace {

// What typed training remembers of the model `name`, as lines behind those of the workspace.
absl::Status WriteTraining(Visit& visit, const std::string& name, const ModelState& state,
                           lang::ScriptWriter& writer) {
  writer.Comment(absl::StrCat("\nTrain has made ", Counted(state.step, "step"), " of ", name,
                              " with this loss and this optimiser."));
  std::string loss = state.loss_text;
  if (state.loss_of_prediction) {
    FG_ASSIGN_OR_RETURN(const Value function, FunctionOf(visit, loss, "loss", Sort::kLoss));
    FG_ASSIGN_OR_RETURN(const std::string built_in, writer.Expression(function));
    loss = state.run.has_value() && !state.run->has_targets
               ? built_in
               : absl::StrCat("(model, x, y) -> ", built_in, "(model(x), y)");
  }
  if (visit.interpreter().Find(loss) == nullptr) {
    const std::string text = std::exchange(loss, writer.FreshName(name + "_loss"));
    writer.WriteText(loss, text);
  }
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
    FG_RETURN_IF_ERROR(WriteTraining(visit, name, state, writer));
  }
  return writer.Finish(
      absl::StrCat("The session \"", visit.session().name(), "\" of Fluxgate, for Flux 0.16."));
}

}  // namespace fluxgate::session
