#include "engine/lang/gradient/gradients.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/autodiff/gradient.h"
#include "engine/base/status_macros.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/machine.h"
#include "engine/lang/gradient/lifting.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/containers.h"

namespace fluxgate::lang {
namespace {

// What f returned, and the node to differentiate; kNoNode when it depends on nothing.
struct Output {
  Value value;  // as f returned it
  ir::NodeId node = ir::kNoNode;
};

absl::StatusOr<Output> LossOf(const Value& returned, bool allow_aux) {
  Output out;
  out.value = returned;
  Value loss = returned;
  if (allow_aux) {
    if (const Tuple* tuple = returned.As<Tuple>(); tuple && !tuple->elements.empty()) {
      loss = tuple->elements[0];
    } else if (const NamedTuple* named = returned.As<NamedTuple>();
               named && !named->values.empty()) {
      loss = named->values[0];
    }
  }
  if (const Traced* traced = loss.As<Traced>()) {
    if (IsFloat(traced->dtype())) out.node = traced->node.id;
    return out;
  }
  if (loss.is_number()) return out;
  if (loss.is(Kind::kArray) || loss.is(Kind::kList) || loss.is(Kind::kRange)) {
    return JuliaError("ErrorException",
                      "Output is an array, so the gradient is not defined. Perhaps you wanted "
                      "jacobian.");
  }
  return JuliaError(
      "ErrorException",
      absl::StrCat("Output should be scalar; gradients are not defined for output ", Repr(loss)));
}

}  // namespace

absl::StatusOr<GradientResult> DifferentiateArguments(Evaluator& eval, const Value& f,
                                                      absl::Span<const Value> arguments,
                                                      bool allow_aux) {
  auto once = [&](bool integers) -> absl::StatusOr<GradientResult> {
    TraceSession session(eval);
    ArgumentLift lift(session, integers);
    std::vector<Value> inside;
    for (const Value& argument : arguments) {
      FG_ASSIGN_OR_RETURN(Value lifted, lift.Add(argument));
      inside.push_back(std::move(lifted));
    }
    FG_ASSIGN_OR_RETURN(const Value returned, session.Call(f, inside));
    FG_ASSIGN_OR_RETURN(const Output output, LossOf(returned, allow_aux));
    std::vector<ir::NodeId> gradients(lift.nodes().size(), ir::kNoNode);
    if (output.node != ir::kNoNode) {
      FG_ASSIGN_OR_RETURN(gradients,
                          autodiff::Gradient(session.builder(), output.node, lift.nodes()));
    }
    GradientResult result;
    FG_ASSIGN_OR_RETURN(const std::vector<Value> values,
                        session.Finish(gradients, output.value, &result.value));
    for (size_t i = 0; i < arguments.size(); ++i) {
      result.gradients.push_back(lift.Structure(i, values));
    }
    return result;
  };
  absl::StatusOr<GradientResult> result = once(true);
  if (result.ok()) return result;
  // An integer that serves as an index, a size or a bound cannot stand there as a float: then it
  // is left alone and has no gradient.
  const bool has_integer =
      std::any_of(arguments.begin(), arguments.end(), [](const Value& v) { return v.is_int(); });
  if (!has_integer) return result;
  const auto diagnostic = GetDiagnostic(result.status());
  const std::string kind = diagnostic ? diagnostic->kind : "";
  if (kind != "MethodError" && kind != "ArgumentError" && kind != "InexactError" &&
      kind != "TypeError" && kind != "BoundsError") {
    return result;
  }
  absl::StatusOr<GradientResult> retried = once(false);
  return retried.ok() ? std::move(retried) : std::move(result);
}

absl::StatusOr<GradientResult> DifferentiateParameters(Evaluator& eval, const Value& f,
                                                       const std::vector<Value>& parameters,
                                                       bool allow_aux) {
  TraceSession session(eval);
  std::vector<ir::NodeId> nodes;
  for (const Value& parameter : parameters) {
    FG_ASSIGN_OR_RETURN(ir::Expr node, session.ops().Lift(parameter));
    if (!IsFloat(node.dtype())) {
      node = ir::Cast(node, DType::kFloat64);
      const auto& storage = parameter.As<Array>()->storage();
      session.trace().Substitute(storage.get(), storage->version(), node.id());
    }
    nodes.push_back(node.id());
  }
  FG_ASSIGN_OR_RETURN(const Value returned, session.Call(f, {}));
  FG_ASSIGN_OR_RETURN(const Output output, LossOf(returned, allow_aux));
  std::vector<ir::NodeId> gradients(nodes.size(), ir::kNoNode);
  if (output.node != ir::kNoNode) {
    FG_ASSIGN_OR_RETURN(gradients, autodiff::Gradient(session.builder(), output.node, nodes));
  }
  GradientResult result;
  FG_ASSIGN_OR_RETURN(result.gradients, session.Finish(gradients, output.value, &result.value));
  return result;
}

Value Derivative(const Value& f) {
  return MakeNative(
      "derivative", 1, 1,
      [f](Evaluator& eval, absl::Span<const Value> arguments) -> absl::StatusOr<Value> {
        FG_ASSIGN_OR_RETURN(const GradientResult result,
                            DifferentiateArguments(eval, f, arguments, false));
        return result.gradients[0];
      });
}

// ---- Implicit parameters ----

bool Params::Add(const Value& array) {
  if (!array.is(Kind::kArray) || Contains(array)) return false;
  arrays_.push_back(array);
  return true;
}

bool Params::Remove(const Value& array) {
  for (size_t i = 0; i < arrays_.size(); ++i) {
    if (!arrays_[i].IdenticalTo(array)) continue;
    arrays_.erase(arrays_.begin() + i);
    return true;
  }
  return false;
}

bool Params::Contains(const Value& array) const {
  return std::any_of(arrays_.begin(), arrays_.end(),
                     [&](const Value& mine) { return mine.IdenticalTo(array); });
}

namespace {

class ListIterator : public Iterator {
 public:
  explicit ListIterator(std::vector<Value> values) : values_(std::move(values)) {}
  absl::StatusOr<bool> Next(Value* element) override {
    if (next_ == values_.size()) return false;
    *element = values_[next_++];
    return true;
  }
  int64_t size() const override { return static_cast<int64_t>(values_.size()); }

 private:
  const std::vector<Value> values_;
  size_t next_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Iterator>> Params::Begin(Evaluator&) const {
  return std::unique_ptr<Iterator>(std::make_unique<ListIterator>(arrays_));
}

std::string Params::Show() const {
  std::vector<std::string> parts;
  for (const Value& array : arrays_) {
    // Params([[1.0], [2.0]]): without the element type in front.
    std::string text = Repr(array);
    if (const size_t bracket = text.find('['); bracket != std::string::npos) {
      text = text.substr(bracket);
    }
    parts.push_back(std::move(text));
  }
  return absl::StrCat("Params([", absl::StrJoin(parts, ", "), "])");
}

std::string Params::TypeName() const { return "Zygote.Params{Zygote.Buffer{Any, Vector{Any}}}"; }

Grads::Grads(std::vector<Value> parameters, std::vector<Value> gradients)
    : parameters_(std::move(parameters)), gradients_(std::move(gradients)) {}

absl::StatusOr<Value> Grads::Get(const Value& parameter) const {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (parameters_[i].IdenticalTo(parameter)) return gradients_[i];
  }
  return JuliaError("KeyError", absl::StrCat("key ", Repr(parameter), " not found"));
}

bool Grads::Has(const Value& parameter) const { return Get(parameter).ok(); }

absl::StatusOr<std::unique_ptr<Iterator>> Grads::Begin(Evaluator&) const {
  return std::unique_ptr<Iterator>(std::make_unique<ListIterator>(gradients_));
}

absl::Status CollectParameters(const Value& value, Params* params) {
  switch (value.kind()) {
    case Kind::kArray:
      params->Add(value);
      return absl::OkStatus();
    case Kind::kTuple:
    case Kind::kNamedTuple:
    case Kind::kList:
      for (const Child& child : value.object()->Children()) {
        FG_RETURN_IF_ERROR(CollectParameters(child.value, params));
      }
      return absl::OkStatus();
    case Kind::kOpaque:
      if (const auto* other = value.AsClass<Params>()) {
        for (const Value& array : other->arrays()) params->Add(array);
      }
      return absl::OkStatus();
    default: {
      FG_ASSIGN_OR_RETURN(const std::vector<Leaf> leaves, Trainables(value));
      for (const Leaf& leaf : leaves) params->Add(leaf.value);
      return absl::OkStatus();
    }
  }
}

absl::StatusOr<Value> CallOnParameters(absl::string_view name, absl::Span<const Value> arguments,
                                       bool* found) {
  *found = true;
  if (arguments.size() == 2 && (name == "in" || name == "∈")) {
    if (const auto* params = arguments[1].AsClass<Params>()) {
      return Value::Bool(params->Contains(arguments[0]));
    }
  }
  if (!arguments.empty() && arguments[0].is(Kind::kOpaque)) {
    if (auto* params = arguments[0].AsClass<Params>()) {
      if (name == "push!" || name == "delete!") {
        for (size_t i = 1; i < arguments.size(); ++i) {
          if (name == "push!") {
            FG_RETURN_IF_ERROR(CollectParameters(arguments[i], params));
          } else {
            params->Remove(arguments[i]);
          }
        }
        return arguments[0];
      }
    }
    if (const auto* grads = arguments[0].AsClass<Grads>()) {
      if (name == "haskey" && arguments.size() == 2) return Value::Bool(grads->Has(arguments[1]));
      if (name == "getindex" && arguments.size() == 2) return grads->Get(arguments[1]);
      if (name == "keys" && arguments.size() == 1) return List::Of(grads->parameters());
      if (name == "values" && arguments.size() == 1) return List::Of(grads->gradients());
    }
  }
  *found = false;
  return Value();
}

}  // namespace fluxgate::lang
