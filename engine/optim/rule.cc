#include "engine/optim/rule.h"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/nn/arguments.h"
#include "engine/nn/errors.h"
#include "engine/value/containers.h"

namespace fluxgate::optim {
namespace {

using nn::Error;
using Kind = RuleField::Kind;

std::shared_ptr<StructType> NewType(absl::string_view name) {
  auto type = std::make_shared<StructType>();
  type->name = std::string(name);
  type->builtin = true;
  type->supertype = "AbstractRule";
  return type;
}

const std::vector<std::shared_ptr<const StructType>>& Types() {
  static const auto& types = *new std::vector<std::shared_ptr<const StructType>>([] {
    std::vector<std::shared_ptr<const StructType>> made;
    for (const Rule& rule : Rules()) {
      auto type = NewType(rule.name);
      for (const RuleField& field : rule.fields) {
        type->fields.push_back({std::string(field.name), Value()});
      }
      made.push_back(std::move(type));
    }
    return made;
  }());
  return types;
}

Value DefaultOf(const RuleField& field) {
  const auto number = [&](double v) {
    return field.float32 ? Value::Float32(static_cast<float>(v)) : Value::Float64(v);
  };
  switch (field.kind) {
    case Kind::kFlag:
      return Value::Bool(field.first != 0);
    case Kind::kPair:
      return Tuple::Of({number(field.first), number(field.second)});
    case Kind::kRate:
    case Kind::kNumber:
      break;
  }
  return number(field.first);
}

absl::StatusOr<Value> ReadNumber(nn::Context& context, const Rule& rule, const RuleField& field,
                                 const Value& given) {
  const std::string what = absl::StrCat(rule.name, "'s ", field.name);
  FG_ASSIGN_OR_RETURN(Scalar number, nn::NumberArgument(context, given, what));
  if (std::isnan(number.AsDouble())) return Error("DomainError", "with NaN:\n", what, " is NaN");
  if (field.kind == Kind::kRate && number.AsDouble() < 0) {
    return Error("DomainError", "with ", number.AsDouble(),
                 ":\nthe learning rate cannot be negative");
  }
  // Descent keeps the type that it was given.
  if (rule.name == "Descent") return Value(number);
  return Value(number.ConvertTo(field.float32 ? DType::kFloat32 : DType::kFloat64));
}

absl::StatusOr<Value> ReadField(nn::Context& context, const Rule& rule, const RuleField& field,
                                const Value& given) {
  if (field.kind == Kind::kFlag) {
    FG_RETURN_IF_ERROR(
        nn::BoolArgument(given, absl::StrCat(rule.name, "'s ", field.name)).status());
    return given;
  }
  if (field.kind != Kind::kPair) return ReadNumber(context, rule, field, given);
  const auto* pair = given.As<Tuple>();
  if (pair == nullptr || pair->elements.size() != 2) {
    return Error("TypeError", rule.name, "'s ", field.name, " must be a pair of numbers, not ",
                 nn::Summary(given));
  }
  std::vector<Value> numbers;
  for (const Value& element : pair->elements) {
    FG_ASSIGN_OR_RETURN(Value number, ReadNumber(context, rule, field, element));
    numbers.push_back(number);
  }
  return Tuple::Of(std::move(numbers));
}

// Rule(values...) or Rule(; name = value, ...); flags are named in both.
absl::StatusOr<Value> Construct(nn::Context& context, const Rule& rule,
                                const nn::Arguments& arguments) {
  std::vector<Value> fields;
  size_t position = 0;
  for (const RuleField& field : rule.fields) {
    const Value* given = arguments.Keyword(field.name);
    if (given == nullptr && field.name == "centred") given = arguments.Keyword("centered");
    if (field.kind != Kind::kFlag) {
      if (given != nullptr && arguments.size() > 0) {
        return Error("MethodError", rule.name, " takes its values by position or by name: got ",
                     field.name, " beside ", arguments.size(), " positional");
      }
      if (position < arguments.size()) given = &arguments[position++];
    }
    if (given == nullptr) {
      fields.push_back(DefaultOf(field));
    } else {
      FG_ASSIGN_OR_RETURN(Value value, ReadField(context, rule, field, *given));
      fields.push_back(value);
    }
  }
  return Struct::Of(TypeOf(rule), std::move(fields));
}

template <size_t index>
absl::StatusOr<Value> Call(nn::Context& context, const nn::Arguments& arguments) {
  return Construct(context, Rules()[index], arguments);
}

// OptimiserChain(rules...)
absl::StatusOr<Value> CallChain(nn::Context&, const nn::Arguments& arguments) {
  for (const Value& rule : arguments.positional) {
    const auto* s = rule.As<Struct>();
    if (s == nullptr || !IsWellFormed(*s)) {
      return Error("ArgumentError", "OptimiserChain takes optimisation rules, not ",
                   nn::Summary(rule));
    }
  }
  return Struct::Of(
      ChainType(),
      {Tuple::Of(std::vector<Value>(arguments.positional.begin(), arguments.positional.end()))});
}

// A plain function pointer per row, as nn::Function wants.
template <size_t... indices>
std::vector<nn::Function> MakeRows(std::index_sequence<indices...>) {
  std::vector<nn::Function> rows;
  const auto add = [&](size_t index, auto call) {
    if (index >= Rules().size()) return;
    const Rule& rule = Rules()[index];
    nn::Function row;
    row.name = rule.name;
    row.package = "Optimisers";
    row.exported = true;
    row.max_arguments = 0;
    for (const RuleField& field : rule.fields) {
      row.max_arguments += field.kind == Kind::kFlag ? 0 : 1;
      row.keywords.push_back(field.name);
      if (field.name == "centred") row.keywords.push_back("centered");
    }
    row.call = call;
    row.aliases = rule.aliases;
    rows.push_back(std::move(row));
  };
  (add(indices, &Call<indices>), ...);
  return rows;
}

constexpr size_t kMaxRules = 32;

}  // namespace

ir::Expr Frame::Store(size_t i, ir::Expr value) {
  next[i] = value.ok() && state_[i].ok() ? Cast(value, state_[i].dtype()) : value;
  return next[i];
}

bool Frame::Flag(absl::string_view field) const {
  const Value* flag = rule.Find(field);
  return flag != nullptr && flag->is_bool() && flag->scalar().AsBool();
}

const std::vector<Rule>& Rules() {
  static const auto& rules = *new std::vector<Rule>([] {
    std::vector<Rule> all;
    for (std::vector<Rule> some : {DescentRules(), AdaptiveRules(), AdamRules(), ModifierRules()}) {
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
  }());
  return rules;
}

const std::shared_ptr<const StructType>& TypeOf(const Rule& rule) {
  return Types()[&rule - Rules().data()];
}

const Rule* FindRule(const StructType& type) {
  for (size_t i = 0; i < Types().size(); ++i) {
    if (Types()[i].get() == &type) return &Rules()[i];
  }
  return nullptr;
}

const std::shared_ptr<const StructType>& ChainType() {
  static const auto& type = *new std::shared_ptr<const StructType>([] {
    auto made = NewType("OptimiserChain");
    made->fields.push_back({"opts", Value()});
    return made;
  }());
  return type;
}

bool IsChain(const Struct& rule) { return rule.type == ChainType(); }

bool IsWellFormed(const Struct& rule) {
  if (IsChain(rule)) {
    const auto* links = rule.fields[0].As<Tuple>();
    return links != nullptr &&
           std::all_of(links->elements.begin(), links->elements.end(), [](const Value& link) {
             return link.As<Struct>() != nullptr && IsWellFormed(*link.As<Struct>());
           });
  }
  const Rule* row = FindRule(*rule.type);
  if (row == nullptr) return false;
  for (size_t i = 0; i < row->fields.size(); ++i) {
    const Value& field = rule.fields[i];
    if (row->fields[i].kind == Kind::kPair) {
      const auto* pair = field.As<Tuple>();
      if (pair == nullptr || pair->elements.size() != 2 || !pair->elements[0].is_number() ||
          !pair->elements[1].is_number()) {
        return false;
      }
    } else if (!field.is_number()) {
      return false;
    }
  }
  return true;
}

std::vector<const Struct*> Links(const Struct& rule) {
  if (!IsChain(rule)) return {&rule};
  std::vector<const Struct*> links;
  for (const Value& link : rule.fields[0].As<Tuple>()->elements) {
    for (const Struct* inner : Links(*link.As<Struct>())) links.push_back(inner);
  }
  return links;
}

absl::StatusOr<Value> Adjusted(nn::Context& context, const Struct& rule,
                               absl::Span<const std::pair<std::string, Value>> changes) {
  if (IsChain(rule)) {
    std::vector<Value> links;
    for (const Value& link : rule.fields[0].As<Tuple>()->elements) {
      FG_ASSIGN_OR_RETURN(Value adjusted, Adjusted(context, *link.As<Struct>(), changes));
      links.push_back(adjusted);
    }
    return Struct::Of(ChainType(), {Tuple::Of(std::move(links))});
  }
  const Rule& row = *FindRule(*rule.type);
  std::vector<Value> fields = rule.fields;
  for (const auto& [name, value] : changes) {
    // The older name of WeightDecay's strength.
    const absl::string_view field_name =
        row.name == "WeightDecay" && name == "gamma" ? "lambda" : absl::string_view(name);
    for (size_t i = 0; i < row.fields.size(); ++i) {
      if (row.fields[i].name != field_name) continue;
      if (field_name == "centred") {
        return Error("ArgumentError",
                     "adjust(::RMSProp; centred) is not allowed, as the variants store different "
                     "states");
      }
      FG_ASSIGN_OR_RETURN(fields[i], ReadField(context, row, row.fields[i], value));
    }
  }
  return Struct::Of(rule.type, std::move(fields));
}

std::vector<nn::Function> ConstructorRows() {
  std::vector<nn::Function> rows = MakeRows(std::make_index_sequence<kMaxRules>());
  rows.push_back({"OptimiserChain", "Optimisers", true, 0, -1, {}, CallChain});
  return rows;
}

}  // namespace fluxgate::optim
