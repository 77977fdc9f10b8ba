#include <iterator>
#include <vector>

#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/optim/leaf.h"
#include "engine/optim/rule.h"
#include "engine/optim/tree.h"
#include "engine/optim/update.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

// The functions of Optimisers' src/interface.jl and src/adjust.jl.

namespace fluxgate::optim {
namespace {

using nn::Arguments;
using nn::Context;
using nn::Error;

absl::StatusOr<Value> CallSetup(Context&, const Arguments& arguments) {
  return Setup(arguments[0], arguments[1]);
}

// The whole tuple that gradient(f, model) gives stands for its first element, as Flux takes it.
Value GradientOf(const Value& model, const Value& gradient) {
  const auto* tuple = gradient.As<Tuple>();
  if (tuple != nullptr && tuple->elements.size() == 1 && model.is(Kind::kStruct)) {
    return tuple->elements[0];
  }
  return gradient;
}

absl::Status CheckTree(const Value& tree) {
  if (!IsRule(tree)) return absl::OkStatus();
  return Error("ArgumentError",
               "update! needs the state tree that setup gives, not the rule itself: call "
               "`opt_state = Flux.setup(rule, model)` first");
}

// update!(tree, model, gradient): changes both in place and returns them as (tree, model).
absl::StatusOr<Value> CallUpdateInPlace(Context& context, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckTree(arguments[0]));
  FG_RETURN_IF_ERROR(
      UpdateInPlace(context, arguments[0], arguments[1], GradientOf(arguments[1], arguments[2])));
  return Tuple::Of({arguments[0], arguments[1]});
}

// update(tree, model, gradient): the same on copies.
absl::StatusOr<Value> CallUpdate(Context& context, const Arguments& arguments) {
  FG_RETURN_IF_ERROR(CheckTree(arguments[0]));
  FG_ASSIGN_OR_RETURN(Value tree, DeepCopy(arguments[0]));
  FG_ASSIGN_OR_RETURN(Value model, DeepCopy(arguments[1]));
  FG_RETURN_IF_ERROR(UpdateInPlace(context, tree, model, GradientOf(model, arguments[2])));
  return Tuple::Of({tree, model});
}

// The changes that adjust(…, eta) or adjust(…; name = value) asks for.
absl::StatusOr<std::vector<std::pair<std::string, Value>>> Changes(const Arguments& arguments) {
  std::vector<std::pair<std::string, Value>> changes(arguments.keywords.begin(),
                                                     arguments.keywords.end());
  if (arguments.size() > 1) changes.insert(changes.begin(), {"eta", arguments[1]});
  if (changes.empty()) {
    return Error("ArgumentError", "adjust must be given something to act on!");
  }
  return changes;
}

absl::Status AdjustTree(Context& context, absl::string_view function, const Value& tree,
                        absl::Span<const std::pair<std::string, Value>> changes) {
  return ForEachLeaf(function, tree, [&](const Value& leaf) -> absl::Status {
    Value& rule = AsLeaf(leaf)->fields[kLeafRule];
    FG_ASSIGN_OR_RETURN(rule, Adjusted(context, *rule.As<Struct>(), changes));
    return absl::OkStatus();
  });
}

// adjust!(tree, eta), adjust!(tree; name = value, ...): unknown names are ignored, as in
// Optimisers.
absl::StatusOr<Value> CallAdjustInPlace(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(auto changes, Changes(arguments));
  FG_RETURN_IF_ERROR(AdjustTree(context, "adjust!", arguments[0], changes));
  return Value();
}

// adjust(tree or rule, …): a changed copy.
absl::StatusOr<Value> CallAdjust(Context& context, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(auto changes, Changes(arguments));
  if (IsRule(arguments[0])) return Adjusted(context, *arguments[0].As<Struct>(), changes);
  FG_ASSIGN_OR_RETURN(Value tree, DeepCopy(arguments[0]));
  FG_RETURN_IF_ERROR(AdjustTree(context, "adjust", tree, changes));
  return tree;
}

absl::StatusOr<Value> SetFrozen(absl::string_view function, const Value& tree, bool frozen) {
  FG_RETURN_IF_ERROR(ForEachLeaf(function, tree, [&](const Value& leaf) {
    AsLeaf(leaf)->fields[kLeafFrozen] = Value::Bool(frozen);
    return absl::OkStatus();
  }));
  return Value();
}

absl::StatusOr<Value> CallFreeze(Context&, const Arguments& arguments) {
  return SetFrozen("freeze!", arguments[0], true);
}
absl::StatusOr<Value> CallThaw(Context&, const Arguments& arguments) {
  return SetFrozen("thaw!", arguments[0], false);
}

// Leaf(rule, state; frozen = false): the state of one parameter, as setup makes it.
absl::StatusOr<Value> CallLeaf(Context&, const Arguments& arguments) {
  if (!IsRule(arguments[0])) return Error("ArgumentError", "a Leaf's first argument is a rule");
  const Value* frozen = arguments.Keyword("frozen");
  if (frozen != nullptr && !frozen->is_bool()) {
    return Error("ArgumentError", "a Leaf is frozen = true or false");
  }
  return Struct::Of(LeafType(),
                    {arguments[0], arguments[1], frozen == nullptr ? Value::Bool(false) : *frozen});
}

// trainables(model): the vector of its float arrays that train, each once.
absl::StatusOr<Value> CallTrainables(Context&, const Arguments& arguments) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(arguments[0]));
  std::vector<Value> arrays;
  for (Leaf& leaf : leaves) arrays.push_back(std::move(leaf.value));
  return List::Of(std::move(arrays));
}

}  // namespace

absl::Span<const nn::Function> Functions() {
  static const auto& rows = *new std::vector<nn::Function>([] {
    std::vector<nn::Function> all = ConstructorRows();
    std::vector<nn::Function> more = {
        {"setup", "Optimisers", false, 2, 2, {}, CallSetup},
        {"update!", "Optimisers", false, 3, 3, {}, CallUpdateInPlace},
        {"update", "Optimisers", false, 3, 3, {}, CallUpdate},
        {"adjust!", "Optimisers", false, 1, 2, {"..."}, CallAdjustInPlace},
        {"adjust", "Optimisers", false, 1, 2, {"..."}, CallAdjust},
        {"freeze!", "Optimisers", false, 1, 1, {}, CallFreeze},
        {"thaw!", "Optimisers", false, 1, 1, {}, CallThaw},
        {"trainables", "Optimisers", false, 1, 1, {}, CallTrainables},
        {"Leaf", "Optimisers", false, 2, 2, {"frozen"}, CallLeaf},
    };
    std::move(more.begin(), more.end(), std::back_inserter(all));
    return all;
  }());
  return rows;
}

}  // namespace fluxgate::optim
