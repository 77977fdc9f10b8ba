#include "server/session/derivatives.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/syntax/diagnostics.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"
#include "engine/value/flatten.h"

namespace fluxgate::session {
namespace {

// The elements of a tuple; `nothing` has as many nothings as there are arguments.
std::vector<Value> Elements(const Value& value, size_t count) {
  if (const auto* tuple = value.As<Tuple>()) return tuple->elements;
  return std::vector<Value>(count, value);
}

absl::StatusOr<Value> Field(const Value& value, absl::string_view name) {
  return AtPath(value, name);
}

bool IsRealNumber(const Value& value) { return value.is_number(); }

}  // namespace

absl::StatusOr<Value> Helper(Visit& visit, absl::string_view text) {
  return ValueOf(visit, text, kOwnText);
}

absl::Status WithoutOwnText(const absl::Status& status) {
  absl::optional<SourceDiagnostic> diagnostic = GetDiagnostic(status);
  if (!diagnostic.has_value() || diagnostic->source != kOwnText) return status;
  diagnostic->source.clear();
  diagnostic->excerpt.clear();
  diagnostic->line = diagnostic->column = 0;
  return WithDiagnostic(status, *diagnostic);
}

absl::StatusOr<Tensor> TensorOf(const Value& value) {
  if (value.is_number()) return value.scalar().ToTensor();
  if (const auto* array = value.As<Array>()) return array->Read();
  return absl::InvalidArgumentError("a number or an array is expected here");
}

absl::Status CheckOrder(Visit& visit, absl::Span<const Value> arguments, int order) {
  if (order == 1) return absl::OkStatus();
  if (arguments.size() != 1) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", order, ", which takes a function of one argument, but there are ",
                     arguments.size(), "; order 1 takes any number of them"));
  }
  if (order > 2 && !IsRealNumber(arguments[0])) {
    return absl::InvalidArgumentError(
        absl::StrCat("is ", order, ", which takes a function of one number, but the argument is ",
                     WithArticle(visit.interpreter().TypeName(arguments[0])),
                     "; of an array there are orders 1 and 2"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Derivatives> DerivativesAt(Visit& visit, const Value& f,
                                          absl::Span<const Value> arguments, int order) {
  if (order == 1) {
    std::vector<Value> all = {f};
    all.insert(all.end(), arguments.begin(), arguments.end());
    FG_ASSIGN_OR_RETURN(Value both, CallBuiltin(visit, "Flux.withgradient", all));
    Derivatives result;
    FG_ASSIGN_OR_RETURN(result.value, Field(both, "val"));
    FG_ASSIGN_OR_RETURN(Value gradient, Field(both, "grad"));
    result.arguments = Elements(gradient, arguments.size());
    return result;
  }
  Derivatives result;
  FG_ASSIGN_OR_RETURN(result.value, visit.interpreter().Call(f, arguments));
  if (!IsRealNumber(arguments[0])) {
    FG_ASSIGN_OR_RETURN(Value hessian, CallBuiltin(visit, "Flux.hessian", {f, arguments[0]}));
    result.arguments.push_back(std::move(hessian));
    return result;
  }
  FG_ASSIGN_OR_RETURN(Value derive, Helper(visit, "f -> x -> Flux.gradient(f, x)[1]"));
  Value derivative = f;
  for (int i = 0; i < order; ++i) {
    FG_ASSIGN_OR_RETURN(derivative, visit.interpreter().Call(derive, {derivative}));
  }
  FG_ASSIGN_OR_RETURN(Value at, visit.interpreter().Call(derivative, arguments));
  result.arguments.push_back(std::move(at));
  return result;
}

absl::StatusOr<std::vector<lang::DerivativeText>> DerivativeTexts(Visit& visit, const Value& f,
                                                                  absl::Span<const Value> arguments,
                                                                  int order) {
  return visit.interpreter().DeriveText(f, arguments, order);
}

absl::StatusOr<Derivatives> ParameterDerivatives(Visit& visit, const Value& f,
                                                 absl::Span<const Value> arguments,
                                                 absl::Span<const NamedValue> models) {
  lang::Interpreter& interpreter = visit.interpreter();
  FG_ASSIGN_OR_RETURN(Value bind, Helper(visit, "(f, xs) -> () -> f(xs...)"));
  FG_ASSIGN_OR_RETURN(Value bound,
                      interpreter.Call(bind, {f, Tuple::Of({arguments.begin(), arguments.end()})}));
  std::vector<Value> roots;
  for (const NamedValue& model : models) roots.push_back(model.value);
  FG_ASSIGN_OR_RETURN(Value parameters, CallBuiltin(visit, "Flux.params", roots));
  Derivatives result;
  FG_ASSIGN_OR_RETURN(result.value, interpreter.Call(bound, {}));
  FG_ASSIGN_OR_RETURN(Value gradients, CallBuiltin(visit, "Flux.gradient", {bound, parameters}));
  for (const NamedValue& model : models) {
    FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(model.value));
    for (const Leaf& leaf : leaves) {
      FG_ASSIGN_OR_RETURN(Value gradient, CallBuiltin(visit, "getindex", {gradients, leaf.value}));
      if (gradient.is_nothing()) continue;
      FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(gradient));
      result.parameters.emplace_back(
          leaf.path.empty() ? model.name : absl::StrCat(model.name, ".", leaf.path),
          std::move(tensor));
    }
  }
  return result;
}

absl::StatusOr<NamedTensors> GradientTensors(const Value& model, const Value& gradient) {
  FG_ASSIGN_OR_RETURN(std::vector<Leaf> leaves, Trainables(model));
  NamedTensors tensors;
  for (const Leaf& leaf : leaves) {
    // A part of the model that the loss does not reach has `nothing` for a gradient, at any depth.
    absl::StatusOr<Value> part = AtPath(gradient, leaf.path);
    if (!part.ok() || part->is_nothing()) continue;
    FG_ASSIGN_OR_RETURN(Tensor tensor, TensorOf(*part));
    tensors.emplace_back(leaf.path, std::move(tensor));
  }
  return tensors;
}

}  // namespace fluxgate::session
