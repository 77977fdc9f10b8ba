#include "server/session/model_check.h"

#include <memory>
#include <utility>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/value/array.h"
#include "engine/value/ops.h"
#include "engine/value/trace.h"

namespace fluxgate::session {

absl::StatusOr<CheckedCall> CheckCall(Visit& visit, const Value& f,
                                      absl::Span<const Value> arguments) {
  Ops& ops = visit.interpreter().context().ops();
  auto trace = std::make_shared<Trace>(visit.host());
  ScopedTrace scope(ops, trace);
  std::vector<Value> traced;
  for (const Value& argument : arguments) {
    const auto* array = argument.As<Array>();
    if (array == nullptr) {
      traced.push_back(argument);
      continue;
    }
    FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
    traced.push_back(ops.Wrap(trace->Placeholder(std::move(tensor))));
  }
  FG_ASSIGN_OR_RETURN(Value result, visit.interpreter().Call(f, traced));
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
