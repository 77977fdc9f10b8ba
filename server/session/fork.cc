#include "server/session/fork.h"

#include <memory>
#include <utility>

#include "engine/base/status_macros.h"
#include "engine/lang/workspace_copy.h"

namespace fluxgate::session {
namespace {

absl::StatusOr<ModelState> CopyState(const ModelState& state, lang::WorkspaceCopy& copy) {
  ModelState made = state;
  for (Value* value : {&made.model, &made.loss, &made.rule, &made.optimiser, &made.gradient}) {
    FG_ASSIGN_OR_RETURN(*value, copy.Copy(*value));
  }
  if (made.run.has_value()) {
    for (std::weak_ptr<Object>* data : {&made.run->x, &made.run->y}) {
      const std::shared_ptr<Object> original = data->lock();
      if (original == nullptr) continue;
      FG_ASSIGN_OR_RETURN(const Value copied, copy.Copy(Value(original)));
      *data = copied.object();
    }
  }
  made.job.clear();
  made.marks = nullptr;
  return made;
}

}  // namespace

absl::Status CopySession(Visit& from, Session& fork) {
  // What the copy's objects take is the copy's.
  FG_ASSIGN_OR_RETURN(std::unique_ptr<Visit> to, fork.Enter(from.context()));
  lang::WorkspaceCopy copy(from.interpreter(), to->interpreter());
  FG_RETURN_IF_ERROR(copy.CopyNames());
  for (const auto& [name, state] : from.states()) {
    FG_ASSIGN_OR_RETURN(to->states()[name], CopyState(state, copy));
  }
  to->host().keys() = from.host().keys();
  to->inputs() = from.inputs();
  return absl::OkStatus();
}

}  // namespace fluxgate::session
