#include <utility>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/data/functions.h"
#include "engine/lang/builtins/definition.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/lang/training/training_plan.h"
#include "engine/optim/update.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

using Arguments = nn::Arguments;

// The leaves of a bare rule that trains implicit parameters: they stay with the rule, so that its
// moments go on from call to call.
absl::StatusOr<std::vector<Value>> ImplicitLeaves(Machine& machine, const Value& rule,
                                                  const std::vector<Value>& parameters) {
  auto& states = machine.implicit_states();
  Machine::ImplicitState& state = states[rule.object().get()];
  state.rule = rule;
  std::vector<Value> leaves;
  for (const Value& parameter : parameters) {
    Value& leaf = state.leaves[parameter.As<Array>()->storage()->id()];
    if (leaf.is_nothing()) {
      FG_ASSIGN_OR_RETURN(leaf, optim::MakeLeaf(rule, parameter));
    }
    leaves.push_back(leaf);
  }
  // A rule that only this table knows will not come back.
  for (auto it = states.begin(); it != states.end();) {
    const auto here = it++;
    if (here->second.rule.object().use_count() == 1) states.erase(here);
  }
  return leaves;
}

absl::Status CheckData(const Value& data) {
  switch (data.kind()) {
    case Kind::kNothing:
    case Kind::kNumber:
    case Kind::kStruct:
    case Kind::kFunction:
      return JuliaError("ArgumentError",
                        absl::StrCat("train! needs an iterable of batches as data, got ",
                                     TypeOf(data)->ToString()));
    default:
      return absl::OkStatus();
  }
}

// train!(loss, model, data, opt) and train!(loss, params, data, opt).
absl::StatusOr<Value> TrainBang(Evaluator& eval, const Arguments& arguments) {
  auto& machine = static_cast<Machine&>(eval);
  if (arguments.Keyword("cb") != nullptr) {
    return JuliaError("ArgumentError",
                      "train! no longer takes a callback: write a loop around it instead");
  }
  TrainingPlan plan;
  plan.loss = arguments[0];
  const Value& model = arguments[1];
  plan.data = arguments[2];
  const Value& optimiser = arguments[3];
  FG_RETURN_IF_ERROR(CheckData(plan.data));
  if (const auto* params = model.AsClass<Params>()) {
    if (!optim::IsRule(optimiser)) {
      return JuliaError("ArgumentError", "implicit parameters train with a rule such as Descent()");
    }
    plan.parameters = params->arrays();
    FG_ASSIGN_OR_RETURN(plan.leaves, ImplicitLeaves(machine, optimiser, plan.parameters));
  } else {
    Value tree = optimiser;
    if (optim::IsRule(optimiser)) {
      FG_ASSIGN_OR_RETURN(tree, optim::Setup(optimiser, model));
    }
    FG_ASSIGN_OR_RETURN(optim::Bound bound, optim::Bind(tree, model));
    plan.parameters = std::move(bound.parameters);
    plan.leaves = std::move(bound.leaves);
    plan.leading = {model};
  }
  const absl::StatusOr<TrainSummary> summary = RunTraining(machine, std::move(plan));
  machine.NoteTraining();  // Also when it stopped early.
  FG_RETURN_IF_ERROR(summary.status());
  return Value();
}

absl::StatusOr<Value> MakeLoader(Evaluator& eval, const nn::Function& row,
                                 const Arguments& arguments) {
  Keywords keywords(arguments.keywords.begin(), arguments.keywords.end());
  const Value* rng = arguments.Keyword("rng");
  if (rng != nullptr && arguments.Keyword("seed") == nullptr) {
    FG_ASSIGN_OR_RETURN(const Value rand, eval.Lookup("Base.rand"));
    FG_ASSIGN_OR_RETURN(const Value drawn, Call1(eval, rand, *rng));
    FG_ASSIGN_OR_RETURN(const double seed, ToDouble(eval, drawn, "a seed"));
    keywords.emplace_back("seed", Value::Int(static_cast<int64_t>(seed * 9007199254740992.0)));
  }
  FG_ASSIGN_OR_RETURN(const Value made,
                      nn::CallFunction(eval, row, Arguments{arguments.positional, keywords}));
  auto loader = std::dynamic_pointer_cast<data::DataLoader>(made.object());
  if (loader == nullptr) return made;
  return Value(std::make_shared<LoaderObject>(std::move(loader)));
}

}  // namespace

std::vector<Builtin> TrainingBuiltins() {
  Definitions rows("Flux");
  rows.Add("train!", 4, 4, TrainBang, {"cb"});
  for (const nn::Function& row : data::Functions()) {
    if (row.name != "DataLoader") continue;
    std::vector<std::string> keywords;
    for (absl::string_view keyword : row.keywords) keywords.emplace_back(keyword);
    rows.Add(
        "DataLoader", row.min_arguments, row.max_arguments,
        [&row](Evaluator& eval, const Arguments& arguments) {
          return MakeLoader(eval, row, arguments);
        },
        std::move(keywords));
  }
  return rows.Take();
}

}  // namespace fluxgate::lang
