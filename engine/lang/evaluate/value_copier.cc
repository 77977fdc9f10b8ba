#include "engine/lang/evaluate/value_copier.h"

#include "absl/strings/str_cat.h"
#include "engine/base/status_macros.h"
#include "engine/lang/builtins/generator.h"
#include "engine/lang/display/display.h"
#include "engine/lang/evaluate/modules.h"
#include "engine/lang/gradient/gradients.h"
#include "engine/lang/io.h"
#include "engine/lang/operations/broadcast.h"
#include "engine/lang/operations/constants.h"
#include "engine/lang/operations/indexing.h"
#include "engine/lang/training/training_plan.h"

namespace fluxgate::lang {
namespace {

// Values that text nests deeper than this are made by runaway code.
constexpr int kMaxDepth = 10'000;

absl::Status CannotCopy(const Value& value) {
  return absl::FailedPreconditionError(
      absl::StrCat(Repr(value).substr(0, 100), ", a ", TypeName(value).substr(0, 100),
                   ", holds values that cannot be copied; make it anew in the copy"));
}

}  // namespace

absl::StatusOr<Value> ValueCopier::Copy(const Value& value) {
  switch (value.kind()) {
    case Kind::kNothing:
    case Kind::kMissing:
    case Kind::kNumber:
    case Kind::kChar:
    case Kind::kSymbol:
    case Kind::kString:
    case Kind::kRange:
    case Kind::kModule:
      return value;
    case Kind::kType: {
      FG_ASSIGN_OR_RETURN(TypePtr type, CopyType(value.Share<Type>()));
      return TypeValue(type);
    }
    case Kind::kTraced:
      return CannotCopy(value);
    default:
      break;
  }
  if (auto it = copies_.find(value.object().get()); it != copies_.end()) return it->second;
  FG_RETURN_IF_ERROR(Enter());
  absl::StatusOr<Value> copy = CopyObject(value);
  --depth_;
  if (copy.ok()) copies_.emplace(value.object().get(), *copy);
  return copy;
}

absl::Status ValueCopier::Enter() {
  constexpr int64_t kObjectsBetweenPauses = 1024;
  if (depth_ >= kMaxDepth) {
    return absl::FailedPreconditionError(
        absl::StrCat("a value nested past ", kMaxDepth, " levels cannot be copied"));
  }
  if (host_ != nullptr && ++objects_ % kObjectsBetweenPauses == 0) {
    FG_RETURN_IF_ERROR(host_->Pause());
  }
  ++depth_;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Value>> ValueCopier::CopyAll(const std::vector<Value>& values) {
  std::vector<Value> copies;
  copies.reserve(values.size());
  for (const Value& value : values) {
    FG_ASSIGN_OR_RETURN(Value copy, Copy(value));
    copies.push_back(std::move(copy));
  }
  return copies;
}

absl::StatusOr<Value> ValueCopier::CopyObject(const Value& value) {
  switch (value.kind()) {
    case Kind::kArray:
      return CopyArray(*value.As<Array>());
    case Kind::kList:
      return CopyList(*value.As<List>());
    case Kind::kDict:
      return CopyDict(*value.As<Dict>());
    case Kind::kSet:
      return CopySet(*value.As<Set>());
    case Kind::kStruct:
      return CopyStruct(*value.As<Struct>());
    case Kind::kTuple: {
      FG_ASSIGN_OR_RETURN(std::vector<Value> elements, CopyAll(value.As<Tuple>()->elements));
      return Tuple::Of(std::move(elements));
    }
    case Kind::kNamedTuple: {
      const auto& tuple = *value.As<NamedTuple>();
      FG_ASSIGN_OR_RETURN(std::vector<Value> values, CopyAll(tuple.values));
      auto copy = std::make_shared<NamedTuple>(tuple.names, std::move(values));
      copy->as_pairs = tuple.as_pairs;
      return Value(std::move(copy));
    }
    case Kind::kPair: {
      FG_ASSIGN_OR_RETURN(Value first, Copy(value.As<Pair>()->first));
      FG_ASSIGN_OR_RETURN(Value second, Copy(value.As<Pair>()->second));
      return Pair::Of(std::move(first), std::move(second));
    }
    case Kind::kFunction:
      return CopyCallable(value);
    case Kind::kOpaque:
      return CopyOpaque(value);
    default:
      return CannotCopy(value);
  }
}

absl::StatusOr<Value> ValueCopier::CopyArray(const Array& array) {
  std::shared_ptr<Storage>& storage = storages_[array.storage()->id()];
  if (storage == nullptr) {
    FG_ASSIGN_OR_RETURN(Tensor value, array.storage()->Read());
    storage = std::make_shared<Storage>(std::move(value));
  }
  auto copy = array.view().has_value()
                  ? std::make_shared<Array>(storage, array.shape(), *array.view())
                  : std::make_shared<Array>(storage, array.shape());
  copy->one_hot = array.one_hot;
  copy->row_vector = array.row_vector;
  copy->wrapper = array.wrapper;
  copy->bits = array.bits;
  return Value(std::move(copy));
}

absl::StatusOr<Value> ValueCopier::CopyList(const List& list) {
  auto copy = Register(list, std::make_shared<List>(std::vector<Value>()));
  FG_ASSIGN_OR_RETURN(copy->elements, CopyAll(list.elements));
  FG_ASSIGN_OR_RETURN(copy->element_type, Copy(list.element_type));
  copy->dims = list.dims;
  copy->Recharge();
  return Value(std::move(copy));
}

absl::Status ValueCopier::CopyEntries(const Dict& from, Dict& to) {
  for (const auto& [key, value] : from.Entries()) {
    FG_ASSIGN_OR_RETURN(const Value new_key, Copy(key));
    FG_ASSIGN_OR_RETURN(Value new_value, Copy(value));
    to.Set(new_key, std::move(new_value));
  }
  FG_ASSIGN_OR_RETURN(to.key_type, Copy(from.key_type));
  FG_ASSIGN_OR_RETURN(to.value_type, Copy(from.value_type));
  return absl::OkStatus();
}

absl::StatusOr<Value> ValueCopier::CopyDict(const Dict& dict) {
  auto copy = Register(dict, std::make_shared<Dict>());
  FG_RETURN_IF_ERROR(CopyEntries(dict, *copy));
  return Value(std::move(copy));
}

absl::StatusOr<Value> ValueCopier::CopySet(const Set& set) {
  auto copy = Register(set, std::make_shared<Set>());
  FG_RETURN_IF_ERROR(CopyEntries(set.members, copy->members));
  return Value(std::move(copy));
}

absl::StatusOr<Value> ValueCopier::CopyStruct(const Struct& structure) {
  FG_ASSIGN_OR_RETURN(auto type, CopyStructType(structure.type));
  std::shared_ptr<Struct> copy;
  if (structure.type->is_mutable) {
    copy = Register(structure,
                    std::make_shared<Struct>(type, std::vector<Value>(structure.fields.size())));
    FG_ASSIGN_OR_RETURN(copy->fields, CopyAll(structure.fields));
  } else {
    FG_ASSIGN_OR_RETURN(std::vector<Value> fields, CopyAll(structure.fields));
    copy = std::make_shared<Struct>(type, std::move(fields));
  }
  FG_ASSIGN_OR_RETURN(copy->type_arguments, CopyAll(structure.type_arguments));
  return Value(std::move(copy));
}

absl::StatusOr<Value> ValueCopier::CopyCallable(const Value& value) {
  if (auto generic = value.ShareClass<GenericFunction>()) {
    FG_ASSIGN_OR_RETURN(auto copy, CopyFunction(generic));
    return Value(std::move(copy));
  }
  if (const auto* composed = value.AsClass<Composed>()) {
    FG_ASSIGN_OR_RETURN(Value outer, Copy(composed->outer));
    FG_ASSIGN_OR_RETURN(Value inner, Copy(composed->inner));
    return Composed::Of(std::move(outer), std::move(inner));
  }
  if (const auto* row = value.AsClass<nn::FunctionValue>()) {
    if (row->keywords.empty()) return value;
    nn::FunctionValue::Keywords keywords;
    for (const auto& [name, bound] : row->keywords) {
      FG_ASSIGN_OR_RETURN(Value copy, Copy(bound));
      keywords.emplace_back(name, std::move(copy));
    }
    return Value(std::make_shared<nn::FunctionValue>(row->function, std::move(keywords)));
  }
  if (const auto* made = value.AsClass<NewFunction>()) {
    FG_ASSIGN_OR_RETURN(auto type, CopyStructType(made->type));
    std::vector<TypePtr> parameters;
    for (const TypePtr& parameter : made->parameters) {
      FG_ASSIGN_OR_RETURN(parameters.emplace_back(), CopyType(parameter));
    }
    return Value(std::make_shared<NewFunction>(std::move(type), std::move(parameters)));
  }
  return IsOfLibrary(value) ? absl::StatusOr<Value>(value) : CannotCopy(value);
}

absl::StatusOr<std::shared_ptr<GenericFunction>> ValueCopier::CopyFunction(
    const std::shared_ptr<GenericFunction>& function) {
  if (function == nullptr) return function;
  if (auto it = copies_.find(function.get()); it != copies_.end()) {
    return it->second.ShareClass<GenericFunction>();
  }
  auto copy = Register(*function,
                       std::make_shared<GenericFunction>(function->Name(), function->anonymous()));
  for (const Method& method : function->methods()) {
    FG_ASSIGN_OR_RETURN(Method copied, CopyMethod(method));
    copy->Add(std::move(copied));
  }
  return copy;
}

absl::StatusOr<Method> ValueCopier::CopyMethod(const Method& method) {
  Method copy = method;
  for (BoxPtr& box : copy.captured) {
    FG_ASSIGN_OR_RETURN(const Value shared, Copy(Value(box)));
    box = shared.ShareClass<Box>();
  }
  for (TypePtr& type : copy.types) {
    FG_ASSIGN_OR_RETURN(type, CopyType(type));
  }
  FG_ASSIGN_OR_RETURN(copy.vararg, CopyType(method.vararg));
  FG_ASSIGN_OR_RETURN(copy.constructs, CopyStructType(method.constructs));
  return copy;
}

absl::StatusOr<Value> ValueCopier::CopyOpaque(const Value& value) {
  if (const auto* box = value.AsClass<Box>()) {
    auto copy = Register(*box, std::make_shared<Box>(Value()));
    FG_ASSIGN_OR_RETURN(copy->value, Copy(box->value));
    return Value(std::move(copy));
  }
  if (const auto* reference = value.AsClass<Reference>()) {
    auto copy = Register(*reference, std::make_shared<Reference>(Value()));
    FG_ASSIGN_OR_RETURN(copy->value, Copy(reference->value));
    return Value(std::move(copy));
  }
  if (const auto* loader = value.AsClass<LoaderObject>()) {
    FG_ASSIGN_OR_RETURN(Value data, Copy(loader->loader->data()));
    FG_ASSIGN_OR_RETURN(auto copy,
                        data::DataLoader::Create(std::move(data), loader->loader->options()));
    copy->set_epochs_started(loader->loader->epochs_started());
    return Value(std::make_shared<LoaderObject>(std::move(copy)));
  }
  if (const auto* params = value.AsClass<Params>()) {
    auto copy = std::make_shared<Params>();
    for (const Value& array : params->arrays()) {
      FG_ASSIGN_OR_RETURN(const Value copied, Copy(array));
      copy->Add(copied);
    }
    return Value(std::move(copy));
  }
  if (const auto* grads = value.AsClass<Grads>()) {
    FG_ASSIGN_OR_RETURN(std::vector<Value> parameters, CopyAll(grads->parameters()));
    FG_ASSIGN_OR_RETURN(std::vector<Value> gradients, CopyAll(grads->gradients()));
    return Value(std::make_shared<Grads>(std::move(parameters), std::move(gradients)));
  }
  if (const auto* generator = value.AsClass<Generator>()) {
    auto copy = std::make_shared<Generator>(generator->name, generator->seed);
    copy->draws = generator->draws;
    return Value(std::move(copy));
  }
  if (const auto* io = value.AsClass<Io>()) {
    auto copy = std::make_shared<Io>(io->is_stdout);
    copy->Append(io->text());
    return Value(std::move(copy));
  }
  // Immutable, and of numbers alone.
  if (value.AsClass<UniformScaling>() != nullptr || value.AsClass<CartesianIndex>() != nullptr ||
      IsColon(value) || IsUndef(value)) {
    return value;
  }
  return CannotCopy(value);
}

absl::StatusOr<std::shared_ptr<const StructType>> ValueCopier::CopyStructType(
    const std::shared_ptr<const StructType>& type) {
  if (type == nullptr || type->builtin) return type;
  auto it = struct_types_.find(type.get());
  if (it != struct_types_.end()) return std::shared_ptr<const StructType>(it->second);
  // Fields may have the type itself.
  auto copy = std::make_shared<StructType>(*type);
  struct_types_.emplace(type.get(), copy);
  for (StructType::Field& field : copy->fields) {
    FG_ASSIGN_OR_RETURN(field.type, Copy(field.type));
  }
  return std::shared_ptr<const StructType>(copy);
}

absl::StatusOr<TypePtr> ValueCopier::CopyType(const TypePtr& type) {
  if (type == nullptr) return type;
  if (auto it = types_.find(type.get()); it != types_.end()) return it->second;
  FG_RETURN_IF_ERROR(Enter());
  absl::StatusOr<TypePtr> copy = CopyTypeObject(type);
  --depth_;
  if (copy.ok()) types_.emplace(type.get(), *copy);
  return copy;
}

absl::StatusOr<TypePtr> ValueCopier::CopyTypeObject(const TypePtr& type) {
  FG_ASSIGN_OR_RETURN(auto struct_type, CopyStructType(type->struct_type));
  FG_ASSIGN_OR_RETURN(TypePtr upper, CopyType(type->upper));
  bool changed = struct_type != type->struct_type || upper != type->upper;
  std::vector<Type::Parameter> parameters = type->parameters;
  for (Type::Parameter& parameter : parameters) {
    FG_ASSIGN_OR_RETURN(TypePtr copy, CopyType(parameter.type));
    changed = changed || copy != parameter.type;
    parameter.type = std::move(copy);
  }
  if (!changed) return type;
  auto copy = std::make_shared<Type>(type->name, std::move(parameters));
  copy->struct_type = std::move(struct_type);
  copy->variable = type->variable;
  copy->upper = std::move(upper);
  copy->ancestors = type->ancestors;
  copy->fields = type->fields;
  copy->abstract = type->abstract;
  copy->tuple_of_none = type->tuple_of_none;
  return TypePtr(std::move(copy));
}

uint64_t ValueCopier::StorageId(uint64_t id) const {
  auto it = storages_.find(id);
  return it == storages_.end() ? 0 : it->second->id();
}

}  // namespace fluxgate::lang
