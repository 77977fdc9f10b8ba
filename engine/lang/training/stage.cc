#include "engine/lang/training/stage.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/origins.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

namespace fluxgate::lang {

absl::StatusOr<StagedLoss> StageLoss(Machine& machine, const Value& loss,
                                     absl::Span<const Value> leading, const Value& batch) {
  StagedLoss staged;
  staged.trace = std::make_shared<Trace>(machine.ops().evaluator());
  const ScopedTrace scope(machine.ops(), staged.trace);
  const Machine::Training training(machine);
  auto origins = std::make_shared<Origins>(staged.trace->builder(), loss, leading);
  const Machine::Noting noting(machine, *origins);
  FG_ASSIGN_OR_RETURN(
      const Value inside,
      MapLeaves(batch, [&](const std::string& path, const Value& leaf) -> absl::StatusOr<Value> {
        const Array* array = leaf.As<Array>();
        if (array == nullptr) return leaf;
        FG_ASSIGN_OR_RETURN(Tensor elements, array->Read());
        const ir::NodeId id = staged.trace->Placeholder(std::move(elements));
        staged.batch_inputs.push_back(id);
        origins->AddBatchPath(path);
        auto placed = std::make_shared<Array>(NodeRef{staged.trace, id});
        placed->one_hot = array->one_hot;
        return Value(std::move(placed));
      }));
  std::vector<Value> arguments(leading.begin(), leading.end());
  const Tuple* parts = inside.As<Tuple>();
  if (parts != nullptr) {
    arguments.insert(arguments.end(), parts->elements.begin(), parts->elements.end());
  } else {
    arguments.push_back(inside);
  }
  FG_ASSIGN_OR_RETURN(Value result, machine.CallWith(loss, arguments, {}));
  if (const Tuple* tuple = result.As<Tuple>(); tuple && !tuple->elements.empty()) {
    result = Value(tuple->elements[0]);
  } else if (const NamedTuple* named = result.As<NamedTuple>(); named && !named->values.empty()) {
    result = Value(named->values[0]);
  }
  if (!result.is_number() && !result.is(Kind::kTraced)) {
    return JuliaError("ErrorException",
                      absl::StrCat("the loss must be a number, not ",
                                   result.is(Kind::kArray) ? "an array: perhaps it lacks a sum or "
                                                             "a mean"
                                                           : Repr(result)));
  }
  FG_ASSIGN_OR_RETURN(ir::Expr node, machine.ops().Lift(result));
  if (!IsFloat(node.dtype())) node = ir::Cast(node, DType::kFloat64);
  FG_RETURN_IF_ERROR(staged.trace->builder().status());
  staged.loss = node.id();
  origins->Settle();
  staged.origins = std::move(origins);
  return staged;
}

}  // namespace fluxgate::lang
