#include "engine/lang/gradient/derivative_text.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"
#include "engine/formula/formula.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/evaluate/scope.h"
#include "engine/lang/function.h"
#include "engine/lang/gradient/lifting.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/array.h"
#include "engine/value/flatten.h"

namespace fluxgate::lang {
namespace {

// Where a function of numbers is traced when nobody says where. Different ones, since functions are
// defined in different places: log, asin, acosh.
constexpr double kPoints[] = {0.5, 1.5, -1.5};

// The method that a call with so many numbers would take; null for a function of another kind. Any
// number of parameters when `count` is 0.
const Method* MethodOf(const Value& f, size_t count) {
  const auto* function = f.AsClass<GenericFunction>();
  if (function == nullptr) return nullptr;
  for (const Method& method : function->methods()) {
    if (count == 0 ? method.arity > 0 : method.arity == static_cast<int>(count)) return &method;
  }
  return nullptr;
}

std::vector<std::string> ParameterNames(const Value& f, size_t count) {
  std::vector<std::string> names;
  const Method* method = MethodOf(f, count);
  for (size_t i = 0; i < count; ++i) {
    int32_t slot = -1;
    if (method != nullptr && i < method->code->positional.size()) {
      slot = method->code->positional[i].slot;
    }
    if (slot >= 0) {
      names.push_back(method->code->slot_names[slot]);
    } else {
      names.push_back(count == 1 ? "x" : absl::StrCat("x", i + 1));
    }
  }
  return names;
}

// What the graph reads from outside, by the names that the workspace has for it. A name that a
// parameter of the function hides is none.
absl::Status NameInputs(Machine& machine, Trace& trace, absl::Span<const std::string> parameters,
                        formula::Known& known) {
  for (const ir::NodeId input : trace.builder().graph().inputs) {
    if (trace.builder().shape(input).num_elements() != 1) continue;
    FG_ASSIGN_OR_RETURN(Tensor value, trace.Concrete(input));
    known.numbers.emplace(input, std::move(value));
  }
  absl::flat_hash_map<const Storage*, ir::NodeId> captured;
  for (const Trace::Captured& array : trace.captured()) {
    captured.emplace(array.storage.get(), array.input);
  }
  if (captured.empty()) return absl::OkStatus();
  for (const std::string& name : machine.environment().Names()) {
    FG_RETURN_IF_ERROR(machine.host().Pause());
    if (std::find(parameters.begin(), parameters.end(), name) != parameters.end()) continue;
    const Value& value = machine.environment().Find(name)->value;
    std::vector<Leaf> leaves;
    if (value.is(Kind::kArray)) {
      leaves.push_back({"", value});
    } else if (absl::StatusOr<std::vector<Leaf>> inside = Trainables(value); inside.ok()) {
      leaves = *std::move(inside);
    }
    for (const Leaf& leaf : leaves) {
      const Array* array = leaf.value.As<Array>();
      if (array == nullptr || array->view().has_value()) continue;
      const auto it = captured.find(array->storage().get());
      if (it == captured.end()) continue;
      const bool field = !leaf.path.empty() && leaf.path[0] != '[';
      known.variables.emplace_back(it->second, absl::StrCat(name, field ? "." : "", leaf.path));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<DerivativeText>> DeriveAt(Machine& machine, const Value& f,
                                                     absl::Span<const Value> arguments, int order,
                                                     bool branches_allowed) {
  TraceSession session(machine);
  ArgumentLift lift(session, /*integers=*/true);
  const std::vector<std::string> names = ParameterNames(f, arguments.size());
  std::vector<Value> inside;
  formula::Known known;
  std::vector<ir::NodeId> wrt;
  for (size_t i = 0; i < arguments.size(); ++i) {
    FG_ASSIGN_OR_RETURN(Value lifted, lift.Add(arguments[i]));
    inside.push_back(std::move(lifted));
    wrt.push_back(lift.Direct(i));
    if (wrt.back() == ir::kNoNode) {
      return JuliaError("ArgumentError",
                        absl::StrCat("a derivative is written as text by numbers and by arrays of "
                                     "numbers, but argument ",
                                     i + 1, " is neither"));
    }
    known.variables.emplace_back(wrt.back(), names[i]);
  }
  FG_ASSIGN_OR_RETURN(const Value returned, session.Call(f, inside));
  const Traced* result = returned.As<Traced>();
  if (result == nullptr && !returned.is_number()) {
    return JuliaError("ErrorException",
                      "the function must give a number to have a derivative; sum or index what it "
                      "gives");
  }
  if (!branches_allowed && !session.trace().guards().empty()) {
    return JuliaError("ArgumentError",
                      "the function branches on its arguments: say at which point to derive it");
  }
  std::vector<ir::NodeId> gradients(wrt.size(), ir::kNoNode);
  if (result != nullptr && IsFloat(result->dtype())) {
    FG_ASSIGN_OR_RETURN(gradients, autodiff::Gradient(session.builder(), result->node.id, wrt));
    for (int i = 1; i < order && gradients[0] != ir::kNoNode; ++i) {
      FG_ASSIGN_OR_RETURN(gradients, autodiff::Gradient(session.builder(), gradients[0], wrt));
    }
  }
  FG_RETURN_IF_ERROR(session.builder().status());
  FG_RETURN_IF_ERROR(NameInputs(machine, session.trace(), names, known));
  std::vector<DerivativeText> texts;
  for (size_t i = 0; i < gradients.size(); ++i) {
    std::string text = "0";
    if (gradients[i] != ir::kNoNode) {
      FG_ASSIGN_OR_RETURN(text, formula::ToJulia(session.builder().graph(), gradients[i], known));
    }
    texts.push_back({names[i], std::move(text)});
  }
  return texts;
}

}  // namespace

absl::StatusOr<std::vector<DerivativeText>> DeriveText(Evaluator& eval, const Value& f,
                                                       absl::Span<const Value> arguments,
                                                       int order) {
  Machine& machine = static_cast<Machine&>(eval);
  if (!arguments.empty()) return DeriveAt(machine, f, arguments, order, /*branches_allowed=*/true);
  const Method* method = MethodOf(f, 0);
  const int count = method == nullptr ? 1 : method->arity;
  if (method != nullptr) {
    for (const Method& other : f.AsClass<GenericFunction>()->methods()) {
      if (other.arity == 0 || other.arity == count) continue;
      return JuliaError(
          "ArgumentError",
          absl::StrCat("there are methods of ", std::min(count, other.arity), " and of ",
                       std::max(count, other.arity), " arguments: say which by giving some"));
    }
  }
  if (order > 1 && count != 1) {
    return JuliaError("ArgumentError", absl::StrCat("order ", order,
                                                    " takes a function of one number, but this one "
                                                    "has ",
                                                    count, " parameters"));
  }
  absl::Status first;
  for (const double point : kPoints) {
    std::vector<Value> numbers;
    for (int i = 0; i < count; ++i) numbers.push_back(Value::Float64(point + 0.125 * i));
    auto texts = DeriveAt(machine, f, numbers, order, /*branches_allowed=*/false);
    if (texts.ok()) return texts;
    if (first.ok()) first = texts.status();
  }
  return first;
}

}  // namespace fluxgate::lang
