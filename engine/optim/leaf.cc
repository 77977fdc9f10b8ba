#include "engine/optim/leaf.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/optim/rule.h"
#include "engine/optim/update.h"
#include "engine/value/array.h"
#include "engine/value/containers.h"

namespace fluxgate::optim {
namespace {

using ir::Expr;
using nn::Error;

absl::StatusOr<Value> FilledLike(const Array& parameter, double value) {
  FG_ASSIGN_OR_RETURN(Tensor tensor, Tensor::Zeros(parameter.dtype(), parameter.shape()));
  if (value != 0) {
    if (parameter.dtype() == DType::kFloat32) {
      for (float& x : tensor.mutable_data<float>()) x = static_cast<float>(value);
    } else {
      for (double& x : tensor.mutable_data<double>()) x = value;
    }
  }
  return Array::Of(std::move(tensor));
}

absl::StatusOr<Value> InitialEntry(const Struct& rule, StateKind kind, const Array& parameter) {
  const auto number = [&](absl::string_view field) {
    return rule.Find(field)->scalar().AsDouble();
  };
  switch (kind) {
    case StateKind::kZeros:
      return FilledLike(parameter, 0);
    case StateKind::kEpsilons:
      return FilledLike(parameter, number("epsilon"));
    case StateKind::kRates:
      return FilledLike(parameter, number("eta"));
    case StateKind::kZerosIfCentred:
      if (rule.Find("centred")->scalar().AsBool()) return FilledLike(parameter, 0);
      return Value::Bool(false);
    case StateKind::kBetaPowers: {
      std::vector<Value> powers;
      for (const Value& beta : rule.Find("beta")->As<Tuple>()->elements) {
        powers.push_back(Value(beta.scalar().ConvertTo(parameter.dtype())));
      }
      return Tuple::Of(std::move(powers));
    }
    case StateKind::kCount:
      return Value::Int(1);
  }
  return absl::InternalError("an unknown kind of optimiser state");
}

absl::StatusOr<Value> InitialState(const Struct& rule, const Array& parameter) {
  if (IsChain(rule)) {
    std::vector<Value> states;
    for (const Value& link : rule.fields[0].As<Tuple>()->elements) {
      FG_ASSIGN_OR_RETURN(Value state, InitialState(*link.As<Struct>(), parameter));
      states.push_back(state);
    }
    return Tuple::Of(std::move(states));
  }
  std::vector<Value> entries;
  for (StateKind kind : FindRule(*rule.type)->state) {
    FG_ASSIGN_OR_RETURN(Value entry, InitialEntry(rule, kind, parameter));
    entries.push_back(entry);
  }
  if (entries.empty()) return Value();
  return entries.size() == 1 ? entries[0] : Tuple::Of(std::move(entries));
}

absl::Status NotALeaf(const Value& value) {
  return Error("ArgumentError", "expected a Leaf of an optimiser's state, got ",
               nn::Summary(value));
}

// The state of one leaf, or of a part: arrays and numbers are its tensors; nothing and false are
// not.
absl::Status ReadEntries(const Value& state, std::vector<Tensor>* tensors) {
  if (const auto* tuple = state.As<Tuple>()) {
    for (const Value& entry : tuple->elements) FG_RETURN_IF_ERROR(ReadEntries(entry, tensors));
  } else if (const auto* array = state.As<Array>()) {
    FG_ASSIGN_OR_RETURN(Tensor tensor, array->Read());
    tensors->push_back(std::move(tensor));
  } else if (state.is_number() && !state.is_bool()) {
    tensors->push_back(state.scalar().ToTensor());
  }
  return absl::OkStatus();
}

// Writes arrays in place; gives the entry back with its new numbers.
absl::StatusOr<Value> WriteEntries(const Value& state, absl::Span<const Tensor>* tensors) {
  if (const auto* tuple = state.As<Tuple>()) {
    std::vector<Value> entries;
    for (const Value& entry : tuple->elements) {
      FG_ASSIGN_OR_RETURN(Value written, WriteEntries(entry, tensors));
      entries.push_back(written);
    }
    return Tuple::Of(std::move(entries));
  }
  auto* array = state.As<Array>();
  if (array == nullptr && (!state.is_number() || state.is_bool())) return state;
  if (tensors->empty())
    return absl::InternalError("an optimiser's state was given too few tensors");
  const Tensor& tensor = tensors->front();
  tensors->remove_prefix(1);
  if (array == nullptr) return Value(Scalar::FromTensor(tensor));
  if (tensor.dtype() != array->dtype() || tensor.shape() != array->shape()) {
    return absl::InternalError("an optimiser's state changed its shape");
  }
  FG_RETURN_IF_ERROR(array->Write(tensor));
  return state;
}

// Number of tensors that a rule of the table keeps as state.
size_t StateSize(const Struct& rule) {
  size_t count = 0;
  for (StateKind kind : FindRule(*rule.type)->state) {
    if (kind == StateKind::kBetaPowers) {
      count += 2;
    } else if (kind != StateKind::kZerosIfCentred || rule.Find("centred")->scalar().AsBool()) {
      count += 1;
    }
  }
  return count;
}

size_t HyperparameterCount(const Rule& rule) {
  size_t count = 0;
  for (const RuleField& field : rule.fields) {
    if (field.kind != RuleField::Kind::kFlag) {
      count += field.kind == RuleField::Kind::kPair ? 2 : 1;
    }
  }
  return count;
}

}  // namespace

const std::shared_ptr<const StructType>& LeafType() {
  static const auto& type = *new std::shared_ptr<const StructType>([] {
    auto made = std::make_shared<StructType>();
    made->name = "Leaf";
    made->builtin = true;
    made->is_mutable = true;
    made->fields = {{"rule", Value()}, {"state", Value()}, {"frozen", Value()}};
    made->trainable.emplace();
    return made;
  }());
  return type;
}

Struct* AsLeaf(const Value& value) {
  auto* s = value.As<Struct>();
  return s != nullptr && s->type == LeafType() && IsRule(s->fields[kLeafRule]) ? s : nullptr;
}

bool IsLeaf(const Value& value) { return AsLeaf(value) != nullptr; }

bool IsFrozen(const Struct& leaf) { return leaf.fields[kLeafFrozen].scalar().AsBool(); }

bool IsRule(const Value& value) {
  const auto* s = value.As<Struct>();
  return s != nullptr && IsWellFormed(*s);
}

absl::StatusOr<Value> MakeLeaf(const Value& rule, const Value& parameter) {
  if (!IsRule(rule)) {
    return Error("ArgumentError", "setup needs an optimisation rule such as Adam(), not ",
                 nn::Summary(rule));
  }
  const auto* array = parameter.As<Array>();
  if (array == nullptr || !IsFloat(array->dtype())) {
    return Error("ArgumentError", "a parameter must be an array of floats, not ",
                 nn::Summary(parameter));
  }
  FG_ASSIGN_OR_RETURN(Value state, InitialState(*rule.As<Struct>(), *array));
  return Struct::Of(LeafType(), {rule, state, Value::Bool(false)});
}

absl::StatusOr<std::vector<Tensor>> ReadHyperparameters(const Value& leaf) {
  std::vector<Tensor> tensors;
  const Struct* s = AsLeaf(leaf);
  if (s == nullptr) return NotALeaf(leaf);
  for (const Struct* link : Links(*s->fields[kLeafRule].As<Struct>())) {
    const Rule& rule = *FindRule(*link->type);
    for (size_t i = 0; i < rule.fields.size(); ++i) {
      if (rule.fields[i].kind == RuleField::Kind::kFlag) continue;
      // In Float64, so that the tensors' types do not depend on how the rule was written.
      const auto add = [&](const Value& number) {
        tensors.push_back(number.scalar().ConvertTo(DType::kFloat64).ToTensor());
      };
      if (const auto* pair = link->fields[i].As<Tuple>()) {
        for (const Value& element : pair->elements) add(element);
      } else {
        add(link->fields[i]);
      }
    }
  }
  return tensors;
}

absl::optional<double> LearningRate(const Value& leaf) {
  const Struct* s = AsLeaf(leaf);
  if (s == nullptr || IsFrozen(*s)) return absl::nullopt;
  absl::optional<double> rate;
  for (const Struct* link : Links(*s->fields[kLeafRule].As<Struct>())) {
    if (const Value* eta = link->Find("eta")) rate = eta->scalar().AsDouble();
  }
  return rate;
}

bool KeepsState(const Value& rule) {
  const std::vector<const Struct*> links = Links(*rule.As<Struct>());
  return std::any_of(links.begin(), links.end(),
                     [](const Struct* link) { return StateSize(*link) > 0; });
}

absl::StatusOr<std::vector<Tensor>> ReadState(const Value& leaf) {
  std::vector<Tensor> tensors;
  const Struct* s = AsLeaf(leaf);
  if (s == nullptr) return NotALeaf(leaf);
  FG_RETURN_IF_ERROR(ReadEntries(s->fields[kLeafState], &tensors));
  return tensors;
}

absl::Status WriteState(const Value& leaf, absl::Span<const Tensor> state) {
  Struct* s = AsLeaf(leaf);
  if (s == nullptr) return NotALeaf(leaf);
  FG_ASSIGN_OR_RETURN(s->fields[kLeafState], WriteEntries(s->fields[kLeafState], &state));
  return absl::OkStatus();
}

absl::StatusOr<Update> EmitUpdate(const Value& leaf, Expr parameter, Expr gradient,
                                  absl::Span<const Expr> hyperparameters,
                                  absl::Span<const Expr> state) {
  const Struct* s = AsLeaf(leaf);
  if (s == nullptr) return NotALeaf(leaf);
  if (IsFrozen(*s)) return Update{parameter, {state.begin(), state.end()}};
  Update update;
  Expr dx = gradient;
  for (const Struct* link : Links(*s->fields[kLeafRule].As<Struct>())) {
    const Rule& rule = *FindRule(*link->type);
    const size_t numbers = HyperparameterCount(rule), entries = StateSize(*link);
    if (hyperparameters.size() < numbers || state.size() < entries) {
      return Error("ArgumentError", "a Leaf's state does not fit its rule ", rule.name);
    }
    Frame frame(*link, parameter, dx, hyperparameters.subspan(0, numbers),
                state.subspan(0, entries));
    dx = rule.emit(frame);
    update.state.insert(update.state.end(), frame.next.begin(), frame.next.end());
    update.norms.insert(update.norms.end(), frame.norms.begin(), frame.norms.end());
    hyperparameters.remove_prefix(numbers);
    state.remove_prefix(entries);
  }
  const Expr moved = parameter - dx;
  update.parameter = moved.ok() && parameter.ok() ? Cast(moved, parameter.dtype()) : moved;
  FG_RETURN_IF_ERROR(parameter.builder().status());
  return update;
}

absl::Status CheckNorm(double norm) {
  if (std::isfinite(norm)) return absl::OkStatus();
  return Error("DomainError", "gradient has norm ", std::isnan(norm) ? "NaN" : "Inf");
}

std::string ShowRule(const Struct& rule, absl::FunctionRef<std::string(const Value&)> repr) {
  const auto inner = [&](const Value& value) {
    return IsRule(value) ? ShowRule(*value.As<Struct>(), repr) : repr(value);
  };
  if (rule.type == LeafType()) {
    return absl::StrCat("Leaf(", inner(rule.fields[kLeafRule]), ", ", repr(rule.fields[kLeafState]),
                        IsFrozen(rule) ? ", frozen = true" : "", ")");
  }
  std::vector<std::string> parts;
  if (IsChain(rule)) {
    for (const Value& link : rule.fields[0].As<Tuple>()->elements) parts.push_back(inner(link));
    return absl::StrCat("OptimiserChain(", absl::StrJoin(parts, ", "), ")");
  }
  const absl::string_view name = rule.type->name;
  if (name == "Descent") return absl::StrCat("Descent(", repr(rule.fields[0]), ")");
  if (name == "RMSProp") {
    for (size_t i = 0; i < 3; ++i) parts.push_back(repr(rule.fields[i]));
    return absl::StrCat("RMSProp(", absl::StrJoin(parts, ", "),
                        "; centred = ", repr(rule.fields[3]), ")");
  }
  for (size_t i = 0; i < rule.fields.size(); ++i) {
    parts.push_back(absl::StrCat(rule.type->fields[i].name, "=", repr(rule.fields[i])));
  }
  return absl::StrCat(name, "(", absl::StrJoin(parts, ", "), ")");
}

}  // namespace fluxgate::optim
