#include "server/session/model_check.h"

#include <memory>
#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/value/array.h"
#include "engine/value/ops.h"
#include "engine/value/trace.h"

namespace fluxgate::session {

absl::StatusOr<Value> CallOnPlaceholders(Visit& visit, Trace& trace, const Value& f,
                                         absl::Span<const Value> arguments) {
  std::vector<Value> traced;
  for (const Value& argument : arguments) {
    const auto* array = argument.As<Array>();
    if (array == nullptr) {
      traced.push_back(argument);
      continue;
    }
    FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
    traced.push_back(
        visit.interpreter().context().ops().Wrap(trace.Placeholder(std::move(tensor))));
  }
  return visit.interpreter().Call(f, traced);
}

absl::StatusOr<CheckedCall> CheckCall(Visit& visit, const Value& f,
                                      absl::Span<const Value> arguments) {
  auto trace = std::make_shared<Trace>(visit.host());
  const ScopedTrace scope(visit.interpreter().context().ops(), trace);
  FG_ASSIGN_OR_RETURN(const Value result, CallOnPlaceholders(visit, *trace, f, arguments));
  CheckedCall checked;
  checked.type = visit.interpreter().TypeName(result);
  if (const auto* array = result.As<Array>()) {
    checked.shape = array->shape();
  } else if (result.is_number() || result.is(Kind::kTraced)) {
    checked.shape = Shape();
  }
  for (const ir::Node& node : trace->builder().graph().nodes) {
    checked.activation_bytes += node.shape.num_elements() * SizeOf(node.dtype);
    ++checked.nodes;
  }
  return checked;
}

}  // namespace fluxgate::session
